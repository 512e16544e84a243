"""A stream that holds something for as long as it is open: the session of an instance, places of apps."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from app.stream.open_streams import Content
from app.stream.outlet import Outlet

Thing = TypeVar("Thing")
Thing_contra = TypeVar("Thing_contra", contravariant=True)


class Lease(Protocol[Thing_contra]):
    """Hands out what is held, as the service's `Leases` and `StreamPlaces` do."""

    def begin(self, held: Thing_contra, /) -> None:
        """Hold something for as long as a stream is open; if this raises, it is not held."""
        ...

    def end(self, held: Thing_contra, /) -> None:
        """Record that the stream has ended."""
        ...


class Leased(Generic[Thing]):
    """The content of `content`, with something held until it is closed."""

    __slots__ = ("_content", "_held", "_is_open", "_lease")

    def __init__(self, content: Content, lease: Lease[Thing], held: Thing) -> None:
        """Hold it.

        Args:
            content: What the stream sends.
            lease: Hands it out; if that raises, the content is closed.
            held: What to hold.
        """
        self._content, self._lease, self._held = content, lease, held
        self._is_open = False
        try:
            lease.begin(held)
        except BaseException:
            content.close()
            raise
        self._is_open = True

    def begin(self) -> Iterator[bytes]:
        """Yield what the client has missed."""
        return self._content.begin()

    @property
    def outlet(self) -> Outlet:
        """What its stream waits on."""
        return self._content.outlet

    @property
    def allowed_until(self) -> float:
        """When the client may listen no longer."""
        return self._content.allowed_until

    def more(self) -> Iterator[bytes]:
        """Yield what has come since."""
        return self._content.more()

    def close(self) -> None:
        """Release it; calling this again does no harm."""
        self._content.close()
        if self._is_open:
            self._is_open = False
            self._lease.end(self._held)
