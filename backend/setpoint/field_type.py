"""What a field's annotation says: whether it is secret, which models it nests, and its type in words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import AnyUrl, BaseModel, Secret, SecretBytes, SecretStr
from pydantic.fields import FieldInfo
from pydantic.networks import _BaseMultiHostUrl

_SECRET_NAME = re.compile(
    r"(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRETS|TOKEN|CREDENTIALS?|(API|PRIVATE|SECRET|ACCESS|ENCRYPTION|SIGNING)_KEYS?)(_|$)"
)
_SECRET_TYPES = (SecretStr, SecretBytes, Secret)
# A URL to a database or a broker carries its password inside.
_URL_TYPES = (AnyUrl, _BaseMultiHostUrl)
# In this order: a `bool` is an `int`, too.
_PLAIN_TYPES: Mapping[type, str] = {
    bool: "`true` or `false`",
    int: "an integer",
    float: "a number",
    Decimal: "a number",
    str: "text",
    bytes: "text",
    list: "a JSON array",
    tuple: "a JSON array",
    set: "a JSON array",
    frozenset: "a JSON array",
    dict: "a JSON object",
}
_TYPES_IN_WORDS: Mapping[type, str] = {
    **_PLAIN_TYPES,
    BaseModel: "a JSON object",
    AnyUrl: "a URL",
    _BaseMultiHostUrl: "a URL",
    PurePath: "a path",
    UUID: "a UUID",
    timedelta: "a duration",
    datetime: "a date with a time",
    date: "a date",
}


def is_secret(name: str, field: FieldInfo) -> bool:
    """Return whether values of the field `name` are never to be shown.

    They are if the type says so anywhere inside, or if the name does: many apps keep a password in
    a plain `str`, and masking a harmless value costs less than showing a secret one.
    """
    return bool(_SECRET_NAME.search(name.upper())) or any(
        _is_class(part, (*_SECRET_TYPES, *_URL_TYPES)) for part in _parts(field.annotation)
    )


def nested_model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model whose fields the field nests, None where there is none or more than one."""
    models = [part for part in _alternatives(field.annotation) if _is_class(part, (BaseModel,))]
    return models[0] if len(models) == 1 else None


def is_open(field: FieldInfo) -> bool:
    """Return whether the field takes keys that its class doesn't list, as a `dict` does."""
    return any((get_origin(part) or part) in {dict, Any} for part in _alternatives(field.annotation))


def choices(field: FieldInfo) -> tuple[str, ...]:
    """Return the texts that the field takes, if these are all that it takes; else nothing."""
    found: list[str] = []
    for part in _alternatives(field.annotation):
        if get_origin(part) is Literal:
            found += [str(each.value if isinstance(each, Enum) else each) for each in get_args(part)]
        elif _is_class(part, (Enum,)):
            found += [str(each.value) for each in part]
        elif part is not NoneType:
            return ()
    return tuple(found)


def description(field: FieldInfo) -> str:
    """Return the type in words that complete "expected …": "an integer from 1 to 65535"."""
    allowed = choices(field)
    if allowed:
        quoted = [f"`{choice}`" for choice in allowed]
        return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
    parts = [part for part in _alternatives(field.annotation) if part is not NoneType]
    words = list(dict.fromkeys(_type_in_words(part) for part in parts))
    return " or ".join(words) + _range_in_words(field)


def _type_in_words(part: Any) -> str:
    base = get_origin(part) or part
    if base is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(part))
    if _is_class(base, _SECRET_TYPES):
        inner = [each for each in _arguments(part) if each in _PLAIN_TYPES]
        return _PLAIN_TYPES[inner[0]] if inner else "text"
    known = (words for kind, words in _TYPES_IN_WORDS.items() if _is_class(base, (kind,)))
    return next(known, f"a {getattr(base, '__name__', str(base))}")


def _range_in_words(field: FieldInfo) -> str:
    bounds = {
        attribute: getattr(constraint, attribute)
        for constraint in _constraints([*field.metadata, *_parts(field.annotation)])
        for attribute in ("ge", "gt", "le", "lt", "min_length", "max_length")
        if getattr(constraint, attribute, None) is not None
    }
    if {"ge", "le"} <= bounds.keys():
        return f" from {bounds['ge']} to {bounds['le']}"
    if {"min_length", "max_length"} <= bounds.keys():
        return f" of {bounds['min_length']} to {bounds['max_length']} characters"
    words = {
        "ge": "from {}",
        "gt": "above {}",
        "le": "up to {}",
        "lt": "below {}",
        "min_length": "of at least {} characters",
        "max_length": "of at most {} characters",
    }
    found = [words[attribute].format(bounds[attribute]) for attribute in words if attribute in bounds]
    return f" {' and '.join(found)}" if found else ""


def _constraints(metadata: Iterable[Any]) -> Iterator[Any]:
    for each in metadata:
        if isinstance(each, Ge | Gt | Le | Lt | MaxLen | MinLen):
            yield each
        elif isinstance(each, FieldInfo):
            yield from _constraints(each.metadata)


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Yield the members of a union, or the annotation itself, without `Annotated` around them."""
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif hasattr(annotation, "__value__"):
        yield from _alternatives(annotation.__value__)
    elif (get_origin(annotation) is not None and NoneType in get_args(annotation)) or _is_union(annotation):
        for each in get_args(annotation):
            yield from _alternatives(each)
    else:
        yield annotation


def _parts(annotation: Any, seen: frozenset[Any] = frozenset()) -> Iterator[Any]:
    """Yield the annotation and all that stands inside it, fields of models included."""
    yield annotation
    if _is_class(annotation, (BaseModel,)) and annotation not in seen:
        for name, field in annotation.model_fields.items():
            if _SECRET_NAME.search(name.upper()):
                yield SecretStr
            yield from _parts(field.annotation, seen | {annotation})
    for part in _arguments(annotation):
        yield from _parts(part, seen)


def _arguments(annotation: Any) -> tuple[Any, ...]:
    if hasattr(annotation, "__value__"):
        return (annotation.__value__,)
    if get_origin(annotation) is Literal:
        return ()
    return get_args(annotation)


def _is_union(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return getattr(origin, "__name__", "") in {"Union", "UnionType"} or str(origin) == "typing.Union"


def _is_class(candidate: Any, bases: tuple[type, ...]) -> bool:
    candidate = get_origin(candidate) or candidate
    return isinstance(candidate, type) and issubclass(candidate, bases)
