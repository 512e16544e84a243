"""Finds the variables on which the programs that read a file disagree."""

from collections.abc import Iterator, Mapping

from setpoint.check.evidence.reading_differences import ReadValue, grouped, read_value, written_value
from setpoint.check.finding import Finding, value_region
from setpoint.check.outcome import Severity
from setpoint.envfile.programs import python_dotenv
from setpoint.envfile.writing import how_to_write
from setpoint.resolution.statement import Statement
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile
from setpoint.text.guarded import MASK, Guarded
from setpoint.text.join import joined, said_of
from setpoint.text.shown import ends_in_comment, with_blanks


def differences(subject: Subject) -> Iterator[Finding]:
    """Yield a finding for each variable that the programs that will read the files of `subject` read differently."""
    for index, file in enumerate(subject.gathered.files):
        together = {each.loader: each for each in (file, *(other.gathered.files[index] for other in subject.others))}
        meant = python_dotenv.read(file.source.text, {}).variables
        for statement in _first_statements(subject, index):
            found = _difference(subject, statement, together, meant)
            # A class that reads the variable says more about it.
            is_ours = statement.variable is not None or not subject.is_read_beside(statement.name)
            if found is not None and is_ours:
                yield found


def _first_statements(subject: Subject, index: int) -> Iterator[Statement]:
    """Yield one statement for each name that any of the programs reads in file number `index`."""
    seen: set[str] = set()
    for each in (subject, *subject.others):
        for statement in each.statements:
            if statement.file is each.gathered.files[index] and statement.name not in seen:
                seen.add(statement.name)
                yield statement


def _difference(
    subject: Subject, statement: Statement, together: Mapping[str, EnvFile], meant: Mapping[str, str]
) -> Finding | None:
    name, source = statement.name, statement.file.source
    same = [each for file in together.values() for each in file.reading.bindings_by_name.get(name, ())]
    written = written_value(source, same)
    start = min(each.value_span.start for each in same)
    commented = with_blanks(source.text, start, start + len(written))
    read = {loader: read_value(source, file.reading, name, written) for loader, file in together.items()}
    groups = grouped(read)
    if len(groups) == 1:
        return None
    habits = "; ".join(said_of(loaders, _what(subject, statement, each, commented)) for loaders, each in groups)
    return Finding(
        f"`{statement.shown_name}` is read differently: {habits}",
        value_region(statement),
        None if statement.shown_name == MASK else statement.shown_name,
        _what_breaks(subject, statement),
        how_to_write(meant[name], list(together)) if name in meant else None,
        Severity.ERROR if statement.variable else Severity.WARNING,
    )


def _what(subject: Subject, statement: Statement, each: ReadValue, written: str) -> str:
    """Return what programs do with the value, and what they read if that may be shown.

    A reference may put a secret of another variable into it.
    """
    if each.value is None or ends_in_comment(each.value, written) or _looks_as_written(each.value, written):
        return each.words
    read = statement.assignment._replace(value=each.value)
    shows = subject.shown.shows(statement) and all(other.shown.shows(read) for other in (subject, *subject.others))
    return f"{each.words} (`{subject.shown.text(read)}`)" if shows else each.words


def _looks_as_written(value: Guarded, written: str) -> bool:
    r"""Return whether a line ending in `value` would look the same as a `\n` that is written there."""
    return "\\n" in written and value.satisfies(lambda text: "\n" in text)


def _what_breaks(subject: Subject, statement: Statement) -> str | None:
    """Return which programs hand over a value that the settings refuse."""
    if statement.variable is None:
        return None
    refused = [
        each.gathered.files[0].loader
        for each in (subject, *subject.others)
        if any(refusal.setting[:1] == statement.variable.setting[:1] for refusal in each.validated.refusals)
    ]
    return f"the settings refuse the value that {joined(refused)} would pass on" if refused else None
