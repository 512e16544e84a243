"""What is wrong with a typed text, next to its lines as typed; only for its author."""

from dataclasses import dataclass

from app.service.writing.file_faults import FileFault
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.envfile.location import Location
from setpoint.envfile.source_text import SourceText
from setpoint.text.shown_line import Extent, Piece, ShownLine
from setpoint.text.width import width


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line of the text.

    Attributes:
        number: Its number, from 1.
        column: Where the place begins in it, from 1, in code points.
        text: Its content; control characters are escaped, and a long line is cut.
        carets: Blanks, and carets under what is wrong.
    """

    number: int
    column: int
    text: str
    carets: str

    def __repr__(self) -> str:
        return f"<line {self.number}>"


@dataclass(frozen=True, slots=True)
class ShownFault:
    """One thing that is wrong.

    Attributes:
        severity: How bad it is.
        code: A rule's code, or a name for programs.
        message: What is wrong, for people.
        hint: What to do about it; empty if the message says it.
        line: Where it is; None if there is no place.
    """

    severity: Severity
    code: str
    message: str
    hint: str = ""
    line: TypedLine | None = None


def shown_fault(fault: FileFault, source: SourceText) -> ShownFault:
    """Return `fault` with its line in `source`."""
    return ShownFault(fault.severity, fault.code, fault.message, fault.hint or "", _line(fault.location, source))


def shown_diagnostic(diagnostic: Diagnostic, source: SourceText) -> ShownFault:
    """Return `diagnostic` with its line in `source`."""
    line = _line(diagnostic.location, source)
    return ShownFault(diagnostic.severity, diagnostic.code, diagnostic.message, diagnostic.advice or "", line)


def _line(location: Location | None, source: SourceText) -> TypedLine | None:
    if location is None:
        return None
    line = source.line_span(location.line)
    start = min(line.start + location.column - 1, line.end)
    end = line.start + location.end_column - 1 if location.end_line == location.line else line.end
    shown = ShownLine.of([Piece.plain(source.text, line.start, line.end)], Extent(*line))
    text, first, last = shown.excerpt(start, end)
    carets = " " * width(text[:first]) + "^" * max(1, width(text[first:last]))
    return TypedLine(location.line, location.column, text, carets)
