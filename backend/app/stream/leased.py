"""A stream that keeps a session live for as long as it is open."""

from collections.abc import Iterator
from typing import Protocol

from app.stream.open_streams import Source


class Lease(Protocol):
    """Who holds sessions; `app.service.leases.Leases` does."""

    def begin(self, session_id: str) -> None:
        """Hold a session for as long as its stream is open."""
        ...

    def end(self, session_id: str) -> None:
        """Note that a stream of a session has ended."""
        ...


class Leased:
    """What `source` gives, with the session held until it is closed."""

    __slots__ = ("_lease", "_session_id", "_source")

    def __init__(self, source: Source, lease: Lease, session_id: str) -> None:
        self._source, self._lease, self._session_id = source, lease, session_id
        lease.begin(session_id)

    def begin(self) -> Iterator[bytes]:
        """Yield what the instance has missed."""
        return self._source.begin()

    def wait(self, timeout: float) -> bool:
        """Wait until there is something to do, `timeout` seconds at most; return whether there is."""
        return self._source.wait(timeout)

    def more(self) -> Iterator[bytes]:
        """Yield what has come since."""
        return self._source.more()

    def wake(self) -> None:
        """Make whoever waits look again."""
        self._source.wake()

    def close(self) -> None:
        """Let go of the session."""
        self._source.close()
        self._lease.end(self._session_id)
