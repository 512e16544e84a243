"""Wakes the other processes on this machine after a commit, by a datagram; whoever misses it looks soon anyway."""

import os
import socket
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

_LONGEST_ADDRESS = 100
"""The kernel accepts 107 bytes as the path of a socket."""


class Bell:
    """One process that can be woken, and can wake all that use the same database file."""

    def __init__(self, database: Path) -> None:
        self._folder = _folder(database)
        self._address = self._folder / f"{os.getpid()}-{uuid4().hex[:8]}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._bind()
        self._sending = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sending.settimeout(0)

    def ring(self) -> None:
        """Wake every waiting process; the addresses of those that are gone are removed."""
        for name in self._names():
            address = f"{self._folder}/{name}"
            try:
                self._sending.sendto(b"!", address)
            except (ConnectionRefusedError, FileNotFoundError):
                Path(address).unlink(missing_ok=True)
            except OSError:  # its queue is full: it will wake up anyway
                continue

    def wait(self, timeout: float) -> None:
        """Return once somebody has rung since the last call, or after `timeout` seconds."""
        self._socket.settimeout(timeout)
        with suppress(TimeoutError):
            self._socket.recv(16)
            self._socket.settimeout(0)
            with suppress(BlockingIOError):
                while True:
                    self._socket.recv(16)

    def close(self) -> None:
        """Stop being woken; the last one removes the folder."""
        self._socket.close()
        self._sending.close()
        self._address.unlink(missing_ok=True)
        with suppress(OSError):
            self._folder.rmdir()

    def _names(self) -> list[str]:
        with suppress(FileNotFoundError):
            return os.listdir(self._folder)  # noqa: PTH208 - each write asks, and paths take several times as long
        return []

    def _bind(self) -> None:
        while True:
            with suppress(FileExistsError):  # `exist_ok` fails if the folder goes away before it has a look
                self._folder.mkdir(mode=0o700)
            with suppress(FileNotFoundError):  # the last one has just removed the folder
                self._socket.bind(str(self._address))
                return


def is_in_use(database: Path) -> bool:
    """Return whether a process on this machine is waiting to be woken for this database."""
    folder = _folder(database)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
        for address in folder.iterdir() if folder.is_dir() else ():
            with suppress(OSError):
                probe.connect(str(address))
                return True
    return False


def _folder(database: Path) -> Path:
    """Return a folder for the sockets: next to the database, or in the temporary folder if that path is too long."""
    beside = database.with_name(f"{database.name}-bells")
    if len(os.fsencode(beside)) > _LONGEST_ADDRESS - 40:
        name = sha256(os.fsencode(database.resolve())).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"setpoint-{os.getuid()}-{name}"
    return beside
