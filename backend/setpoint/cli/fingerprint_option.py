"""The option `--fingerprint-key-file`, shared by the commands that show settings."""

import argparse
from pathlib import Path

from setpoint.errors import UnableError
from setpoint.text.escape import printable
from setpoint.text.fingerprint import LONGEST_KEY, FingerprintKey, UnusableKeyError


def add_fingerprint_option(parser: argparse.ArgumentParser) -> None:
    """Add `--fingerprint-key-file` to `parser`."""
    parser.add_argument(
        "--fingerprint-key-file",
        metavar="FILE",
        help="give each secret a fingerprint (HMAC-SHA-256) made with the key in FILE, for people who share that key",
    )


def fingerprint_key(arguments: argparse.Namespace) -> FingerprintKey | None:
    """Return the key, where one is asked for.

    Raises:
        UnableError: The file can't be read, or holds no key.
    """
    path = arguments.fingerprint_key_file
    if path is None:
        return None
    try:
        with Path(path).open("rb") as stream:
            return FingerprintKey.of(stream.read(LONGEST_KEY + 3))
    except OSError as error:
        message = f"cannot read `{printable(path)}`: {(error.strerror or '').lower()}"
    except UnusableKeyError as error:
        message = f"`{printable(path)}` contains no key: {error}; `openssl rand -hex 32` makes one"
    raise UnableError(message)
