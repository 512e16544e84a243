"""The parts of a shell word."""

from typing import NamedTuple

from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.source_text import Span


class Text(NamedTuple):
    """Literal characters."""

    text: str
    quoted: bool


class Reference(NamedTuple):
    """`$NAME`, or `${NAME}` with an operator and a word."""

    name: str
    operator: str
    word: "tuple[Part, ...]"
    quoted: bool
    span: Span


class Dynamic(NamedTuple):
    """Something that is flagged, never followed; `fatal` if the shell reports an error when it gets there."""

    kind: ProblemKind
    message: str
    span: Span
    fatal: bool = False


Part = Text | Reference | Dynamic


class Word(NamedTuple):
    """A word and where it is."""

    parts: tuple[Part, ...]
    span: Span

    @property
    def plain_text(self) -> str | None:
        """The word, if nothing in it is quoted or expanded."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Text) and not self.parts[0].quoted:
            return self.parts[0].text
        return None
