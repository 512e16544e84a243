import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stream import wire

TEXTS = st.text(st.characters(codec="utf-8"))


@dataclass
class StandardClient:
    """Reads a stream as the HTML standard tells browsers to ("9.2.6 Interpreting an event stream")."""

    events: list[tuple[str, str]] = field(default_factory=list)
    retry: int | None = None
    _name: str = ""
    _data: str = ""

    def read(self, stream: bytes) -> "StandardClient":
        """Take in a whole stream."""
        for line in re.split(r"\r\n|\r|\n", stream.decode()):
            self._take(line)
        return self

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            self._dispatch()
        elif name == "event":
            self._name = value
        elif name == "data":
            self._data += value + "\n"
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value)

    def _dispatch(self) -> None:
        if self._data:
            self.events.append((self._name or "message", self._data.removesuffix("\n")))
        self._name = self._data = ""


def lines_joined_by_line_feeds(text: str) -> str:
    """Return `text` as it arrives: the format knows no other line end."""
    return re.sub(r"\r\n|\r", "\n", text)


@given(st.lists(st.tuples(st.from_regex(r"[A-Za-z0-9_.-]+", fullmatch=True), TEXTS)))
def test_what_is_sent_is_what_a_client_reads(sent: list[tuple[str, str]]) -> None:
    """Whatever stands in the data, a client reads these events and no others."""
    stream = b"".join(wire.event(name, data) for name, data in sent)

    assert StandardClient().read(stream).events == [(name, lines_joined_by_line_feeds(data)) for name, data in sent]


@given(TEXTS)
def test_a_comment_is_no_event(text: str) -> None:
    """Whatever stands in a comment, a client hands nothing of it on."""
    client = StandardClient().read(wire.comment(text) + wire.event("next", "1"))

    assert (client.events, client.retry) == ([("next", "1")], None)


@pytest.mark.parametrize("name", ["", "a\nb", "a\rdata: x", "a:b", "a b", "a\0", "ä"])
def test_a_name_that_could_be_read_as_more_is_refused(name: str) -> None:
    """A line break in the name of an event would smuggle in a field."""
    with pytest.raises(ValueError, match="name of an event"):
        wire.event(name, "")


def test_a_client_learns_when_to_come_back() -> None:
    """`retry` is a field of its own, in milliseconds."""
    assert StandardClient().read(wire.retry(2_500)).retry == 2_500
