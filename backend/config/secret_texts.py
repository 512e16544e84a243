"""Finds the texts that must not leave the process: secrets of the settings, as written and as decoded."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, Secret, SecretBytes, SecretStr
from pydantic_settings import BaseSettings

from config.storage_types import EncryptionKeys
from setpoint.contract.settings_class import SettingsContract

_DEEPEST = 8


def secret_texts(settings: BaseSettings) -> frozenset[str]:
    """Return the texts of all secret settings and the credentials of all URLs, including those within JSON and models.

    Args:
        settings: Settings that were built in this process's environment: what is written there counts as well.
    """
    found: set[str] = set()
    for variable in SettingsContract.of(type(settings)).variables:
        if variable.secret:
            value = _value_at(settings, variable.setting)
            found.update(_secrets_within(value) if isinstance(value, BaseModel) else texts_of(value))
            found.update(_texts_of_json(os.environ.get(variable.name, "")))
    found.update(_secrets_within(settings))
    return frozenset(text for text in found if text)


def _value_at(settings: BaseSettings, path: tuple[str, ...]) -> Any:
    start: Any = settings
    return reduce(lambda value, name: getattr(value, name, None), path, start)


def _secrets_within(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the texts of the secrets anywhere in `value`, and the credentials of URLs that are not secret."""
    if isinstance(value, (Secret, SecretStr, SecretBytes)):
        yield from texts_of(value)
    elif depth < _DEEPEST and isinstance(value, (BaseModel, Mapping, Sequence)) and not isinstance(value, (str, bytes)):
        for part in _parts(value):
            yield from _secrets_within(part, depth + 1)
    elif value is not None:
        yield from _credentials(str(value))


def texts_of(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield all texts in a value that is secret as a whole."""
    if isinstance(value, (Secret, SecretStr, SecretBytes)):
        yield from texts_of(value.get_secret_value(), depth)
        if isinstance(value, EncryptionKeys):
            yield from value.parts()
    elif isinstance(value, bytes):
        yield from texts_of(value.decode("utf-8", "backslashreplace"), depth)
    elif depth < _DEEPEST and isinstance(value, (BaseModel, Mapping, list, tuple, set, frozenset)):
        for part in _parts(value):
            yield from texts_of(part, depth + 1)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
        yield from _credentials(str(value))


def _texts_of_json(text: str) -> Iterator[str]:
    """Yield `text`, and the texts in it if it is JSON."""
    yield from texts_of(text)
    if text[:1] in {"{", "[", '"'}:
        try:
            yield from texts_of(json.loads(text))
        except (ValueError, RecursionError):
            return


def _parts(value: Any) -> list[Any]:
    if isinstance(value, BaseModel):
        return [part for _, part in value]
    return list(value.values()) if isinstance(value, Mapping) else list(value)


def _credentials(text: str) -> Iterator[str]:
    """Yield the password of a URL, as written and as decoded; its user if there is no password, as in a DSN."""
    try:
        parts = urlsplit(text) if "://" in text else None
    except ValueError:
        return
    if parts and (secret := parts.password or parts.username):
        yield secret
        yield unquote(secret)
