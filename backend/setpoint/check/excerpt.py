"""Shows a line of an env file with everything masked in it that is not fit to print."""

from dataclasses import dataclass

from setpoint.check.diagnostic import Excerpt
from setpoint.envfile.source_text import SourceText, Span
from setpoint.resolution.statement import Statement
from setpoint.text.escape import printable
from setpoint.text.mask import MASK

_LONGEST_LINE = 160
_CONTEXT = 40


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of the line and what is shown for it."""

    span: Span
    shown: str
    verbatim: bool


class ShownLine:
    """A line of an env file as it may be shown.

    Nothing of the line shows by default: the name shows if it is fit to print, the value if it is
    bound to a known setting that is no secret, and no comment ever does.
    """

    def __init__(self, source: SourceText, line: int, statement: Statement | None) -> None:
        """Take line number `line` (from 1), and the statement that stands on it."""
        self._span = source.line_span(line)
        self._pieces = _pieces(source, self._span, statement)
        self._text = "".join(piece.shown for piece in self._pieces)

    def excerpt(self, place: Span) -> Excerpt:
        """Return the line with `place`, which begins on it, pointed out."""
        start = self._column(place.start)
        end = max(self._column(max(min(place.end, self._span.end), place.start), is_end=True), start)
        return _windowed(self._text, start, end)

    def _column(self, offset: int, *, is_end: bool = False) -> int:
        """Return where `offset` of the source stands in the line as it is shown."""
        column = 0
        for piece in self._pieces:
            if offset < piece.span.end or (is_end and offset == piece.span.end):
                if offset <= piece.span.start:
                    return column
                return column + (offset - piece.span.start if piece.verbatim else len(piece.shown) * is_end)
            column += len(piece.shown)
        return column


def _pieces(source: SourceText, line: Span, statement: Statement | None) -> list[_Piece]:
    if statement is None or statement.binding is None:
        return _unreadable(source, line, statement)
    binding = statement.binding
    name, value = binding.name_span, binding.value_span
    pieces = []
    if line.start <= name.start <= line.end:
        pieces.append(_verbatim(source, Span(line.start, name.start)))
        if not statement.file.holds_one_value:
            pieces.append(_named(statement, name))
        pieces.append(_verbatim(source, Span(name.end, min(value.start, line.end))))
    written = Span(max(value.start, line.start), min(value.end, line.end))
    if written.start < written.end:
        pieces.append(_verbatim(source, written) if statement.shows_value else _Piece(written, MASK, verbatim=False))
    return pieces


def _unreadable(source: SourceText, line: Span, statement: Statement | None) -> list[_Piece]:
    text = line.of(source.text)
    if statement is None or statement.name is None or statement.shown_name == MASK:
        return [_Piece(line, MASK if text else "", verbatim=False)]
    start = text.find(statement.name)
    if start < 0:
        return [_Piece(line, MASK, verbatim=False)]
    name = Span(line.start + start, line.start + start + len(statement.name))
    rest = Span(name.end, line.end)
    equal_sign = source.text.find("=", rest.start, rest.end) + 1
    pieces = [_Piece(Span(line.start, name.start), " " * start, verbatim=False), _named(statement, name)]
    if equal_sign and not source.text[rest.start : equal_sign - 1].strip():
        pieces.append(_verbatim(source, Span(rest.start, equal_sign)))
        rest = Span(equal_sign, line.end)
    if rest.start < rest.end:
        pieces.append(_Piece(rest, MASK, verbatim=False))
    return pieces


def _named(statement: Statement, span: Span) -> _Piece:
    shown = printable(statement.shown_name)
    return _Piece(span, shown, verbatim=shown == statement.name)


def _verbatim(source: SourceText, span: Span) -> _Piece:
    text = span.of(source.text)
    shown = printable(text.replace("\t", " "))
    return _Piece(span, shown, verbatim=len(shown) == len(text))


def _windowed(text: str, start: int, end: int) -> Excerpt:
    """Return the excerpt, cut to what surrounds the place if the line is long."""
    if len(text) <= _LONGEST_LINE:
        return Excerpt(text, start, end)
    first = max(0, min(start - _CONTEXT, len(text) - _LONGEST_LINE))
    last = first + _LONGEST_LINE
    shown = text[first:last]
    if last < len(text):
        shown = shown[:-1] + "…"
    if first:
        shown = "…" + shown[1:]
    return Excerpt(shown, start - first, min(end - first, len(shown)))
