"""Where something is in an env file, for people; a good file needs nothing of it."""

from typing import NamedTuple

from setpoint.envfile.source_text import SourceText, Span
from setpoint.text.escape import printable


class Location(NamedTuple):
    """A place in a file: lines and columns from 1, columns in code points, the end exclusive; the path is printable."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of(cls, span: Span, source: SourceText) -> "Location":
        """Return where `span` of `source` is."""
        return cls(printable(source.path), *source.position(span.start), *source.position(span.end))
