"""Compares what programs read in one env file, for its author, who may see the values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from setpoint.check.checking import check_together
from setpoint.check.evidence.reading_differences import grouped, read_value, written_value
from setpoint.check.report import Report
from setpoint.check.rules.loaders import read_differently, refused_file
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.loaders import LOADERS
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile, parse_env_file
from setpoint.sources.gathered import given_alone
from setpoint.text.guarded import Guarded
from setpoint.text.join import said_of

MOST_PARTS = 2_000
"""Of a file as one program reads it: a shell takes any number of assignments on a line."""

_TOLD_BY_PROGRAM = {read_differently.code, refused_file.code}


class OverlongFileError(ValueError):
    """A program reads more parts in a file than can be compared; the text says so, and holds no value."""


@dataclass(frozen=True, slots=True)
class Program:
    """How one program reads the file as a whole.

    Attributes:
        loader: The name of its loader.
        label: The program and its version.
        values: What it hands over, by variable name; empty if it refuses the file.
        refuses: Whether it rejects the file.
    """

    loader: str
    label: str
    values: Mapping[str, Guarded]
    refuses: bool


@dataclass(frozen=True, slots=True)
class SameValue:
    """What several programs agree on for one name.

    Attributes:
        loaders: The programs.
        value: What they read; None where they hand over nothing.
        words: How they treat what is written, worded to follow their names: "keep the quotes".
    """

    loaders: tuple[str, ...]
    value: Guarded | None
    words: str

    @property
    def said(self) -> str:
        """The same in words: "docker and node keep the quotes"."""
        return said_of(self.loaders, self.words)


@dataclass(frozen=True, slots=True)
class ReadVariable:
    """What programs read for one name.

    Attributes:
        name: The name.
        line: The first line on which any of them reads it, from 1.
        readings: What they read; a single item if they agree.
        advice: How to write it so that they agree; None if they do, or if no such way is known.
    """

    name: str
    line: int
    readings: tuple[SameValue, ...]
    advice: str | None = None

    @property
    def is_alike(self) -> bool:
        """Whether all of them read the same."""
        return len(self.readings) == 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """How several programs read one file.

    Attributes:
        programs: Each of them.
        variables: Each name that any of them reads, in the order of the file.
        report: What else is wrong, apart from programs that differ or refuse the file; it holds no value.
    """

    programs: tuple[Program, ...]
    variables: tuple[ReadVariable, ...]
    report: Report


def compare_programs(
    contract: SettingsContract,
    path: str,
    content: bytes,
    loaders: Sequence[str],
    *,
    ignored: Sequence[str] = (),
) -> Comparison:
    """Return what programs read in the bytes of an env file, and what is wrong with it; no file is opened.

    Args:
        contract: What the app expects.
        path: The name under which the file is known.
        content: Its bytes.
        loaders: The programs, at least one.
        ignored: Patterns of names that other programs read.

    Raises:
        OverlongFileError: A program reads more than 2,000 assignments and unreadable places.
    """
    files = [parse_env_file(path, content, {}, each) for each in loaders]
    _refuse_overlong(files)
    report = check_together([_subject(contract, each, ignored) for each in files])
    advice = {each.variable: each.hint for each in report.diagnostics if each.code == read_differently.code}
    variables = [_variable(files, name, start, advice) for name, start in _names(files).items()]
    others = tuple(each for each in report.diagnostics if each.code not in _TOLD_BY_PROGRAM)
    return Comparison(tuple(map(_program, files)), tuple(variables), report._replace(diagnostics=others))


def _refuse_overlong(files: Sequence[EnvFile]) -> None:
    for file in files:
        parts = len(file.reading.bindings) + len(file.reading.problems)
        if parts > MOST_PARTS:
            who = LOADERS[file.loader].label
            message = f"{who} reads {parts:,} assignments and unreadable places; the limit is {MOST_PARTS:,}"
            raise OverlongFileError(message)


def _subject(contract: SettingsContract, file: EnvFile, ignored: Sequence[str]) -> Subject:
    return Subject(contract, given_alone(contract, file), tuple(ignored), only_known=True)


def _program(file: EnvFile) -> Program:
    label = LOADERS[file.loader].label
    values = {name: Guarded(value) for name, value in file.reading.variables.items()}
    return Program(file.loader, label, values, file.reading.refused)


def _names(files: Sequence[EnvFile]) -> Mapping[str, int]:
    """Return the first place of each name that any program reads, in the order of the file."""
    starts: dict[str, int] = {}
    for binding in (each for file in files for each in file.reading.bindings):
        start = binding.name_span.start
        starts[binding.name] = min(start, starts.get(binding.name, start))
    return dict(sorted(starts.items(), key=lambda each: each[1]))


def _variable(files: Sequence[EnvFile], name: str, start: int, advice: Mapping[str | None, str | None]) -> ReadVariable:
    source = files[0].source
    written = written_value(source, [each for file in files for each in file.reading.bindings_by_name.get(name, ())])
    groups = grouped({each.loader: read_value(source, each.reading, name, written) for each in files})
    readings = tuple(SameValue(tuple(loaders), each.value, each.words) for loaders, each in groups)
    return ReadVariable(name, source.line_at(start), readings, advice.get(name) if len(groups) > 1 else None)
