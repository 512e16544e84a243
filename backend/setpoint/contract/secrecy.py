"""Decides which settings and values must never be shown."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from types import NoneType
from typing import Any, Literal, get_origin, get_type_hints

from pydantic import BaseModel, Secret, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

from setpoint.contract.field_type import alternatives, arguments, choices, is_class, takes_numbers_or_words, values
from setpoint.text.secret_names import ends_as_a_secret, is_public_name, is_secret_name
from setpoint.text.secret_values import is_bare_token

_MEASURES = (int, float, Decimal, timedelta)
SECRET_TYPES = (SecretStr, SecretBytes, Secret)
"""The types that pydantic itself never prints."""

_URL_TYPES = {("pydantic.networks", "_BaseUrl"), ("pydantic.networks", "_BaseMultiHostUrl")}
# A long word, or one of ten characters that mixes letters and digits, or has capitals after small letters.
# The long ones come first: the other patterns scan a word more than once.
_OUT_OF_PLACE = r"(?<!\S)(?:\S{25}|(?=\S*\d)(?=\S*[A-Za-z])\S{10}|(?=\S*[a-z]\S*[A-Z])\S{10})"


class KnownSecret:
    """Marks a field as secret whatever its type and name are."""


class UnknownType:
    """Marks a field whose type is not known here, so that it may be numbers or a few words."""


def is_secret(names: Iterable[str], field: FieldInfo) -> bool:
    """Return whether values of the field that is known under `names` must never be shown.

    That is so if the type says so anywhere inside, or if a name does: many apps keep a password in
    a plain `str`, and masking a harmless value costs less than showing a secret one.
    """
    return (
        any(isinstance(each, KnownSecret) for each in field.metadata)
        or any(_is_named_secret(each, field) for each in names)
        or any(is_class(part, SECRET_TYPES) or _is_url(part) for part in _parts(field.annotation))
    )


def _is_named_secret(name: str, field: FieldInfo) -> bool:
    """Return whether the name of the field says that it holds a secret, and its type does not rule that out."""
    if not is_secret_name(name) or _holds_no_secret(field.annotation):
        return False
    is_number = all(is_class(part, _MEASURES) for part in values(field.annotation))
    return ends_as_a_secret(name) or not is_number


def is_out_of_place(value: str, field: FieldInfo) -> bool:
    """Return whether `value` seems to be a secret under the wrong name.

    A number, a boolean or one of a few words never does; if any string is accepted, there is no telling.
    """
    may_take_those_alone = takes_numbers_or_words(field) or any(
        isinstance(each, UnknownType) for each in field.metadata
    )
    return bool(re.search(_OUT_OF_PLACE, value)) and may_take_those_alone and value not in choices(field)


def is_unnamed(value: str, name: str, field: FieldInfo) -> bool:
    """Return whether `value` is a long key under a `name` that does not say what it is, where any string will do."""
    takes_any = any(part in {str, Any} for part in values(field.annotation))
    return takes_any and not is_public_name(name) and is_bare_token(value)


def secret_text(value: object) -> str:
    """Return the secret that `value` holds, as text; for a model, its first one; empty if there is none."""
    if isinstance(value, BaseModel):
        secret = (name for name, field in type(value).model_fields.items() if is_secret([name], field))
        return next(filter(None, (secret_text(getattr(value, name, None)) for name in secret)), "")
    inside = value.get_secret_value() if isinstance(value, Secret | SecretBytes | SecretStr) else value
    if isinstance(inside, bytes):
        return inside.decode("utf-8", "replace")
    return str(inside) if isinstance(inside, str | int | float) or _is_url(type(inside)) else ""


def _is_url(candidate: Any) -> bool:
    """Return whether `candidate` is one of pydantic's types of URLs: one to a database carries its password inside.

    They are recognised by name, because importing them is slow, and few classes have one.
    """
    bases = getattr(get_origin(candidate) or candidate, "__mro__", ())
    return any((each.__module__, each.__name__) in _URL_TYPES for each in bases)


def _holds_no_secret(annotation: Any) -> bool:
    """Return whether the type lists all of its values, or is a path, so that no value can be a secret."""
    return all(
        part in {bool, NoneType} or get_origin(part) is Literal or is_class(part, (Enum, PurePath))
        for part in alternatives(annotation)
    )


def _parts(annotation: Any, seen: frozenset[Any] = frozenset()) -> Iterator[Any]:
    """Yield the annotation and everything inside it, including the fields of models."""
    yield annotation
    if isinstance(annotation, type) and annotation not in seen:
        for name, field in _fields(annotation).items():
            if _is_named_secret(name, field):
                yield SecretStr
            yield from _parts(field.annotation, seen | {annotation})
    for part in arguments(annotation):
        yield from _parts(part, seen)


def _fields(annotation: type) -> dict[str, FieldInfo]:
    """Return the fields of a model, or of what pydantic treats as one: a dataclass, typed dict or named tuple."""
    if issubclass(annotation, BaseModel):
        return annotation.model_fields
    if not is_dataclass(annotation) and not issubclass(annotation, (dict, tuple)):
        return {}
    try:
        hints = get_type_hints(annotation, include_extras=True)
    except NameError:  # pydantic can't know a type that is imported only for type checkers.
        return {}
    return {name: FieldInfo(annotation=hint) for name, hint in hints.items()}
