"""Says which settings and which values are never to be shown."""

import re
from collections.abc import Iterator
from enum import Enum
from types import NoneType
from typing import Any, Literal, get_origin

from pydantic import AnyUrl, BaseModel, Secret, SecretBytes, SecretStr
from pydantic.fields import FieldInfo
from pydantic.networks import _BaseMultiHostUrl

from setpoint.annotation import alternatives, arguments, is_class

_TELLING_WORDS = (
    r"PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|CONNECTION_STRING"
    r"|(?:API|PRIVATE|SECRET|ACCESS|ENCRYPTION|SIGNING|AUTH)_?KEY"
)
_SECRET_NAME = re.compile(
    rf"{_TELLING_WORDS}|(?:^|_)(?:TOKEN|PASS|PWD|DSN)(?:_|$)"
    r"|(?:^|_)(?:DATABASE|DB|REDIS|BROKER|AMQP|POSTGRES|POSTGRESQL|MYSQL|MONGO|MONGODB)_UR[LI](?:_|$)"
)
_SECRET_TYPES = (SecretStr, SecretBytes, Secret)
# A URL to a database or a broker carries its password inside.
_URL_TYPES = (AnyUrl, _BaseMultiHostUrl)
_WORD_INSIDE_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CREDENTIALS_INSIDE = re.compile(r":\S*@")
_SECRET_KEY_INSIDE = re.compile(rf"(?:{_TELLING_WORDS}|TOKEN|PASS|PWD)\w*[\"']?\s*[:=]", re.IGNORECASE)
_ESCAPED_KEY_INSIDE = re.compile(r"^\s*[\[{].*\\u", re.DOTALL)


def is_secret(name: str, field: FieldInfo) -> bool:
    """Return whether values of the field `name` are never to be shown.

    They are if the type says so anywhere inside, or if the name does: many apps keep a password in
    a plain `str`, and masking a harmless value costs less than showing a secret one.
    """
    return (is_secret_name(name) and not _is_a_choice(field.annotation)) or any(
        is_class(part, (*_SECRET_TYPES, *_URL_TYPES)) for part in _parts(field.annotation)
    )


def is_secret_name(name: str) -> bool:
    """Return whether `name`, in whatever spelling, is what people call secrets."""
    spelt_out = _WORD_INSIDE_CAMEL_CASE.sub("_", name).upper()
    return bool(_SECRET_NAME.search(re.sub(r"\W", "_", spelt_out)))


def looks_secret(value: str) -> bool:
    """Return whether `value` seems to hold a secret: a URL with a password, or a key that names one."""
    return any(pattern.search(value) for pattern in (_CREDENTIALS_INSIDE, _SECRET_KEY_INSIDE, _ESCAPED_KEY_INSIDE))


def secret_text(value: object) -> str:
    """Return the secret that `value` holds, as text; empty where it holds none."""
    inside = value.get_secret_value() if isinstance(value, Secret | SecretBytes | SecretStr) else value
    if isinstance(inside, bytes):
        return inside.decode("utf-8", "replace")
    return str(inside) if isinstance(inside, str | int | float | AnyUrl | _BaseMultiHostUrl) else ""


def _is_a_choice(annotation: Any) -> bool:
    """Return whether the type lists all its values, so that none of them can be a secret."""
    return all(
        part in {bool, NoneType} or get_origin(part) is Literal or is_class(part, (Enum,))
        for part in alternatives(annotation)
    )


def _parts(annotation: Any, seen: frozenset[Any] = frozenset()) -> Iterator[Any]:
    """Yield the annotation and all that stands inside it, fields of models included."""
    yield annotation
    if is_class(annotation, (BaseModel,)) and annotation not in seen:
        for name, field in annotation.model_fields.items():
            if is_secret_name(name) and not _is_a_choice(field.annotation):
                yield SecretStr
            yield from _parts(field.annotation, seen | {annotation})
    for part in arguments(annotation):
        yield from _parts(part, seen)
