"""Takes apart a class that is put together from settings classes, each of which reads the environment for itself."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from types import TracebackType
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel
from pydantic_settings import BaseSettings


def settings_classes_in(found: object) -> tuple[type[BaseSettings], ...]:
    """Return the settings classes of which `found` is made up: itself, if it is one; none, if it is something else.

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


def settings_classes_of_failed_body(traceback: TracebackType | None, class_name: str) -> tuple[type[BaseSettings], ...]:
    """Return the settings classes that the body of the class `class_name` names, where the body itself failed.

    `db: Db = Db()` in a model reads the environment before there is a model, and may find it bad.
    """
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_name == class_name and "__qualname__" in frame.f_locals:
            named = (frame.f_globals.get(name) for name in frame.f_code.co_names)
            return tuple(dict.fromkeys(each for found in named for each in settings_classes_in(found)))
        traceback = traceback.tb_next
    return ()
