"""SP4xx: values."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from setpoint.check.catalogue.rule import built_in
from setpoint.check.evidence.refusal_text import of_source
from setpoint.check.finding import Finding, region_to_rename, value_region
from setpoint.check.outcome import Severity
from setpoint.contract.document.class_checks import in_words, left_to_the_class
from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.blame import (
    assigned_inside,
    assigned_near,
    assignment_to_blame,
    is_about_unknown_name,
    lacking,
    overruled,
    parts_of_plain_values,
)
from setpoint.resolution.subject import Subject
from setpoint.text.join import joined
from setpoint.text.placeholder import is_placeholder, is_placeholder_of_secret
from setpoint.validation.left_out import may_be_left_out
from setpoint.validation.refusal import RAISED, Refusal, RefusalKind

# Each costs a separate validation, and a file could hold thousands.
_MOST_OVERRULED = 50


@built_in("SP401", "invalid-value", Severity.ERROR, refuses_start=True)
def invalid_value(subject: Subject) -> Iterator[Finding]:
    """Report a value that the settings class does not accept.

    Why it matters: the process does not start with it, or a library swallows it and switches
    something off. A value that the same file sets again is a warning, because nothing reads it yet.

    Bad:
        PORT=http

    Good:
        PORT=8000
    """
    refused: list[tuple[Refusal, Assignment | None]] = []
    parts = parts_of_plain_values(subject).values()
    made_of_parts = {each.variable.setting for each in parts if each.variable}
    for refusal in subject.validated.refusals:
        if refusal.setting in made_of_parts:
            continue
        if refusal.kind is RefusalKind.INVALID and not is_about_unknown_name(subject, refusal):
            refused.append((refusal, assignment_to_blame(subject, refusal)))
        elif refusal.kind is RefusalKind.MISSING and _is_incomplete(subject, refusal):
            refused.append((refusal, subject.origins.above(refusal.setting) or lacking(subject, refusal)))
    yield from _explained(subject, _without_consequences(subject, refused))
    yield from (_part_of_plain_value(subject, each) for each in parts)
    for assignment in islice(overruled(subject), _MOST_OVERRULED):
        refusals = subject.refusals_of(assignment)
        for finding in _explained(subject, [(refusal, assignment) for refusal in refusals]):
            # Nothing reads it until the line that takes precedence is removed.
            yield finding._replace(severity=Severity.WARNING)


def _without_consequences(
    subject: Subject, refused: Sequence[tuple[Refusal, Assignment | None]]
) -> list[tuple[Refusal, Assignment | None]]:
    """Leave out unknown variables that should hold a setting, if that setting is reported as missing."""
    incomplete = [blamed for refusal, blamed in refused if refusal.kind is RefusalKind.MISSING and blamed]
    return [
        (refusal, blamed)
        for refusal, blamed in refused
        if refusal.kind is RefusalKind.MISSING or blamed not in incomplete or lacking(subject, refusal) is None
    ]


def _part_of_plain_value(subject: Subject, part: Assignment) -> Finding:
    where = "" if part.file else " in the process environment"
    # As it is written: a token in it looks like one only in its own case.
    name = part.variable.shown_name(part.name[: len(part.variable.name)]) if part.variable else ""
    whole = f" of `{name}`, which has no parts" if name else ""
    message = f"`{part.shown_name}`{where} is read as a part{whole}"
    return Finding(message, region_to_rename(subject, part), part.shown_name, hint="remove it")


def _explained(subject: Subject, refused: list[tuple[Refusal, Assignment | None]]) -> Iterator[Finding]:
    if refused:
        from setpoint.check.evidence.refused_values import explained

        yield from explained(subject, refused)


def _is_incomplete(subject: Subject, refusal: Refusal) -> bool:
    """Return whether there is a value that lacks something, rather than one that could not be read.

    It may be built from several variables, and lack a key that has no variable of its own.
    """
    assignment = subject.origins.above(refusal.setting) or lacking(subject, refusal)
    if assignment is None:
        return not subject.contract.needed_at(refusal.setting)
    return subject.contract.canonical(assignment.name) not in subject.unreadable


@built_in("SP402", "empty-value", Severity.WARNING)
def empty_value(subject: Subject) -> Iterator[Finding]:
    """Report a known variable that is set to an empty string.

    Why it matters: some programs pass on an empty string, others leave the variable out, and the app
    can't tell what was meant.

    Bad:
        PORT=

    Good:
        PORT=8000
    """
    given = ((each, each.variable) for each in subject.statements if each.variable and each.value is not None)
    empty = [(each, variable) for each, variable in given if not each.value and not _is_choice(subject, variable)]
    names = dict.fromkeys(each.name for each, _ in empty)
    optional = may_be_left_out(subject.contract, subject.asked, names) if names else frozenset()
    for statement, variable in empty:
        is_ignored = subject.contract.ignores_empty and not statement.file.holds_one_value
        meaning = "it counts as unset" if is_ignored else "the setting gets an empty string"
        yield Finding(
            f"`{statement.shown_name}` is empty",
            value_region(statement),
            variable.name,
            meaning,
            "set a value, or comment the line out" if statement.name in optional else "set a value",
        )


def _is_choice(subject: Subject, variable: Variable) -> bool:
    """Return whether the class lists the empty string among the values of a setting, so that somebody has chosen it."""
    return "" in variable.choices and not subject.contract.ignores_empty


@built_in("SP403", "placeholder-value", Severity.ERROR)
def placeholder_value(subject: Subject) -> Iterator[Finding]:
    """Report a value that was meant to be replaced, such as `changeme` or `<your-dsn>`.

    Why it matters: it was copied from an example, and works either nowhere or for everybody.

    Bad:
        API_TOKEN=changeme

    Good:
        API_TOKEN=q8Zr2vLkT0
    """
    for statement in subject.statements:
        variable, value = statement.variable, statement.value
        if variable is None or not value:
            continue
        is_one = is_placeholder_of_secret if variable.secret else is_placeholder
        if value.satisfies(is_one) and not value.satisfies(variable.choices.__contains__):
            yield Finding(
                f"`{statement.shown_name}` is still a placeholder",
                value_region(statement),
                variable.name,
                f"expected {variable.expected}",
                variable.guidance.how_to_obtain,
            )


@built_in("SP404", "conflicting-values", Severity.ERROR, refuses_start=True)
def conflicting_values(subject: Subject) -> Iterator[Finding]:
    """Report values that are valid one by one, but that a validator across fields refuses together.

    Why it matters: the process does not start with them.

    Bad:
        POOL_MIN=20
        POOL_MAX=10

    Good:
        POOL_MIN=5
        POOL_MAX=10
    """
    for refusal in subject.validated.refusals:
        if refusal.kind is RefusalKind.CONFLICT:
            yield _conflict(subject, refusal)


def _conflict(subject: Subject, refusal: Refusal) -> Finding:
    named = _named(subject, refusal)
    given = [assignment for each in named if (assignment := assigned_near(subject, each.setting))]
    assignment = next((each for each in given if each.file), None) or next(iter(given), None)
    first = assignment or assigned_inside(subject, refusal.setting)
    # Its own place is enough, but another source than variables has none.
    placed = assignment if assignment and assignment.source is None else None
    others = [each for each in named if placed is None or assigned_near(subject, each.setting) is not placed]
    name = subject.contract.canonical(first.shown_name) if first else named[0].name if named else None
    label = joined([_with_place(subject, each, first) for each in others])
    return Finding(refusal.message, value_region(first), name, f"together with {label}" if label else None)


def _named(subject: Subject, refusal: Refusal) -> list[Variable]:
    """Return the variables that the validator's message names, one per setting, in that order."""
    if refusal.error_type == RAISED:
        return []  # The message is not the validator's.
    by_word: dict[str, Variable] = {}
    for each in subject.contract.variables:
        if each.setting[: len(refusal.setting)] == refusal.setting:
            own = subject.assignments.get(each.name)
            for word in (each.name, own.name if own else each.name, each.setting[-1]):
                by_word.setdefault(word, each)
    words = (by_word.get(word) for word in re.findall(r"\w+", refusal.message))
    return list({each.setting: each for each in words if each}.values())


def _with_place(subject: Subject, variable: Variable, first: Assignment | None) -> str:
    """Return the name of `variable` and where its value comes from."""
    assignment = assigned_near(subject, variable.setting)
    if assignment is None:
        return f"`{variable.name}` at its default"
    written = assignment.written
    if written is None:
        return f"`{assignment.shown_name}`{of_source(assignment)}"
    line, path = written.line, written.file.path
    is_here = first is not None and first.file is written.file
    return f"`{assignment.shown_name}` {f'on line {line}' if is_here else f'at {path}:{line}'}"


@built_in("SP405", "unchecked-conflicts", Severity.INFO)
def unchecked_conflicts(subject: Subject) -> Iterator[Finding]:
    """Say that validators across fields were not run, because a field that they look at is invalid.

    Why it matters: more may be found once the invalid values are fixed.

    Bad:
        POOL_MIN=many
        POOL_MAX=10

    Good:
        POOL_MIN=5
        POOL_MAX=10
    """
    if not subject.validated.all_validators_ran:
        yield Finding(
            "validators across fields were not run, because a value that they need is invalid or missing",
            hint="fix the errors and check again",
        )


@built_in("SP409", "failing-source", Severity.ERROR, refuses_start=True)
def failing_source(subject: Subject) -> Iterator[Finding]:
    r"""Report a source of the settings class's own that fails.

    Why it matters: the process does not start. What the source would have set is not known, so missing
    variables are not reported.

    Bad:
        $ rm -f vault.json; printf 'DATABASE_URL=a\n' | setpoint check - --settings example:FromVault

    Good:
        $ echo '{}' > vault.json; printf 'DATABASE_URL=a\n' | setpoint check - --settings example:FromVault
    """
    for refusal in subject.validated.refusals:
        if refusal.kind is RefusalKind.SOURCE:
            alone = "no value was checked, because no source could be asked"
            others = "values from other sources were checked anyway"
            yield Finding(refusal.message, hint=alone if subject.asked.made_none else others)


@built_in("SP408", "partial-schema", Severity.INFO)
def partial_schema(subject: Subject) -> Iterator[Finding]:
    """Say that an exported contract does not contain everything that the settings class checks.

    Why it matters: what passes is valid as far as the schema says; a process may still refuse it.

    Bad:
        $ setpoint schema contract.json; setpoint check prod.env --schema contract.json

    Good:
        $ setpoint check prod.env
    """
    alone = left_to_the_class(subject.contract.settings_class)
    if alone:
        words = in_words(alone)
        yield Finding(words.message, label=words.label, hint=words.hint)
