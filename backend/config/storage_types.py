"""The database and the keys of the service, in usable form; neither is opened or tried here."""

import base64
import binascii
import re
import secrets
from collections.abc import Iterator
from typing import Annotated, NoReturn

from pydantic import AfterValidator, Secret

from setpoint.contract.guidance import Guidance, PublicValueError

KEY_BYTES = 32

_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SQLITE, _POSTGRESQL = "sqlite", ("postgresql", "postgres", "postgresql+psycopg")


def new_key() -> str:
    """Return a new key, in its written form."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def parse_keys(text: str) -> dict[str, bytes]:
    """Return the keys in `id:key,id:key` by id, in order; a key is 32 bytes in base64.

    Raises:
        PublicValueError: The text is not such a list; the message says which entry is wrong, without any part of it.
    """
    keys: dict[str, bytes] = {}
    for position, (key_id, encoded) in enumerate(_entries(text), start=1):
        key = _decoded(encoded)
        if not _KEY_ID.fullmatch(key_id) or key is None:
            _refuse(f"entry {position} is not `id:key`, with {KEY_BYTES} bytes in base64 as the key")
        if key_id in keys:
            _refuse(f"entry {position} has the same id as another one")
        keys[key_id] = key
    return keys


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for entry in text.split(","):
        key_id, _, encoded = entry.strip().partition(":")
        yield key_id, encoded


def _decoded(encoded: str) -> bytes | None:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def _checked_keys(text: str) -> str:
    parse_keys(text)
    return text


def _checked_url(text: str) -> str:
    """Return `text` if it can name a database.

    Raises:
        PublicValueError: It can't; the text names the part that is wrong.
    """
    if text[:1] in {'"', "'"}:
        _refuse("it is wrapped in quotes")
    if re.search(r"\s", text):
        _refuse("it contains whitespace")
    scheme, separator, rest = text.partition("://")
    if not separator:
        _refuse("the scheme is missing")
    if scheme == _SQLITE:
        _check_file(rest)
    elif scheme not in _POSTGRESQL:
        _refuse("its scheme is not that of a supported database")
    elif not rest.strip("/"):
        _refuse("neither a host nor a database is named")
    return text


def _check_file(rest: str) -> None:
    path = rest.partition("?")[0]
    if path and not path.startswith("/"):
        _refuse("a file comes after three slashes, `sqlite:///path`")
    if path in {"", "/", "/:memory:"}:
        _refuse("it names no file, and what is stored would be lost")


def _refuse(message: str) -> NoReturn:
    raise PublicValueError(message)


class DatabaseUrl(Secret[Annotated[str, AfterValidator(_checked_url)]]):
    """The URL of a SQLite file or a PostgreSQL database; shown without anything after its scheme."""

    def _display(self) -> str:
        return f"{self.get_secret_value().partition('://')[0]}://********"


class EncryptionKeys(Secret[Annotated[str, AfterValidator(_checked_keys)]]):
    """Keys by id, the first of which encrypts."""

    def parts(self) -> Iterator[str]:
        """Yield each key as written: it is a secret by itself, wherever it turns up."""
        for _, encoded in _entries(self.get_secret_value()):
            yield encoded


DATABASE = Guidance(
    expected="`sqlite:///path`, `sqlite:////absolute/path` or `postgresql://user:password@host:5432/name`",
    invalid="there would be nowhere to keep revisions",
    example="postgresql://<user>:<password>@<host>/<database>",
)
"""A relative path starts from where the service is started."""

KEYS = Guidance(
    expected=f"`id:key`, or several separated by commas; a key is {KEY_BYTES} bytes in base64",
    unset="values can't be encrypted, so the service does not start",
    invalid="values can't be encrypted",
    obtain=f'`echo "k1:$(head -c {KEY_BYTES} /dev/urandom | base64)"`; keep it away from backups',
    example="<id>:<key in base64>",
)
