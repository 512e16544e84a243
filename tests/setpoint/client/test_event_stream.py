import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.client.event_stream import LONGEST_LINE, EventStream, ServerEvent
from setpoint.client.session import uuid7


def read(*chunks: bytes, last_id: str = "") -> list[ServerEvent]:
    return list(EventStream(chunks, last_id))


@pytest.mark.parametrize(
    ("content", "events"),
    [
        (b"event: revision\nid: 7-ab\ndata: {}\n\n", [ServerEvent("revision", "{}", "7-ab")]),
        (b"data: one\ndata:two\ndata:  three\n\n", [ServerEvent("message", "one\ntwo\n three", "")]),
        (b": a comment\n\n:\n\ndata: x\n\n", [ServerEvent("message", "x", "")]),
        (
            b"id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
            [("message", "a", "1"), ("message", "b", "1"), ("message", "c", "")],
        ),
        (b"event: only-a-name\n\ndata: x\n\n", [ServerEvent("message", "x", "")]),
        (b"data: cut off", []),
        (b"data: cut off\n", []),
        (b"\xef\xbb\xbfdata: x\n\n", [ServerEvent("message", "x", "")]),
        (b"id: a\0b\ndata: x\n\n", [ServerEvent("message", "x", "")]),
        (b"data: \xff\n\n", [ServerEvent("message", "\ufffd", "")]),
        (b"unknown: y\nretry: x\ndata\n\n", [ServerEvent("message", "", "")]),
    ],
)
def test_events_are_read_as_the_standard_says(content: bytes, events: list[ServerEvent]) -> None:
    """Byte for byte, whichever line ends are used."""
    assert read(content) == events
    assert read(content.replace(b"\n", b"\r\n")) == events
    assert read(content.replace(b"\n", b"\r") + b":\n") == events


@given(st.lists(st.integers(1, 5), max_size=30), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_where_the_bytes_are_cut_does_not_matter(sizes: list[int], line_end: bytes) -> None:
    """The network cuts anywhere, also within a character or a line end."""
    content = "event: revision\nid: 7\ndata: ü€\ndata: b\n\ndata: c\n\n: end\n".encode().replace(b"\n", line_end)
    chunks, at = [], 0
    for size in sizes:
        chunks.append(content[at : at + size])
        at += size
    assert read(*chunks, content[at:]) == read(content)


def test_a_stream_says_when_to_come_back_and_where_it_was() -> None:
    """For the next connection."""
    stream = EventStream([b"retry: 2500\nid: 9-cd\ndata: x\n\n"], "1-ab")
    assert (stream.last_id, stream.retry_milliseconds) == ("1-ab", None)
    list(stream)
    assert (stream.last_id, stream.retry_milliseconds) == ("9-cd", 2_500)


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    """What sends such a thing is not the service."""
    chunks = iter([b"data: x\n\n", *([b"y" * 65_536] * 1_000)])
    assert [each.data for each in EventStream(chunks)] == ["x"]
    assert len(list(chunks)) > 1_000 - LONGEST_LINE // 65_536 - 3


def test_instances_are_named_in_the_order_of_their_starts() -> None:
    """A UUID of version 7 begins with the time."""
    made = [uuid7() for _ in range(1_000)]
    assert len({*made}) == 1_000
    assert [each[:13] for each in made] == sorted(each[:13] for each in made)
    assert {each[14] for each in made} == {"7"}
    assert {each[19] for each in made} <= {"8", "9", "a", "b"}
