"""Encryption at rest: a data key seals a revision, the app's key wraps that, a key of the service wraps this.

AES-256-GCM throughout, with a random nonce and with the place as associated data: what was moved elsewhere, or
changed by a bit, can't be opened.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.domain.errors import DamagedError, UnusableStorageError
from app.domain.place import Place
from app.domain.variables import Variables
from config.storage_types import KEY_BYTES, parse_keys
from observability.known_secrets import remember_secret
from setpoint.contract.guidance import PublicValueError

REVISION, PROPOSAL = "", "proposal-"
"""What the sealed values belong to: they can't be opened anywhere else."""

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Keyring:
    """The service's own keys by id; the first one wraps, all of them unwrap."""

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Return the keys in `id:key,id:key`, where each key is 32 bytes in base64.

        Raises:
            UnusableStorageError: The text is not such a list; the message does not contain it.
        """
        try:
            return cls(parse_keys(text))
        except PublicValueError as error:
            message = f"`ENCRYPTION_KEYS` is invalid: {error}"
            raise UnusableStorageError(message) from None

    @property
    def first(self) -> str:
        """The id of the key that wraps."""
        return next(iter(self.keys))


@dataclass(frozen=True, slots=True)
class WrappedAppKey:
    """The key of an app, as stored."""

    app: str
    wrapped_by: str
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class SealedBody:
    """The values of a revision or a proposal, as stored."""

    body: bytes
    data_key: bytes


class Sealer:
    """Seals and opens with one keyring; the app keys that it has unwrapped stay in memory."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self._unwrapped: dict[WrappedAppKey, bytes] = {}

    def new_app_key(self, app: str) -> WrappedAppKey:
        """Return a new key for `app`."""
        return self._wrap_app_key(app, os.urandom(KEY_BYTES))

    def wrap_anew(self, app_key: WrappedAppKey) -> WrappedAppKey:
        """Return the same key, wrapped by the first key of the service."""
        return self._wrap_app_key(app_key.app, self.app_key(app_key))

    def app_key(self, app_key: WrappedAppKey) -> bytes:
        """Return the key itself.

        Raises:
            UnusableStorageError: The service does not have the key that wraps it.
        """
        if (known := self._unwrapped.get(app_key)) is not None:
            return known
        try:
            key = _open(self.keyring.keys[app_key.wrapped_by], app_key.wrapped, _as_json("app-key", app_key.app))
        except (KeyError, InvalidTag):
            raise UnusableStorageError(self._lacks(app_key)) from None
        self._unwrapped[app_key] = key
        return key

    def _lacks(self, app_key: WrappedAppKey) -> str:
        wrapped_by, whose = app_key.wrapped_by, f"the values of `{app_key.app}` are encrypted with"
        if wrapped_by in self.keyring.keys:
            return f"the key `{wrapped_by}` in `ENCRYPTION_KEYS` is not the one that {whose}"
        return f"`ENCRYPTION_KEYS` does not hold the key `{wrapped_by}` that {whose}; add it after the first one"

    def seal(
        self, place: Place, number: int, variables: Variables, app_key: WrappedAppKey, of: str = REVISION
    ) -> SealedBody:
        """Return the values in the form that is stored."""
        data_key = os.urandom(KEY_BYTES)
        text = orjson.dumps(dict(variables.items()))
        return SealedBody(
            body=_seal(data_key, text, _at(f"{of}body", place, number)),
            data_key=_seal(self.app_key(app_key), data_key, _at(f"{of}data-key", place, number)),
        )

    def open(
        self, place: Place, number: int, sealed: SealedBody, app_key: WrappedAppKey, of: str = REVISION
    ) -> Variables:
        """Return the values, which no log line shows from now on: which of them are secret is not known here.

        Raises:
            DamagedError: What is stored is not what was written there.
        """
        try:
            data_key = _open(self.app_key(app_key), sealed.data_key, _at(f"{of}data-key", place, number))
            text = _open(data_key, sealed.body, _at(f"{of}body", place, number))
        except InvalidTag:
            what = f"{place}{'#' if of == PROPOSAL else '@'}{number}"
            message = f"the values of `{what}` can't be decrypted: they are not what was written"
            raise DamagedError(message) from None
        variables = cast("dict[str, str]", orjson.loads(text))
        remember_secret(*variables.values())
        return Variables(variables)

    def seal_webhook_secret(self, endpoint_id: str, secret: str, app_key: WrappedAppKey) -> bytes:
        """Return the signing secret of an endpoint, in the form that is stored."""
        return _seal(self.app_key(app_key), secret.encode(), _as_json("webhook", endpoint_id))

    def open_webhook_secret(self, endpoint_id: str, sealed: bytes, app_key: WrappedAppKey) -> str:
        """Return the signing secret of an endpoint, which no log line shows from now on.

        Raises:
            DamagedError: What is stored is not what was written there.
        """
        try:
            secret = _open(self.app_key(app_key), sealed, _as_json("webhook", endpoint_id)).decode()
        except InvalidTag:
            message = f"the secret of the webhook `{endpoint_id}` can't be decrypted: it is not what was written"
            raise DamagedError(message) from None
        remember_secret(secret)
        return secret

    def _wrap_app_key(self, app: str, key: bytes) -> WrappedAppKey:
        first = self.keyring.first
        return WrappedAppKey(app, first, _seal(self.keyring.keys[first], key, _as_json("app-key", app)))


def _as_json(*parts: str) -> bytes:
    return json.dumps(parts).encode()


def _at(what: str, place: Place, number: int) -> bytes:
    """Return the same JSON as for other parts; nothing in the name of a place has to be escaped."""
    return f'["{what}", "{place.app}", "{place.environment}", {number}]'.encode()


def _seal(key: bytes, plain: bytes, associated: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, associated)


def _open(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    if len(sealed) <= _NONCE_BYTES:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], associated)
