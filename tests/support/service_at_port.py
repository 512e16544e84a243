"""The service at an address that it keeps while it is stopped, killed and started again."""

import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

from app.store.opening import open_store
from support.configuration_service import first_token
from support.followed_environment import Billing
from support.gunicorn_process import GunicornProcess, gunicorn
from support.keyed_settings import KEYS
from support.waiting import eventually


class ServiceAtPort:
    """A service that comes and goes.

    Attributes:
        database_url: Where it keeps everything.
        address: Where it listens.
        url: The same as the clients are told.
    """

    def __init__(self, folder: Path, database_url: str, address: tuple[str, int]) -> None:
        self.database_url = database_url
        self.address = address
        self.url = f"http://{address[0]}:{address[1]}"
        self._folder = folder
        self._stack = ExitStack()
        self._process: GunicornProcess | None = None

    @property
    def process(self) -> GunicornProcess:
        """Its gunicorn, as long as it runs."""
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start it, and return once it answers."""
        variables = {"DATABASE_URL": self.database_url, "PORT": str(self.address[1])}
        running = self._stack.enter_context(gunicorn(self._folder / "service.log", variables, opens_its_port=True))
        self._process = GunicornProcess(running.process, self.address, running.output)
        self._process.wait_until_ready()

    def stop(self) -> None:
        """End it in good order."""
        assert self._process is not None
        self._process.signal(signal.SIGTERM)
        self._process.wait()
        self._stack.close()

    def kill(self) -> None:
        """End all of its processes by force."""
        assert self._process is not None
        workers = self._process.workers()
        for each in (self._process.pid, *workers):
            os.kill(each, signal.SIGKILL)
        self._process.wait()
        eventually(lambda: not any(Path(f"/proc/{each}").exists() for each in workers), "its workers are gone")
        self._stack.close()

    def billing(self) -> Billing:
        """Return an environment of it."""
        return Billing(self.url, first_token(self.database_url))

    @property
    def workers(self) -> Mapping[str, datetime]:
        """Return the workers that have said that they run, and when."""
        with closing(open_store(self.database_url, KEYS)) as store:
            return store.read(lambda found: found.sessions.beats())

    def close(self) -> None:
        """End whatever still runs."""
        self._stack.close()


@contextmanager
def service_at_port(folder: Path, database_url: str) -> Iterator[ServiceAtPort]:
    """Give a service that is not started yet, at a port that nobody else gets."""
    with socket.socket() as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        with closing(ServiceAtPort(folder, database_url, reserved.getsockname())) as service:
            yield service
