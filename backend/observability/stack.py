"""The path of an exception: the last frames of its stack, each with the whole statement being executed."""

import linecache
from collections import deque
from collections.abc import Iterator
from itertools import islice
from types import FrameType, TracebackType

_MOST_FRAMES = 64
_MOST_LINES = 16


def stack_lines(end: TracebackType | None) -> Iterator[str]:
    """Yield the lines about the last frames of a stack."""
    for frame, instruction in deque(_frames(end), _MOST_FRAMES):
        first, last = _lines_of(frame, instruction)
        code = frame.f_code
        yield f'  File "{code.co_filename}", line {first}, in {code.co_name}'
        yield from _statement(frame, first, last)


def _frames(end: TracebackType | None) -> Iterator[tuple[FrameType, TracebackType]]:
    while end is not None:
        yield end.tb_frame, end
        end = end.tb_next


def _lines_of(frame: FrameType, place: TracebackType) -> tuple[int, int]:
    """Return the first and the last line of what was being executed: a statement, or the part of it being computed."""
    positions = next(islice(frame.f_code.co_positions(), place.tb_lasti // 2, None), (None,) * 4)
    first = positions[0] or place.tb_lineno
    return first, min(max(first, positions[1] or first), first + _MOST_LINES)


def _statement(frame: FrameType, first: int, last: int) -> Iterator[str]:
    linecache.checkcache(frame.f_code.co_filename)
    lines = [linecache.getline(frame.f_code.co_filename, number, frame.f_globals) for number in range(first, last + 1)]
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    yield from (f"    {line[margin:].rstrip()}" for line in lines if line.strip())
