"""What a type annotation says: what it is made of, which models a field nests, and what it accepts."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

from pydantic import BaseModel, Json, RootModel
from pydantic.fields import FieldInfo

ARRAYS = (list, tuple, set, frozenset)
"""The types whose values are JSON arrays in the environment."""


def alternatives(annotation: Any) -> Iterator[Any]:
    """Yield the members of a union, or the annotation itself, without `Annotated` and names around them."""
    if isinstance(annotation, type):
        yield annotation
        return
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif hasattr(annotation, "__value__"):
        yield from alternatives(annotation.__value__)
    elif isinstance(annotation, NewType):
        yield from alternatives(annotation.__supertype__)
    elif origin is Union or origin is UnionType:
        for each in get_args(annotation):
            yield from alternatives(each)
    else:
        yield annotation


def union_members(annotation: Any) -> list[Any]:
    """Return the members of a union other than None, each with what `Annotated` says of it; else `annotation` alone."""
    if get_origin(annotation) not in {Union, UnionType}:
        return [annotation]
    return [each for part in get_args(annotation) for each in union_members(part) if each is not NoneType]


def values(annotation: Any) -> list[Any]:
    """Return the alternatives other than None."""
    return [part for part in alternatives(annotation) if part is not NoneType]


def arguments(annotation: Any) -> tuple[Any, ...]:
    """Return the types inside `annotation`."""
    if hasattr(annotation, "__value__"):
        return (annotation.__value__,)
    if isinstance(annotation, NewType):
        return (annotation.__supertype__,)
    if get_origin(annotation) is Literal:
        return ()
    return get_args(annotation)


def is_class(candidate: Any, bases: tuple[type, ...]) -> bool:
    """Return whether `candidate` is one of `bases` or derived from one, with or without type arguments."""
    base = candidate if isinstance(candidate, type) else get_origin(candidate)
    return isinstance(base, type) and issubclass(base, bases)


def nested_model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model whose fields the field nests; None if there is none, or more than one."""
    models = _models(field)
    return models[0] if len(models) == 1 else None


def model_at(model: type[BaseModel], setting: Sequence[str | int]) -> type[BaseModel] | None:
    """Return the model that `model` nests at the path `setting`; None if there is none, or more than one."""
    found: type[BaseModel] | None = model
    for step in setting:
        info = found.model_fields.get(str(step)) if found else None
        found = nested_model(info) if info else None
    return found


def models_from(
    model: type[BaseModel], setting: tuple[str | int, ...], around: tuple[type, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], type[BaseModel]]]:
    """Yield `model`, which is at the path `setting`, and each model that it nests, with their paths."""
    yield setting, model
    for name, info in model.model_fields.items():
        nested = nested_model(info)
        if nested is not None and nested not in (model, *around):
            yield from models_from(nested, (*setting, name), (model, *around))


def _models(field: FieldInfo) -> list[type[BaseModel]]:
    found = [part for part in alternatives(field.annotation) if is_class(part, (BaseModel,))]
    return [each for each in found if not is_class(each, (RootModel,))]


def parts(annotation: Any) -> Iterator[Any]:
    """Yield the alternatives other than None; for a `RootModel`, those of its value."""
    for part in values(annotation):
        if is_class(part, (RootModel,)) and "root" in part.model_fields:
            yield from parts(part.model_fields["root"].annotation)
        else:
            yield part


def is_open(field: FieldInfo) -> bool:
    """Return whether the field accepts keys that are not listed here: of a `dict`, or of one of several models."""
    inside = list(parts(field.annotation))
    if any(is_class(part, (BaseModel,)) for part in inside) and (
        inside != values(field.annotation)  # The fields of a model in a `RootModel` are not separate settings.
        or len(_models(field)) > 1
    ):
        return True
    return any(_takes_keys(get_origin(part) or part) for part in inside)


def _takes_keys(base: Any) -> bool:
    return base is Any or is_class(base, (Mapping,)) or is_dataclass(base) or hasattr(base, "_fields")


def is_object(field: FieldInfo) -> bool:
    """Return whether each value of the field is made of a JSON object, or None."""
    inside = list(parts(field.annotation))
    return all(
        is_class(part, (BaseModel,)) or (part is not Any and _takes_keys(get_origin(part) or part)) for part in inside
    )


def takes_json(field: FieldInfo) -> bool:
    """Return whether the field's value is JSON in the environment."""
    return any(is_class(part, (*ARRAYS, dict, BaseModel)) for part in parts(field.annotation))


def keys(annotation: Any, seen: frozenset[Any] = frozenset()) -> Iterator[str]:
    """Yield the names of the fields of all models inside `annotation`."""
    if is_class(annotation, (BaseModel,)) and annotation not in seen:
        for name, field in annotation.model_fields.items():
            yield name
            yield from [field.validation_alias] if isinstance(field.validation_alias, str) else []
            yield from keys(field.annotation, seen | {annotation})
    for part in arguments(annotation):
        yield from keys(part, seen)


def models_inside(annotation: Any, seen: frozenset[Any] = frozenset()) -> Iterator[type[BaseModel]]:
    """Yield all models inside `annotation`: in collections, in unions, and in each other."""
    if is_class(annotation, (BaseModel,)) and annotation not in seen:
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_inside(field.annotation, seen | {annotation})
    for part in arguments(annotation):
        yield from models_inside(part, seen)


def takes_numbers_or_words(field: FieldInfo) -> bool:
    """Return whether the field accepts only numbers, booleans, one of a few words, or lists of numbers."""
    return bool(choices(field)) or all(_is_number(part) for part in values(field.annotation))


def _is_number(annotation: Any) -> bool:
    if is_class(annotation, ARRAYS):
        inside = [part for each in arguments(annotation) if each is not ... for part in values(each)]
        return bool(inside) and all(map(_is_number, inside))
    return is_class(annotation, (bool, int, float, Decimal))


def choices(field: FieldInfo, *, by_name: bool = False) -> tuple[str, ...]:
    """Return the texts that the field accepts, if it accepts nothing else; otherwise nothing.

    Args:
        field: pydantic's description of it.
        by_name: Whether to return the names of an enumeration's members instead of their values.
    """
    found: list[str] = []
    takes_json_text = is_json(field.metadata)
    for part in parts(field.annotation):
        if get_origin(part) is Literal:
            found += map(_as_json, get_args(part)) if takes_json_text else texts_of(part)
        elif is_class(part, (Enum,)):
            found += [each.name if by_name else (_as_json if takes_json_text else _as_text)(each) for each in part]
        else:
            return ()
    return tuple(found)


def is_json(metadata: Iterable[Any]) -> bool:
    """Return whether a field with this `metadata` takes its value out of a JSON text (`Json[int]`)."""
    return any(is_class(type(each), (Json,)) for each in metadata)


def texts_of(literal: Any, *, beside_json: bool = False) -> list[str]:
    """Return the texts that a `Literal` accepts: its strings and members, or everything in it if it has neither.

    No text sets the `1` of `Literal[1, "two"]`. There is none for `Literal[1]` either, but something has to be said.

    Args:
        literal: The type.
        beside_json: Whether a text that is JSON is decoded, so that it can be a number as well.
    """
    allowed = get_args(literal)
    settable = [each for each in allowed if beside_json or isinstance(each, (str, Enum))]
    return [_as_text(each) for each in settable or allowed]


def _as_text(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def _as_json(value: Any) -> str:
    return json.dumps(value.value if isinstance(value, Enum) else value, default=str)
