"""Reads the text of a unit or a drop-in: continued lines, sections and assignments, without interpreting values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.envfile.source_text import SourceText, Span, first_bad_byte

_BYTE_ORDER_MARK = "\ufeff"
_BLANKS = " \t\n\r"
_COMMENT = re.compile(r"[ \t\n\r]*[#;]")
# A NUL byte ends a line as a line feed does; each of the three occurs once in one line ending.
_LINE_END = re.compile(r"\n(?:\r\0?|\0\r?)?|\r(?:\n\0?|\0\n?)?|\0(?:\n\r?|\r\n?)?")


class PlacedText(NamedTuple):
    """A text that is assembled from parts of a file.

    Attributes:
        text: What it says.
        offsets: For each character, where it is in the file.
        end: Where it ends in the file.
    """

    text: str
    offsets: Sequence[int]
    end: int

    def piece(self, start: int, end: int) -> "PlacedText":
        """Return the part from `start` to `end`."""
        return PlacedText(self.text[start:end], self.offsets[start:end], self.span(start, end).end)

    def stripped(self) -> "PlacedText":
        """Return it without blanks at both ends."""
        start = len(self.text) - len(self.text.lstrip(_BLANKS))
        return self.piece(start, max(start, len(self.text.rstrip(_BLANKS))))

    def span(self, start: int, end: int) -> Span:
        """Return where the part from `start` to `end` is in the file."""
        first = self.offsets[start] if start < len(self.offsets) else self.end
        return Span(first, self.offsets[end - 1] + 1 if end > start else first)

    @property
    def whole(self) -> Span:
        """Return where all of it is."""
        return self.span(0, len(self.text))


class Assignment(NamedTuple):
    """`Key=value` in a section of a unit.

    Attributes:
        section: The section, which may be one that systemd does not know.
        key: What is left of the `=`.
        value: What is right of it, without blanks at the ends.
    """

    section: str
    key: PlacedText
    value: PlacedText


@dataclass(frozen=True, eq=False, repr=False)
class UnitText:
    """What a unit file or a drop-in says.

    Attributes:
        file: The file.
        assignments: In the order of the file, up to what makes it unreadable.
        problems: Lines that mean nothing to systemd.
        broken: Why systemd stops reading it; such a unit is not started, and the rest of such a drop-in is ignored.
    """

    file: SourceText
    assignments: list[Assignment] = field(default_factory=list)
    problems: list[DeployProblem] = field(default_factory=list)
    broken: DeployProblem | None = None


class _BrokenError(Exception):
    """The file is not read any further."""


def read_unit_text(file: SourceText) -> UnitText:
    """Read the lines of `file`; no text makes it raise an exception."""
    reader = _Reader(UnitText(file))
    broken = None
    try:
        for line in logical_lines(file.text):
            reader.take(line.stripped())
    except _BrokenError:
        broken = reader.read.problems.pop()
    return UnitText(file, reader.read.assignments, reader.read.problems, broken)


def logical_lines(text: str) -> Iterator[PlacedText]:
    """Yield the lines of `text` without comments, those that end with a backslash joined with the next."""
    begun: list[tuple[int, int]] = []
    mark_allowed = True
    for start, end in _line_spans(text):
        if _COMMENT.match(text, start, end):
            continue
        if mark_allowed and text.startswith(_BYTE_ORDER_MARK, start):
            start, mark_allowed = start + 1, False  # noqa: PLW2901 - the line begins after the mark
        begun.append((start, end))
        if not _goes_on(text, start, end):
            yield _joined(text, begun)
            begun = []
    if begun:
        yield _joined(text, begun, goes_on=True)


def _joined(text: str, pieces: list[tuple[int, int]], *, goes_on: bool = False) -> PlacedText:
    """Return the parts as one line, with a blank for each backslash between them, and for one at the end."""
    *_, (last, end) = pieces
    if len(pieces) == 1 and not goes_on:
        return PlacedText(text[last:end], range(last, end), end)
    parts = [text[start : stop - 1] + " " for start, stop in pieces[:-1]]
    parts.append(text[last : end - 1] + " " if goes_on else text[last:end])
    offsets = list(chain.from_iterable(range(*piece) for piece in pieces))
    return PlacedText("".join(parts), offsets, end)


def _line_spans(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line_end in _LINE_END.finditer(text):
        yield at, line_end.start()
        at = line_end.end()
    if at < len(text):
        yield at, len(text)


def _goes_on(text: str, start: int, end: int) -> bool:
    at = end
    while at > start and text[at - 1] == "\\":
        at -= 1
    return (end - at) % 2 == 1


class _Reader:
    def __init__(self, read: UnitText) -> None:
        self.read = read
        self._section: str | None = None

    def take(self, line: PlacedText) -> None:
        """Read one line without blanks at its ends."""
        if not line.text:
            return
        if first_bad_byte(line.text) is not None:
            self._break(
                line, "this line is not UTF-8, so systemd stops reading the file here", "save the file as UTF-8"
            )
        if line.text.startswith("["):
            if not line.text.endswith("]"):
                hint = "close it with `]`"
                self._break(line, "this section header has no `]`, so systemd stops reading the file here", hint)
            self._section = line.text[1:-1]
        else:
            self._take_assignment(line)

    def _take_assignment(self, line: PlacedText) -> None:
        if self._section is None:
            hint = "write `[Service]` above it"
            self._drop(line, "this line is in no section, so systemd ignores it", hint)
            return
        equal_sign = line.text.find("=")
        if equal_sign < 0:
            self._drop(
                line, "this line has no `=`, so systemd ignores it", "write `Key=value`, or comment the line out"
            )
        elif equal_sign == 0:
            self._drop(line, "this line has nothing before its `=`, so systemd ignores it", "write `Key=value`")
        else:
            key = line.piece(0, equal_sign).stripped()
            value = line.piece(equal_sign + 1, len(line.text)).stripped()
            self.read.assignments.append(Assignment(self._section, key, value))

    def _drop(self, line: PlacedText, message: str, hint: str) -> None:
        place = Place(self.read.file, line.whole)
        self.read.problems.append(DeployProblem(DeployProblemKind.DROPPED_LINE, message, place, hint=hint))

    def _break(self, line: PlacedText, message: str, hint: str) -> None:
        place = Place(self.read.file, line.whole)
        self.read.problems.append(DeployProblem(DeployProblemKind.BAD_UNIT, message, place, hint=hint))
        raise _BrokenError
