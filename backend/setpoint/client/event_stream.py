"""Reads Server-Sent Events as the HTML standard says (section 9.2.6, interpreting an event stream)."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LONGEST_LINE = 1 << 20
"""In bytes. Anything longer is not an event of the service, and would fill the memory."""

_LINE_END = re.compile(rb"\r\n|\n|\r")


class ServerEvent(NamedTuple):
    """One event.

    Attributes:
        name: Its kind; `message` if it does not say.
        data: Its content.
        last_id: What to send as `Last-Event-ID` to continue after it.
    """

    name: str
    data: str
    last_id: str


class EventStream:
    """The events in the bytes of one answer.

    Attributes:
        last_id: The last `id` seen.
        retry_milliseconds: How long to wait before reconnecting; None if the service has not said.
    """

    def __init__(self, chunks: Iterable[bytes], last_id: str = "") -> None:
        """Take the bytes as they arrive, and where an earlier stream ended."""
        self.last_id = last_id
        self.retry_milliseconds: int | None = None
        self._chunks = chunks

    def __iter__(self) -> Iterator[ServerEvent]:
        """Yield each event once it is complete; an event that is cut off by the end of the stream is dropped."""
        name, data = "", list[str]()
        for line in self._lines():
            if not line:
                if data:
                    yield ServerEvent(name or "message", "\n".join(data), self.last_id)
                name, data = "", []
                continue
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif field == "id" and "\0" not in value:
                self.last_id = value
            elif field == "retry" and value.isascii() and value.isdigit():
                self.retry_milliseconds = int(value)

    def _lines(self) -> Iterator[str]:
        rest = b""
        for chunk in self._chunks:
            rest += chunk
            # A `\r` at the end may be half of a `\r\n`.
            held_back = rest[-1:] if rest.endswith(b"\r") else b""
            *lines, rest = _LINE_END.split(rest[: len(rest) - len(held_back)])
            rest += held_back
            if len(rest) > LONGEST_LINE:
                return
            for line in lines:
                yield line.decode("utf-8", "replace").removeprefix("\ufeff")
