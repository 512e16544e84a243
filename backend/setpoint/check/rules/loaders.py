"""SP2xx: what the programs make of a file that are to read it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from setpoint.check.diagnostic import Severity
from setpoint.check.finding import Finding, Place, value_place
from setpoint.check.loader_problems import loader_problems
from setpoint.check.reading_differences import ReadValue, grouped, read_value, written_value
from setpoint.check.rule import built_in
from setpoint.envfile import python_dotenv
from setpoint.envfile.loaders import LOADERS
from setpoint.envfile.reading import ProblemKind
from setpoint.envfile.writing import how_to_write
from setpoint.resolution.statement import Statement
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile
from setpoint.text.escape import printable
from setpoint.text.join import joined, said_of
from setpoint.text.mask import MASK
from setpoint.text.shown import Guarded, comment_in


@built_in("SP201", "read-differently", Severity.ERROR, needs_other_loaders=True, names_loaders=True)
def read_differently(subject: Subject) -> Iterator[Finding]:
    """Report a variable that the programs which are to read the file read differently.

    Why it matters: the app gets one value in development and another one in production, and nobody
    notices. It is a warning where no setting reads the variable.

    Bad, as docker and node read it:
        HOST="localhost"

    Good, as docker and node read it:
        HOST=localhost
    """
    if not subject.others:
        return
    for index, file in enumerate(subject.files):
        together = {each.loader: each for each in (file, *(other.files[index] for other in subject.others))}
        meant = python_dotenv.read(file.source.text, {}).variables
        for statement in _first_statements(subject, index):
            found = _difference(subject, statement, together, meant)
            # A class that reads the variable says more of it.
            is_ours = statement.variable is not None or not subject.is_read_beside(statement.name)
            if found is not None and is_ours:
                yield found


def _first_statements(subject: Subject, index: int) -> Iterator[Statement]:
    """Yield one statement for each name that any of the programs reads in the file number `index`."""
    seen: set[str] = set()
    for each in (subject, *subject.others):
        for statement in each.statements:
            if statement.file is each.files[index] and statement.name not in seen:
                seen.add(statement.name)
                yield statement


def _difference(
    subject: Subject, statement: Statement, together: Mapping[str, EnvFile], meant: Mapping[str, str]
) -> Finding | None:
    name, source = statement.name, statement.file.source
    same = [each for file in together.values() for each in file.reading.bindings_by_name.get(name, ())]
    written = written_value(source, same)
    read = {loader: read_value(source, file.reading, name, written) for loader, file in together.items()}
    groups = grouped(read)
    if len(groups) == 1:
        return None
    habits = "; ".join(said_of(loaders, _what(subject, statement, each, written)) for loaders, each in groups)
    return Finding(
        f"`{statement.shown_name}` is read differently: {habits}",
        value_place(statement),
        None if statement.shown_name == MASK else statement.shown_name,
        _what_breaks(subject, statement),
        how_to_write(meant[name], list(together)) if name in meant else None,
        Severity.ERROR if statement.variable else Severity.WARNING,
    )


def _what(subject: Subject, statement: Statement, each: ReadValue, written: str) -> str:
    """Return what programs do with the value, and what they read where that is fit to print.

    What references put into it may be a secret that another variable holds.
    """
    if each.value is None or comment_in(each.value, written) is not None:
        return each.words
    assignment = replace(statement.assignment, value=Guarded(each.value))
    shows = all(other.shown.shows(assignment) for other in (subject, *subject.others))
    return f"{each.words} (`{printable(each.value)}`)" if shows and subject.shown.shows(statement) else each.words


def _what_breaks(subject: Subject, statement: Statement) -> str | None:
    """Return which programs hand over a value that the settings refuse."""
    if statement.variable is None:
        return None
    refused = [
        each.files[0].loader
        for each in (subject, *subject.others)
        if any(refusal.setting[:1] == statement.variable.setting[:1] for refusal in each.validated.refusals)
    ]
    return f"the settings refuse what {joined(refused)} would hand over" if refused else None


@built_in(
    "SP202",
    "refused-file",
    Severity.ERROR,
    refuses_start=True,
    needs_other_loaders=True,
    names_loaders=True,
)
def refused_file(subject: Subject) -> Iterator[Finding]:
    """Report a file that a program rejects as a whole.

    Why it matters: the container, the unit or the pod does not start.

    Bad, as kubectl reads it:
        PORT=8000
        PORT=9000

    Good, as kubectl reads it:
        PORT=9000
    """
    for file in subject.files:
        if file.reading.refused:
            first = file.reading.problems[0].span
            label = LOADERS[file.loader].label if file.loader in LOADERS else file.loader
            yield Finding(f"{label} refuses the file", Place(file, first), hint="fix what is reported on this line")


@built_in("SP203", "cut-value", Severity.WARNING, problem=ProblemKind.CUT_VALUE, needs_other_loaders=True)
def cut_value(subject: Subject) -> Iterator[Finding]:
    """Report a value of which a program drops a part.

    Why it matters: a password loses what comes after its `#`, and works nowhere.

    Bad, as node reads it:
        API_TOKEN=abc#def

    Good, as node reads it:
        API_TOKEN='abc#def'
    """
    yield from loader_problems(subject, cut_value)


@built_in(
    "SP204",
    "continued-line",
    Severity.WARNING,
    problem=ProblemKind.CONTINUED_LINE,
    needs_other_loaders=True,
)
def continued_line(subject: Subject) -> Iterator[Finding]:
    r"""Report a line that a program joins with the next one.

    Why it matters: the variable on the next line is gone, and this one has two values in one.

    Bad, as systemd reads it:
        HOST=localhost\
        PORT=8000

    Good, as systemd reads it:
        HOST=localhost
        PORT=8000
    """
    yield from loader_problems(subject, continued_line)


@built_in(
    "SP205",
    "line-too-long",
    Severity.ERROR,
    problem=ProblemKind.LINE_TOO_LONG,
    needs_other_loaders=True,
)
def line_too_long(subject: Subject) -> Iterator[Finding]:
    r"""Report a line of 64 KiB or more, where programs written in Go stop reading.

    Why it matters: docker and podman refuse the file; kubectl drops the rest of it without a word.

    Bad:
        $ printf 'HOST=%070000d\n' 0 | setpoint check - --loader docker

    Good:
        $ printf 'HOST=%070d\n' 0 | setpoint check - --loader docker
    """
    yield from loader_problems(subject, line_too_long)


@built_in("SP206", "already-set", Severity.WARNING, problem=ProblemKind.ALREADY_SET, needs_other_loaders=True)
def already_set(subject: Subject) -> Iterator[Finding]:
    """Report a variable that the process environment has already, where a program lets that win.

    Why it matters: the value in the file is not used.

    Bad:
        $ PORT=9000 setpoint check prod.env --environment --loader node

    Good:
        $ setpoint check prod.env --environment --loader node
    """
    yield from loader_problems(subject, already_set)


@built_in(
    "SP207",
    "too-long-expansion",
    Severity.ERROR,
    problem=ProblemKind.TOO_LONG_EXPANSION,
    refuses_start=True,
    needs_other_loaders=True,
)
def too_long_expansion(subject: Subject) -> Iterator[Finding]:
    """Report references that make a value grow beyond all bounds.

    Why it matters: no process can be started with an environment of that size.

    Bad, as compose reads it:
        A=0123456789012345678901234567890123456789
        B=${A}${A}${A}${A}${A}${A}${A}${A}${A}${A}
        C=${B}${B}${B}${B}${B}${B}${B}${B}${B}${B}
        D=${C}${C}${C}${C}${C}${C}${C}${C}${C}${C}
        E=${D}${D}${D}${D}${D}${D}${D}${D}${D}${D}
        F=${E}${E}${E}${E}${E}${E}${E}${E}${E}${E}
        HOST=${F}${F}${F}${F}${F}${F}${F}${F}${F}${F}

    Good, as compose reads it:
        HOST=localhost
    """
    yield from loader_problems(subject, too_long_expansion)


@built_in(
    "SP208",
    "unportable-text",
    Severity.ERROR,
    problem=ProblemKind.NOT_PORTABLE,
    needs_other_loaders=True,
)
def unportable_text(subject: Subject) -> Iterator[Finding]:
    """Report what programs read differently, if the file is to be portable (`--loader portable`).

    Why it matters: the file works until another program reads it.

    Bad, as portable reads it:
        HOST="localhost"

    Good, as portable reads it:
        HOST=localhost
    """
    yield from loader_problems(subject, unportable_text)
