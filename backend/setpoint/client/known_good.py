"""The last known good: the newest revision that an instance has applied, kept for a start without the service.

It is encrypted with its own key rather than the token, which changes. A separate process does that, because the library
for it is larger than the supervisor.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from setpoint.client.private_file import write_private_file
from setpoint.errors import UnableError

_VERSION = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class KnownGood:
    """A revision that was applied.

    Attributes:
        revision: Its number.
        variables: Its values.
        applied_at: When it was applied.
    """

    revision: int
    variables: Mapping[str, str]
    applied_at: datetime

    def __repr__(self) -> str:
        """Return only the number, because the values are secret."""
        return f"<revision {self.revision}>"


@dataclass(frozen=True, slots=True)
class Cache:
    """Where the last known good of one environment is.

    Attributes:
        folder: The folder for all environments; created if needed, for its owner only.
        app: What is configured.
        environment: Where it runs.
    """

    folder: Path
    app: str
    environment: str

    @property
    def path(self) -> Path:
        """Return the file."""
        return self.folder / f"{self.app}.{self.environment}.known-good"

    def save(self, good: KnownGood) -> None:
        """Write a revision that was applied; the file is replaced as a whole or not at all.

        Raises:
            OSError: It can't be written; the old content is still there.
        """
        content = {
            "version": _VERSION,
            "revision": good.revision,
            "applied_at": good.applied_at.isoformat(),
            "variables": dict(good.variables),
        }
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private_file(self.path, self._crypt("seal", json.dumps(content).encode()))

    def load(self) -> KnownGood | None:
        """Return the last revision that was applied; None if there is none.

        Raises:
            UnableError: The file is not what was written, or its key is missing.
        """
        try:
            sealed = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"cannot read the last known good at `{self.path}`: {error.strerror}"
            raise UnableError(message) from None
        try:
            content = json.loads(self._crypt("open", sealed))
            applied_at = datetime.fromisoformat(content["applied_at"])
            return KnownGood(content["revision"], content["variables"], applied_at.astimezone(UTC))
        except (OSError, ValueError, KeyError, TypeError):
            message = f"the last known good at `{self.path}` is damaged, or its key has changed"
            raise UnableError(message) from None

    def _crypt(self, what: str, content: bytes) -> bytes:
        words = [sys.executable, "-m", __name__, what, str(self.folder / "key"), f"{self.app}/{self.environment}"]
        try:
            done = subprocess.run(words, input=content, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - the interpreter itself
        except subprocess.TimeoutExpired:
            raise OSError(None, f"the encryption took more than {_SECONDS} s") from None
        if done.returncode != 0:
            lines = done.stderr.decode("utf-8", "replace").splitlines()
            raise OSError(None, lines[-1] if lines else "the encryption failed")
        return done.stdout


def default_folder(environment: Mapping[str, str]) -> Path:
    """Return where the last known good of every environment is kept (XDG Base Directory Specification)."""
    base = environment.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "state") / "setpoint"


def _key(path: Path, *, to_seal: bool) -> bytes:
    """Return the key, which is created if there is none; if two processes create it at once, one wins."""
    if to_seal and path.exists() and path.stat().st_size != _KEY_BYTES:
        path.unlink()  # there is nothing to decrypt with it
    if not path.exists():
        new = path.with_name(f"{path.name}-{os.getpid()}")
        write_private_file(new, os.urandom(_KEY_BYTES))
        with suppress(FileExistsError):
            os.link(new, path)
        new.unlink()
    return path.read_bytes()


def _main(what: str, key_path: str, place: str) -> None:
    """Encrypt or decrypt standard input; the place is authenticated, so that no file passes for another one."""
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - only this process needs it
    except ImportError:
        sys.exit("it needs the package `cryptography`: `pip install cryptography`")
    cipher = AESGCM(_key(Path(key_path), to_seal=what == "seal"))
    content = sys.stdin.buffer.read()
    if what == "seal":
        nonce = os.urandom(_NONCE_BYTES)
        sys.stdout.buffer.write(nonce + cipher.encrypt(nonce, content, place.encode()))
    else:
        nonce, sealed = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
        sys.stdout.buffer.write(cipher.decrypt(nonce, sealed, place.encode()))


if __name__ == "__main__":
    _main(*sys.argv[1:])
