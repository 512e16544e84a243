"""Works out what a shell's word means: quotes, references, `~`, and which parts can't be known."""

from dataclasses import dataclass, field
from typing import NamedTuple

from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.shell.dialect import ShellDialect
from setpoint.envfile.shell.parts import Dynamic, Part, Reference, Text
from setpoint.envfile.shell.variables import ShellVariables
from setpoint.envfile.source_text import Span

_UNKNOWN_NAME = "it refers to a variable whose value is only known at run time"
_QUOTE = "put the value in single quotes if `$` is meant literally"


class ExpansionProblem(NamedTuple):
    """What was found on the way; without its own place, it concerns the whole word."""

    kind: ProblemKind
    span: Span | None
    message: str
    hint: str | None = None


class AssignedOnTheWay(NamedTuple):
    """A variable that `${NAME:=word}` sets."""

    name: str
    value: str | None
    span: Span


@dataclass(slots=True)
class Expansion:
    """What a word means.

    Attributes:
        value: Its text; None if it is only known at run time.
        problems: What was found on the way.
        assigned: What it sets on the way.
        fails: Whether the shell reports an error instead.
        ends_shell: Whether the shell ends with that error.
    """

    value: str | None = ""
    problems: list[ExpansionProblem] = field(default_factory=list)
    assigned: list[AssignedOnTheWay] = field(default_factory=list)
    fails: bool = False
    ends_shell: bool = False


class ShellExpander:
    """Expands words with the variables of one shell."""

    def __init__(self, variables: ShellVariables, dialect: ShellDialect) -> None:
        self._variables = variables
        self._dialect = dialect
        self._expansion = Expansion()

    def expand(self, parts: tuple[Part, ...]) -> Expansion:
        """Return what the word after a `=` means."""
        self._expansion = Expansion()
        self._expansion.value = self._text_of(parts)
        return self._expansion

    def _text_of(self, parts: tuple[Part, ...]) -> str | None:
        pieces = [self._piece(parts, index) for index in range(len(parts))]
        return None if None in pieces else "".join(piece for piece in pieces if piece is not None)

    def _piece(self, parts: tuple[Part, ...], index: int) -> str | None:
        part = parts[index]
        if isinstance(part, Text):
            if part.quoted or "~" not in part.text:
                return part.text
            return self._with_homes(part.text, is_first=index == 0, is_last=index == len(parts) - 1)
        if isinstance(part, Dynamic):
            self._expansion.problems.append(ExpansionProblem(part.kind, part.span, part.message, _QUOTE))
            self._expansion.fails = self._expansion.fails or part.fatal
            return None
        return self._looked_up(part)

    def _with_homes(self, text: str, *, is_first: bool, is_last: bool) -> str | None:
        """Expand `~` where it begins the value or follows a `:`."""
        pieces: list[str] = []
        fields = text.split(":")
        for number, piece in enumerate(fields):
            begins = number > 0 or is_first
            ends = number < len(fields) - 1 or is_last
            user, slash, rest = piece.partition("/")
            if not (begins and piece.startswith("~") and (slash or ends)):
                pieces.append(piece)
                continue
            home = self._variables.find("HOME")
            if user != "~" or not home.certain or home.value is None:
                message = "what `~` expands to depends on the machine that runs it"
                self._expansion.problems.append(ExpansionProblem(ProblemKind.NOT_STATIC, None, message))
                return None
            pieces.append(home.value + slash + rest)
        return ":".join(pieces)

    def _looked_up(self, reference: Reference) -> str | None:
        known = self._variables.refer_to(reference.name)
        if not known.certain:
            self._flag(reference.span, _UNKNOWN_NAME)
            return None
        counts = bool(known.value) if reference.operator.startswith(":") else known.value is not None
        match reference.operator[-1:]:
            case "":
                if known.value is None:
                    self._report_undefined(reference)
            case "+":
                return self._text_of(reference.word) if counts else ""
            case "-" if not counts:
                return self._text_of(reference.word)
            case "=" if not counts:
                return self._assigned(reference)
            case "?" if not counts:
                self._expansion.ends_shell = True
        return self._allowed(known.value or "", reference.span)

    def _assigned(self, reference: Reference) -> str | None:
        value = self._text_of(reference.word)
        if reference.name.isdecimal():
            self._expansion.fails = True
            self._flag(reference.span, "the shell can't assign to this")
            return None
        self._variables.assign(reference.name, value)
        self._expansion.assigned.append(AssignedOnTheWay(reference.name, value, reference.span))
        return value

    def _allowed(self, value: str, span: Span) -> str | None:
        if self._variables.limit.allows(value):
            return value
        message, hint = (
            "the references expand to more text than a process can receive",
            "write the value without references",
        )
        self._expansion.problems.append(ExpansionProblem(ProblemKind.TOO_LONG_EXPANSION, span, message, hint))
        return None

    def _flag(self, span: Span, message: str) -> None:
        self._expansion.problems.append(ExpansionProblem(ProblemKind.NOT_STATIC, span, message, _QUOTE))

    def _report_undefined(self, reference: Reference) -> None:
        message = "it refers to a variable that is not set at this point, so it expands to an empty string"
        problem = ExpansionProblem(ProblemKind.UNDEFINED_REFERENCE, reference.span, message, _QUOTE)
        self._expansion.problems.append(problem)
