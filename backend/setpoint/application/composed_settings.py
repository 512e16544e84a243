"""Takes apart a class made of settings classes, each of which reads the environment for itself."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel
from pydantic_settings import BaseSettings


def settings_classes_in(found: object) -> tuple[type[BaseSettings], ...]:
    """Return the settings classes that make up `found`: itself, if it is one; none, if it is something else.

    Args:
        found: A settings class, or a model or dataclass whose fields are settings classes.
    """
    return tuple(dict.fromkeys(_settings_classes(found, ())))


def _settings_classes(found: object, inside: tuple[object, ...]) -> Iterator[type[BaseSettings]]:
    if isinstance(found, type) and issubclass(found, BaseSettings):
        if found is not BaseSettings:
            yield found
        return
    if isinstance(found, type) and found not in inside and (issubclass(found, BaseModel) or is_dataclass(found)):
        for annotation in _annotations(found).values():
            yield from _settings_classes(annotation, (*inside, found))
    for part in get_args(found):
        yield from _settings_classes(part, inside)


def _annotations(model: type) -> Mapping[str, Any]:
    if issubclass(model, BaseModel):
        return {name: field.annotation for name, field in model.model_fields.items()}
    try:
        return get_type_hints(model)
    except NameError:
        return {}
