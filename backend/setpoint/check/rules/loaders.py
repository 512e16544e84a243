"""SP2xx: how the programs that will read a file interpret it."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.evidence.loader_problems import loader_problems
from setpoint.check.finding import Finding, Region
from setpoint.check.outcome import Severity
from setpoint.envfile.loaders import LOADERS
from setpoint.envfile.problem import ProblemKind
from setpoint.resolution.subject import Subject


@built_in("SP201", "read-differently", Severity.ERROR, needs_other_loaders=True, names_loaders=True)
def read_differently(subject: Subject) -> Iterator[Finding]:
    """Report a variable that the programs that will read the file read differently.

    Why it matters: the app gets one value in development and another one in production, and nobody
    notices. It is a warning where no setting reads the variable.

    Bad, as docker and node read it:
        HOST="localhost"

    Good, as docker and node read it:
        HOST=localhost
    """
    if subject.others:
        from setpoint.check.evidence.read_differently import differences

        yield from differences(subject)


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
    for file in subject.gathered.files:
        if file.reading.refused:
            first = file.reading.problems[0].span
            label = LOADERS[file.loader].label if file.loader in LOADERS else file.loader
            yield Finding(
                f"{label} refuses the file", Region(file, first), hint="fix the problem reported on this line"
            )


@built_in("SP203", "cut-value", Severity.WARNING, problem=ProblemKind.CUT_VALUE, needs_other_loaders=True)
def cut_value(subject: Subject) -> Iterator[Finding]:
    """Report a value that a program cuts off.

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

    Why it matters: docker and podman refuse the file; kubectl silently drops the rest of it.

    Bad:
        $ printf 'HOST=%070000d\n' 0 | setpoint check - --loader docker

    Good:
        $ printf 'HOST=%070d\n' 0 | setpoint check - --loader docker
    """
    yield from loader_problems(subject, line_too_long)


@built_in("SP206", "already-set", Severity.WARNING, problem=ProblemKind.ALREADY_SET, needs_other_loaders=True)
def already_set(subject: Subject) -> Iterator[Finding]:
    """Report a variable that the process environment already has, where a program gives that precedence.

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
    """Report references that make a value too large for any process.

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
    """Report what programs read differently, if the file should be portable (`--loader portable`).

    Why it matters: the file works until another program reads it.

    Bad, as portable reads it:
        HOST="localhost"

    Good, as portable reads it:
        HOST=localhost
    """
    yield from loader_problems(subject, unportable_text)
