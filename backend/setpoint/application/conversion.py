"""Converts an env file written for one program into one from which another program reads the same values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from setpoint.envfile.loaders import find_loader
from setpoint.envfile.problem import Problem, ProblemKind
from setpoint.envfile.reading import Binding
from setpoint.envfile.source_text import Span
from setpoint.envfile.writing import NotExpressibleError, write
from setpoint.sources.env_file import EnvFile

# The values that the program reads are known even so, though they may not be what was meant.
_WORTH_A_REMARK = {ProblemKind.CUT_VALUE, ProblemKind.UNDEFINED_REFERENCE}
_HARMLESS = {
    ProblemKind.BYTE_ORDER_MARK,
    ProblemKind.DUPLICATE_NAME,
    ProblemKind.NOT_PORTABLE,
    *_WORTH_A_REMARK,
}


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on one place in the file: why it can't be converted, or what was lost there.

    Attributes:
        span: Where in the file.
        message: The remark, in one sentence without a full stop; it holds no value.
        name: The variable that it concerns, if any.
    """

    span: Span
    message: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """The result of a conversion.

    Attributes:
        text: The new file; None if there is an obstacle.
        obstacles: All reasons why there is no new file.
        lost_comments: How many comments the new file can't hold.
        remarks: What else could not be carried over as it was meant.
    """

    text: str | None
    obstacles: tuple[Remark, ...] = ()
    lost_comments: int = 0
    remarks: tuple[Remark, ...] = ()


def convert(file: EnvFile, loader: str) -> Conversion:
    """Write the content of `file`, with its comments and in its order, for `loader`.

    References are expanded. If a name is bound twice, the binding that counts
    is written. The new text is read back before it is returned.
    """
    obstacles = [_of_problem(problem) for problem in file.reading.problems if problem.kind not in _HARMLESS]
    pieces: list[str] = []
    lost = 0
    for piece in _pieces(file):
        if isinstance(piece, str):
            is_lost = not find_loader(loader).knows_comments and piece.startswith("#")
            lost += is_lost
            pieces += [] if is_lost else [piece]
            continue
        try:
            pieces.append(write(piece.name, piece.value or "", loader))
        except NotExpressibleError as error:
            obstacles.append(Remark(piece.value_span, str(error), piece.name))
    text = "".join(pieces)
    if not obstacles and dict(find_loader(loader).read(text, {}).variables) != dict(file.variables):
        obstacles.append(Remark(Span(0, 0), f"{loader} would read different values from these lines"))
    if obstacles:
        return Conversion(None, tuple(sorted(obstacles, key=lambda obstacle: obstacle.span)))
    remarks = [_of_problem(each) for each in file.reading.problems if each.kind in _WORTH_A_REMARK]
    return Conversion(text, lost_comments=lost, remarks=tuple(remarks))


def _of_problem(problem: Problem) -> Remark:
    return Remark(problem.span, problem.message, problem.name)


def _pieces(file: EnvFile) -> Iterator[str | Binding]:
    """Yield the parts of the new file: blank lines and comments unchanged, and the bindings that count."""
    text = file.source.text
    at = 0
    written: set[str] = set()
    for binding in _bindings_that_count(file):
        yield from _lines_between(text[at : _line_start(text, binding.name_span.start)])
        at = max(at, _next_line(text, binding.value_span.end))
        if binding.name not in written:
            written.add(binding.name)
            yield from _comment_behind(text[binding.value_span.end : at])
            yield binding
    yield from _lines_between(text[at:])


def _bindings_that_count(file: EnvFile) -> list[Binding]:
    """Return, for each name, the binding whose value the program hands over, in the order of the file."""
    counting: Mapping[str, Binding] = {
        binding.name: binding
        for binding in file.reading.bindings
        if binding.value is not None and file.variables.get(binding.name) == binding.value
    }
    return sorted(counting.values(), key=lambda binding: binding.name_span)


def _lines_between(text: str) -> Iterator[str]:
    for line in text.removeprefix("\ufeff").splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            # A backslash at its end would join a comment with the next line in older versions of systemd.
            yield stripped.rstrip("\\") + "\n"


def _comment_behind(text: str) -> Iterator[str]:
    """Yield a comment that followed a value as a line above it: few programs understand it where it was."""
    stripped = text.strip()
    if stripped.startswith("#"):
        yield from _lines_between(stripped)


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _next_line(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1
