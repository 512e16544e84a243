"""Turns a place in an env file into a location and an excerpt: what may show of its line, and what may not."""

from setpoint.check.diagnostic import Excerpt
from setpoint.check.finding import Place
from setpoint.envfile.source_text import SourceText, Span
from setpoint.resolution.location import Location
from setpoint.resolution.statement import Line, Statement, UnreadableLine
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile
from setpoint.text.escape import printable
from setpoint.text.mask import MASK
from setpoint.text.shown import COMMENT, Piece, ShownLine, comment_in


class Places:
    """Turns places in files into locations and excerpts."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._shown: dict[tuple[int, int], ShownLine] = {}
        self._by_number: dict[tuple[int, int], Line] = {}
        for line in subject.lines:
            for number in self._numbers(line.file, line.span):
                self._by_number.setdefault((id(line.file), number), line)

    def location(self, place: Place) -> Location:
        """Return where `place` is, as editors count it; one character for what is hidden, whatever its length."""
        source, line = place.file.source, self._line(place)
        first = line.told(place.span.start) if line else place.span.start
        start, end = source.position(first), source.position(self._told_end(place, first))
        return Location(printable(place.file.path), start.line, start.column, end.line, end.column)

    def excerpt(self, place: Place) -> Excerpt | None:
        """Return the line of `place`, fit to print; None for a place in a file that could not be read."""
        line, start = self._line(place), place.span.start
        if start == place.span.end:  # Blanks before a comment are what an empty value looks like.
            text = place.file.source.text
            start -= len(text[:start]) - len(text[:start].rstrip(" \t"))
        return Excerpt(*line.excerpt(start, place.span.end)) if line else None

    def _told_end(self, place: Place, first: int) -> int:
        """Return the end of `place` to tell, which begins at `first`: nothing behind the start of something hidden."""
        source = place.file.source
        for number in range(source.position(first).line, source.position(place.span.end).line + 1):
            line, end = self._numbered(place.file, number), min(place.span.end, source.line_span(number).end)
            if line and (told := line.told(end)) < end:
                return max(told, first + 1)
        return place.span.end

    def _line(self, place: Place) -> ShownLine | None:
        return self._numbered(place.file, place.file.source.position(place.span.start).line)

    def _numbered(self, file: EnvFile, number: int) -> ShownLine | None:
        """Return line `number` of `file` as it may be shown; None for a file that could not be read."""
        if file.trouble:
            return None
        key = (id(file), number)
        if key not in self._shown:
            line = self._by_number.get(key)
            shows = isinstance(line, Statement) and self._subject.shown.shows_as_written(line)
            self._shown[key] = _shown_line(file.source, number, line, shows_value=shows)
        return self._shown[key]

    @staticmethod
    def _numbers(file: EnvFile, span: Span) -> range:
        return range(file.source.position(span.start).line, file.source.position(span.end).line + 1)


def _shown_line(source: SourceText, line: int, content: Line | None, *, shows_value: bool) -> ShownLine:
    """Return line number `line` (from 1) as it may be shown.

    Nothing of the line shows by default: the name shows if it is fit to print, the value if that may
    show, and no comment ever does.

    Args:
        source: The file.
        line: The number of the line.
        content: What is on it.
        shows_value: Whether the value of a statement may show.
    """
    span = source.line_span(line)
    if isinstance(content, Statement):
        pieces = _of_statement(source, span, content, shows_value=shows_value)
    else:
        pieces = _unreadable(source, span, content)
    last = pieces[-1].end if pieces else span.start
    return ShownLine([*pieces, Piece(last, max(last, span.end), "", hidden=True)], span.end)


def _of_statement(source: SourceText, line: Span, statement: Statement, *, shows_value: bool) -> list[Piece]:
    name, value = statement.binding.name_span, statement.binding.value_span
    pieces = []
    if line.start <= name.start <= line.end:
        pieces.append(Piece.plain(source.text, line.start, name.start))
        if not statement.file.holds_one_value:
            pieces.append(_named(statement, name))
        pieces.append(Piece.plain(source.text, name.end, min(value.start, line.end)))
    start, end = max(value.start, line.start), min(value.end, line.end)
    if start >= end:
        return [*pieces, *_comment_after(source, line, end)] if not statement.binding.value else pieces
    if not shows_value:
        return [*pieces, Piece.masked(start, end)]
    written = source.text[start:end]
    comment = comment_in(written, written)
    if comment is None:
        return [*pieces, Piece.plain(source.text, start, end)]
    return [
        *pieces,
        Piece.plain(source.text, start, start + comment),
        Piece(start + comment, end, COMMENT, hidden=True),
    ]


def _comment_after(source: SourceText, line: Span, end: int) -> list[Piece]:
    """Return what shows of a comment after an empty value: that there is one, which the eye may take for it."""
    is_here = line.start <= end <= line.end and source.text[end : line.end].lstrip().startswith("#")
    return [Piece(end, line.end, COMMENT, hidden=True)] if is_here else []


def _unreadable(source: SourceText, line: Span, content: UnreadableLine | None) -> list[Piece]:
    text = line.of(source.text)
    if content is None or content.name is None or content.shown_name == MASK:
        return [Piece.masked(line.start, line.end)]
    start = text.find(content.name)
    if start < 0:
        return [Piece.masked(line.start, line.end)]
    name = Span(line.start + start, line.start + start + len(content.name))
    rest = name.end
    equal_sign = source.text.find("=", rest, line.end) + 1
    pieces = [Piece(line.start, name.start, " " * start), _named(content, name)]
    if equal_sign and not source.text[rest : equal_sign - 1].strip():
        pieces.append(Piece.plain(source.text, rest, equal_sign))
        rest = equal_sign
    if rest < line.end:
        pieces.append(Piece.masked(rest, line.end))
    return pieces


def _named(content: Line, span: Span) -> Piece:
    if content.shown_name == MASK:
        return Piece.masked(span.start, span.end)
    shown = printable(content.shown_name)
    return Piece(span.start, span.end, shown, written=content.name if content.name == shown else None)
