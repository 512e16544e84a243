"""What makes a JSON document a contract: its version, the dialect of its schema, and a digest of the whole."""

import hashlib
import json
from pathlib import Path
from typing import Any

from setpoint.errors import UnableError
from setpoint.text.escape import printable

VERSION = 1
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_LARGEST = 16 << 20


def digest(manifest: dict[str, Any]) -> str:
    """Return the name of a contract: the SHA-256 of all the rest, as JSON with sorted keys and without blanks."""
    rest = {key: value for key, value in manifest.items() if key != "digest"}
    canonical = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode('utf-8', 'surrogatepass')).hexdigest()}"


def read_document(path: str) -> dict[str, Any]:
    """Return the contract at `path`, as written by `setpoint schema`.

    Raises:
        UnableError: The file can't be read, or is not such a contract.
    """
    shown = printable(path)
    try:
        with Path(path).open("rb") as stream:
            document = json.loads(stream.read(_LARGEST))
    except OSError as error:
        message = f"cannot read `{shown}`: {(error.strerror or '').lower()}"
        raise UnableError(message) from None
    except (ValueError, RecursionError):
        raise no_contract(path) from None
    if not isinstance(document, dict) or document.get("version") != VERSION:
        message = f"`{shown}` is not a contract of version {VERSION}; `setpoint schema` writes one"
        raise UnableError(message)
    if document.get("digest") != digest(document):
        message = f"`{shown}` is not what `setpoint schema` wrote: its digest does not match; export it again"
        raise UnableError(message)
    return document


def no_contract(path: str) -> UnableError:
    """Return the error that says that `path` holds something else."""
    return UnableError(f"`{printable(path)}` is not a contract; `setpoint schema` writes one")
