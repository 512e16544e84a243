"""Takes a line of an env file apart into what may show of it and what may not."""

from setpoint.envfile.source_text import SourceText, Span
from setpoint.resolution.statement import Line, Statement, UnreadableLine
from setpoint.text.escape import printable
from setpoint.text.mask import MASK
from setpoint.text.shown import COMMENT, Piece, ShownLine, comment_in


def shown_line(source: SourceText, line: int, content: Line | None, *, shows_value: bool) -> ShownLine:
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
