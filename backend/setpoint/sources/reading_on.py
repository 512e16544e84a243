"""Reads on after a line at which a program stops or refuses a file: what is wrong in the rest is found at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from setpoint.envfile.loaders import find_loader
from setpoint.envfile.problem import Problem, ProblemKind
from setpoint.envfile.reading import Binding, Reading
from setpoint.sources.env_file import EnvFile

_MOST_TIMES = 20
_MOST_CHARACTERS = 2_000_000
"""A program may stop at every line, and each time the whole file is read; a stranger may have written it."""

_IN_THE_WAY = {
    ProblemKind.INVALID_NAME,
    ProblemKind.INVALID_REFERENCE,
    ProblemKind.LINE_TOO_LONG,
    ProblemKind.MALFORMED_LINE,
    ProblemKind.NUL_BYTE,
    ProblemKind.UNCLOSED_QUOTE,
}


def read_on(files: Iterable[EnvFile], environment: Mapping[str, str]) -> list[EnvFile]:
    """Return `files` with what their programs would also read if the lines that they can't read were blank.

    The problems stay. This is for a check alone: no program gets these values.

    Args:
        files: Env files as their programs read them.
        environment: The process environment that references in them may use.
    """
    # What was read in spite of bytes that stop its program was read on from the beginning.
    return [each if each.undecodable else _read_on(each, environment) for each in files]


def _read_on(file: EnvFile, environment: Mapping[str, str]) -> EnvFile:
    loader, reading, text = find_loader(file.loader), file.reading, file.source.text
    found, blank = reading, set[int]()
    for _ in range(min(_MOST_TIMES, _MOST_CHARACTERS // max(len(text), 1))):
        lines = {file.source.line_at(each.span.start) for each in found.problems if each.kind in _IN_THE_WAY}
        if lines <= blank:
            break
        blank |= lines
        for line in lines:
            span = file.source.line_span(line)
            text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
        found = loader.read(text, environment)
        reading = _joined(reading, found)
    if not reading.refused and not blank:
        return file
    # Of a file that is refused, the program takes nothing; what it stopped at is followed by what it would take.
    would_be = {each.name: each.value for each in reading.bindings if each.value is not None}
    return file._replace(reading=replace(reading, variables={**would_be, **reading.variables}))


def _joined(reading: Reading, found: Reading) -> Reading:
    """Return `reading` with the bindings and problems that are in `found` alone, in the file's order."""
    bindings = {each.name_span.start: each for each in (*found.bindings, *reading.bindings)}
    # What refers to a variable on a line that is blank now would be undefined.
    new = (each for each in found.problems if each.kind is not ProblemKind.UNDEFINED_REFERENCE)
    problems = {(each.span.start, each.kind): each for each in (*new, *reading.problems)}
    return replace(
        reading,
        bindings=tuple(sorted(bindings.values(), key=_start)),
        problems=tuple(sorted(problems.values(), key=_at)),
    )


def _start(binding: Binding) -> int:
    return binding.name_span.start


def _at(problem: Problem) -> int:
    return problem.span.start
