"""Finds every string inside a secret value once its class has converted it: a validator could quote any of them."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Secret, SecretBytes, SecretStr, TypeAdapter
from pydantic.fields import FieldInfo

from setpoint.contract.app_code import AppCode
from setpoint.contract.field_type import alternatives, takes_json
from setpoint.contract.plain_value import text_of
from setpoint.contract.secrecy import is_secret
from setpoint.text.secret_names import is_secret_name
from setpoint.text.secret_values import looks_secret

# What these make of a text is the text itself.
_MAKE_NOTHING = {str, SecretStr, type(None)}


def texts_in(value: object) -> Iterator[str]:
    """Yield the strings in `value`, at any depth."""
    if isinstance(value, Secret | SecretBytes | SecretStr):
        yield from texts_in(value.get_secret_value())
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, BaseModel):
        # `dict` would call a field that is named `keys`.
        yield from texts_in({**vars(value), **(value.model_extra or {})})
    elif isinstance(value, Mapping):
        yield from (text for each in value.values() for text in texts_in(each))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (text for each in value for text in texts_in(each))
    elif value is not None and not isinstance(value, bool):
        yield text_of(value)


def secrets_in(value: object) -> Iterator[str]:
    """Yield the strings in `value` that are secrets by their type, their name or their looks, at any depth."""
    if isinstance(value, Secret | SecretBytes | SecretStr):
        yield from texts_in(value)
    elif isinstance(value, BaseModel):
        fields = type(value).model_fields
        for name, each in vars(value).items():
            is_one = is_secret([name], fields[name]) if name in fields else is_secret_name(name)
            yield from texts_in(each) if is_one else secrets_in(each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from texts_in(each) if is_secret_name(str(key)) else secrets_in(each)
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (text for each in value for text in secrets_in(each))
    elif isinstance(value, str) and looks_secret(value):
        yield value


def texts_made(field: FieldInfo, text: str) -> Iterator[str]:
    """Yield the strings in the value that the type of `field` makes of `text`; nothing if it refuses it."""
    if all(each in _MAKE_NOTHING for each in alternatives(field.annotation)) and not field.metadata:
        return
    made: Any = None
    with AppCode():
        annotation: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        made = TypeAdapter(annotation).validate_python(json.loads(text) if takes_json(field) else text)
    yield from texts_in(made)
