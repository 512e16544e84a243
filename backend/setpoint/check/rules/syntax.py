"""SP1xx: how an env file is written."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import takewhile

from setpoint.check.catalogue.rule import Rule, built_in
from setpoint.check.evidence.loader_problems import loader_problems
from setpoint.check.finding import Finding, Region, name_region
from setpoint.check.outcome import Severity
from setpoint.envfile.problem import Problem, ProblemKind
from setpoint.envfile.source_text import Span
from setpoint.resolution.statement import Line, Statement
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import DEFAULT_LOADER
from setpoint.text.guarded import MASK


def _problems(subject: Subject, rule: Rule[Subject]) -> Iterator[tuple[Line, Problem]]:
    """Yield python-dotenv's problems that `rule` reports, each with its line."""
    for line in subject.lines:
        for problem in _problems_in(line):
            if problem.kind is rule.problem and line.file.loader == DEFAULT_LOADER:
                yield line, problem


def _problems_in(line: Line) -> Iterator[Problem]:
    """Yield the problems of the loader with `line`."""
    problems = line.file.reading.problems
    first = bisect_left(problems, line.span.start, key=lambda problem: problem.span.start)
    following = (problems[index] for index in range(first, len(problems)))
    return takewhile(lambda problem: problem.span.start <= line.span.end, following)


def _named(line: Line) -> str | None:
    return None if line.shown_name == MASK else line.shown_name


@built_in("SP101", "malformed-line", Severity.ERROR, problem=ProblemKind.MALFORMED_LINE)
def malformed_line(subject: Subject) -> Iterator[Finding]:
    """Report a line that is neither `NAME=value` nor a comment.

    Why it matters: python-dotenv skips such a line, and nobody sees its warning.

    Bad:
        PORT 8000

    Good:
        PORT=8000
    """
    for line, problem in _problems(subject, malformed_line):
        name, label = _named(line), None
        if isinstance(line, Statement):
            message = f"`{name}` has no `=`, so it gets no value" if name else "the line has no `=`, so it is ignored"
        else:
            message = f"the line with `{name}` cannot be read" if name else "the line cannot be read"
            label = problem.message.partition(",")[0]
        yield Finding(message, Region(line.file, problem.span), name, label, problem.hint)
    yield from loader_problems(subject, malformed_line, python_dotenv_too=False)


@built_in("SP102", "unclosed-quote", Severity.ERROR, problem=ProblemKind.UNCLOSED_QUOTE, refuses_start=True)
def unclosed_quote(subject: Subject) -> Iterator[Finding]:
    """Report a quote that opens a value and is never closed.

    Why it matters: python-dotenv skips the line; other programs swallow the rest of the file.

    Bad:
        HOST="localhost

    Good:
        HOST="localhost"
    """
    for line, problem in _problems(subject, unclosed_quote):
        name = _named(line)
        owner = f"the value of `{name}`" if name else "a value"
        message = f"the quote that opens {owner} is never closed"
        yield Finding(message, Region(line.file, problem.span), name, "opened here", problem.hint)
    yield from loader_problems(subject, unclosed_quote, python_dotenv_too=False)


@built_in("SP103", "duplicate-variable", Severity.WARNING, problem=ProblemKind.DUPLICATE_NAME)
def duplicate_variable(subject: Subject) -> Iterator[Finding]:
    """Report a variable that one file sets twice.

    Why it matters: the last value wins here, the first one in other programs, and kubectl refuses the file.

    Bad:
        PORT=8000
        PORT=9000

    Good:
        PORT=9000
    """
    told = {id(file) for file in subject.gathered.files if any(map(_is_duplicate, file.reading.problems))}
    seen: dict[tuple[int, str], Statement] = {}
    for statement in subject.statements:
        if id(statement.file) in told:
            continue
        key = (id(statement.file), subject.contract.canonical(statement.name))
        earlier = seen.setdefault(key, statement)
        if earlier is not statement:
            yield Finding(
                f"`{statement.shown_name}` is set twice",
                name_region(statement),
                _named(statement),
                f"it is already set on line {earlier.written.line}",
                "the last value wins; remove one of them",
            )
            seen[key] = statement
    yield from loader_problems(subject, duplicate_variable)


def _is_duplicate(problem: Problem) -> bool:
    return problem.kind is ProblemKind.DUPLICATE_NAME


@built_in("SP104", "undefined-reference", Severity.WARNING, problem=ProblemKind.UNDEFINED_REFERENCE)
def undefined_reference(subject: Subject) -> Iterator[Finding]:
    """Report a `${NAME}` that refers to nothing.

    Why it matters: it is replaced by an empty string, so a URL loses its host and a path its directory.
    A name that one value refers to several times is reported once.

    Bad:
        HOST=${SUBDOMAIN}.example.org

    Good:
        HOST=${SUBDOMAIN:-api}.example.org
    """
    told: set[tuple[int, Span, str]] = set()
    for line, problem in _problems(subject, undefined_reference):
        reference = (id(line.file), line.span, problem.span.of(line.file.source.text))
        if reference in told:
            continue
        told.add(reference)
        yield Finding(
            f"the value of `{line.shown_name}` refers to a variable that is not set",
            Region(line.file, problem.span),
            _named(line),
            "read as an empty string",
            problem.hint,
        )
    yield from loader_problems(subject, undefined_reference, python_dotenv_too=False)


@built_in(
    "SP105", "command-substitution", Severity.ERROR, problem=ProblemKind.COMMAND_SUBSTITUTION, needs_other_loaders=True
)
def command_substitution(subject: Subject) -> Iterator[Finding]:
    """Report a command in a value that a shell would run.

    Why it matters: a file of values turns into a program; other readers use the command as the value.

    Bad, as bash reads it:
        HOST=$(hostname)

    Good, as bash reads it:
        HOST=localhost
    """
    yield from loader_problems(subject, command_substitution)


@built_in("SP106", "shell-code", Severity.ERROR, problem=ProblemKind.NOT_STATIC, needs_other_loaders=True)
def shell_code(subject: Subject) -> Iterator[Finding]:
    """Report a line that is more than an assignment in a shell.

    Why it matters: `URL=https://host/?a=1&b=2` runs in the background and sets nothing but `b`.

    Bad, as bash reads it:
        DATABASE_URL=postgresql://db/app?a=1&b=2

    Good, as bash reads it:
        DATABASE_URL='postgresql://db/app?a=1&b=2'
    """
    yield from loader_problems(subject, shell_code)


@built_in("SP107", "invalid-name", Severity.ERROR, problem=ProblemKind.INVALID_NAME, needs_other_loaders=True)
def invalid_name(subject: Subject) -> Iterator[Finding]:
    """Report a name that a program does not accept.

    Why it matters: the program drops the variable, or refuses the file.

    Bad, as docker reads it:
        export PORT=8000

    Good, as docker reads it:
        PORT=8000
    """
    yield from loader_problems(subject, invalid_name)


@built_in(
    "SP108",
    "invalid-reference",
    Severity.ERROR,
    problem=ProblemKind.INVALID_REFERENCE,
    needs_other_loaders=True,
)
def invalid_reference(subject: Subject) -> Iterator[Finding]:
    """Report a reference that a program can't make sense of.

    Why it matters: the program refuses the file.

    Bad, as compose reads it:
        HOST=${DOMAIN

    Good, as compose reads it:
        HOST=${DOMAIN:-localhost}
    """
    yield from loader_problems(subject, invalid_reference)
