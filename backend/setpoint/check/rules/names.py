"""SP3xx: names of variables."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.evidence.counting_names import counts_instead
from setpoint.check.evidence.missing_variables import missing
from setpoint.check.evidence.misspellings import (
    Families,
    Family,
    consequence,
    in_another_case,
    is_meant_for_another,
    is_read,
    meant_by,
    near_misses_in_environment,
    nearest_in,
    where_set,
)
from setpoint.check.finding import Finding, Region, name_region, region_to_rename
from setpoint.check.outcome import Severity
from setpoint.contract.variable import Variable
from setpoint.resolution.blame import is_forbidden_inside, refused_in_environment
from setpoint.resolution.statement import Statement
from setpoint.resolution.subject import Subject
from setpoint.resolution.unread_variables import names_read_by_code, unknown_statements
from setpoint.text.guarded import MASK
from setpoint.text.secret_values import is_token_as_name

_FORBIDS_IT = "the settings class forbids it"
_FORBIDS_IT_IN_FILE = "the settings class reads this file and forbids it"
_FORBIDDEN_HERE = 'remove it, or let the class ignore it: `extra="ignore"`'
_FORBIDDEN_IN_FILE = (
    'remove it, let the class ignore it (`extra="ignore"`), or name the program that reads the file: `--loader docker`'
)
_IGNORE_IT = 'a reference uses it, so let the class ignore it: `extra="ignore"`'


@built_in("SP301", "unknown-variable", Severity.ERROR)
def unknown_variable(subject: Subject) -> Iterator[Finding]:
    """Report a variable that no setting reads.

    Why it matters: it is most often a misspelling, and the setting that was meant keeps its default.
    A near miss of a known name is an error (a warning if `extra="allow"` keeps it), and so is a name that begins
    with the class's `env_prefix` or with the name of a nested model; any other is a warning, because env files are
    shared with other programs. In the process environment only near misses are reported, and what the class
    refuses: it is full of others' names. A variable that the class's own sources and validators read is known by
    what the class does without it.

    Bad:
        PROT=8000

    Good:
        PORT=8000
    """
    families, read = Families(subject.contract), names_read_by_code(subject)
    for statement in unknown_statements(subject):
        name = statement.name
        if name in read:
            continue
        if name in statement.file.reading.referred:
            yield from _referred(subject, statement)
        elif subject.contract.canonical(name) in subject.kept:
            yield from _kept(subject, statement)
        elif subject.is_ignored(name):
            yield from _ignored(subject, statement)
        elif not in_another_case(subject, name):
            yield _unknown_in_file(subject, statement, families)
    yield from _unknown_in_environment(subject)


def _referred(subject: Subject, statement: Statement) -> Iterator[Finding]:
    """Yield the finding on a name that a reference uses, if the class itself refuses it."""
    if _is_forbidden(subject, statement):
        yield _unknown(subject, statement, _FORBIDS_IT_IN_FILE, _IGNORE_IT, Severity.ERROR)


def _ignored(subject: Subject, statement: Statement) -> Iterator[Finding]:
    """Yield the finding on a name that other programs read, if the class itself refuses it."""
    if _is_forbidden(subject, statement):
        yield _forbidden(subject, statement)


def _kept(subject: Subject, statement: Statement) -> Iterator[Finding]:
    """Yield the finding on a name that the class keeps without knowing it, if that may be a slip."""
    if meant := meant_by(subject, statement.name):
        label = f"did you mean `{meant.name}`?{where_set(subject, meant, statement)}"
        hint = "the settings class keeps unknown variables"
        yield _unknown(subject, statement, label, hint, Severity.WARNING)


def _unknown_in_file(subject: Subject, statement: Statement, families: Families) -> Finding:
    if meant := meant_by(subject, statement.name):
        label = f"did you mean `{meant.name}`?{where_set(subject, meant, statement)}"
        return _unknown(subject, statement, label, consequence(subject, meant), Severity.ERROR)
    family = families.of(statement.name)
    if family is None and _is_forbidden(subject, statement):
        return _forbidden(subject, statement)
    return _in_family(subject, statement, family)


def _in_family(subject: Subject, statement: Statement, family: Family | None) -> Finding:
    """Return the finding on an unknown name that is no misspelling, by its prefix."""
    hint = "remove it, or add it to `ignore-variables` in `[tool.setpoint]`"
    if of_field := subject.contract.named_after_field(statement.name):
        other = f"the class reads the setting of this name as `{of_field.name}`"
        is_ours = family is not None and family.is_ours
        severity = Severity.ERROR if is_ours else Severity.WARNING
        return _unknown(subject, statement, other, f"rename it, {hint}", severity)
    if family is None:
        return _unknown(subject, statement, None, hint, Severity.WARNING)
    label = nearest_in(subject, family, statement)
    if family.is_ours:
        hint = f"names that begin with `{family.beginning}` belong to these settings; {hint}"
        return _unknown(subject, statement, label, hint, Severity.ERROR)
    hint = f"other variables of these settings begin with `{family.beginning}`, too; {hint}"
    return _unknown(subject, statement, label, hint, Severity.WARNING)


def _forbidden(subject: Subject, statement: Statement) -> Finding:
    """Return the finding on a variable that the class itself refuses."""
    if is_forbidden_inside(subject, statement.name):
        return _unknown(subject, statement, _FORBIDS_IT, _FORBIDDEN_HERE, Severity.ERROR)
    hint = _FORBIDDEN_HERE if subject.gathered.starts_here else _FORBIDDEN_IN_FILE
    # What was meant says more, and is said for the other class.
    label = None if is_meant_for_another(subject, statement.name) else _FORBIDS_IT_IN_FILE
    return _unknown(subject, statement, label, hint, Severity.ERROR)


def _is_forbidden(subject: Subject, statement: Statement) -> bool:
    """Return whether the class itself refuses the statement, even if other programs need it in the file."""
    return bool(statement.value) and subject.contract.canonical(statement.name) in subject.forbidden


def _unknown(
    subject: Subject, statement: Statement, label: str | None, hint: str | None, severity: Severity
) -> Finding:
    setting = f"setting of `{subject.contract.reference}`" if subject.is_read_beside(statement.name) else "setting"
    return Finding(
        f"no {setting} reads `{statement.shown_name}`",
        region_to_rename(subject, statement),
        None if statement.shown_name == MASK else statement.name,
        label,
        hint,
        severity,
    )


def _unknown_in_environment(subject: Subject) -> Iterator[Finding]:
    near = near_misses_in_environment(subject)
    names = sorted(near.keys() | refused_in_environment(subject))
    for name in (each for each in names if not in_another_case(subject, each)):
        meant, shown = near.get(name), MASK if is_token_as_name(name) else name
        yield Finding(
            f"no setting reads `{shown}` in the process environment",
            variable=None if shown == MASK else name,
            label=f"did you mean `{meant.name}`?" if meant else _FORBIDS_IT,
            hint=consequence(subject, meant) if meant else _FORBIDDEN_HERE,
        )


@built_in("SP302", "missing-variable", Severity.ERROR, refuses_start=True)
def missing_variable(subject: Subject) -> Iterator[Finding]:
    """Report a required variable that no source sets.

    Why it matters: the process does not start without it. It is a warning if the settings class
    also reads a secrets directory that was not checked.

    Bad:
        PORT=8000

    Good:
        DATABASE_URL=postgresql://db/app
        PORT=8000
    """
    if any(file.trouble for file in subject.gathered.files):
        return
    yield from missing(subject)


@built_in("SP303", "wrong-case", Severity.ERROR)
def wrong_case(subject: Subject) -> Iterator[Finding]:
    r"""Report a variable whose name is known in another case, where the settings class is case-sensitive.

    Why it matters: it is another variable, and the setting that was meant keeps its default.

    Bad:
        $ printf 'DATABASE_URL=a\n' | setpoint check - --settings example:CaseSensitive

    Good:
        $ printf 'database_url=a\n' | setpoint check - --settings example:CaseSensitive
    """
    for statement in subject.statements:
        name = statement.name
        if statement.value is None or name in statement.file.reading.referred or subject.is_ignored(name):
            continue
        if meant := in_another_case(subject, name):
            label = f"did you mean `{meant.name}`?{where_set(subject, meant, statement)}"
            yield _wrong_case(subject, name, meant, name_region(statement), label)
    for name in sorted(near_misses_in_environment(subject)):
        if meant := in_another_case(subject, name):
            yield _wrong_case(subject, name, meant, None, f"did you mean `{meant.name}`?")


def _wrong_case(subject: Subject, name: str, meant: Variable, region: Region | None, label: str) -> Finding:
    where = "" if region else " in the process environment"
    hint = consequence(subject, meant) or "the settings class is case-sensitive"
    if name in subject.forbidden:
        hint = "the settings class is case-sensitive, and forbids names that it does not know"
    return Finding(f"`{name}`{where} is written in the wrong case", region, name, label, hint)


@built_in("SP304", "deprecated-variable", Severity.WARNING)
def deprecated_variable(subject: Subject) -> Iterator[Finding]:
    """Report a variable that its settings class marks as deprecated.

    Why it matters: a later version of the app will no longer read it.

    Bad:
        DB_HOST=db

    Good:
        DATABASE_URL=postgresql://db/app
    """
    for statement in subject.statements:
        variable = statement.variable
        if variable is not None and variable.field.deprecated:
            message, said = f"`{variable.name}` is deprecated", variable.field.deprecation_message or None
            hint = None if variable.field.deprecated is True else said
            yield Finding(message, name_region(statement), variable.name, hint=hint)


@built_in("SP305", "misplaced-variable", Severity.WARNING)
def misplaced_variable(subject: Subject) -> Iterator[Finding]:
    """Report a variable in an env file that is read only from the process environment.

    Why it matters: it has no effect here. One that names the env file is read before any file is opened, and a
    nested settings class without an `env_file` does not read one.

    Bad:
        CONFIG_FILE=prod.env

    Good:
        $ CONFIG_FILE=prod.env setpoint check
    """
    for statement in subject.statements:
        variable = statement.variable
        if variable is None:
            continue
        is_too_late = subject.contract.names_env_file(variable) and not statement.file.is_deployed
        if (variable.reader is not None and not is_read(subject, statement)) or is_too_late:
            yield Finding(
                f"`{statement.shown_name}` has no effect in an env file",
                name_region(statement),
                statement.shown_name,
                "it is read from the process environment only",
                "remove it, and set it where the process is started",
            )


@built_in("SP306", "renamed-variable", Severity.INFO)
def renamed_variable(subject: Subject) -> Iterator[Finding]:
    """Say that a setting is set under another name than its first.

    Why it matters: of several names that are set, only one counts, and old names disappear one day. If another one is
    also set and counts, it is a warning: this one has no effect.

    Bad:
        HTTP_PROXY_URL=http://proxy:3128

    Good:
        PROXY_URL=http://proxy:3128
    """
    for statement in subject.statements:
        variable = statement.variable
        names = subject.contract.variables_at(variable.setting) if variable else ()
        if variable is None or names == (variable,) or variable.holds_parts or names[0].holds_parts:
            continue
        name, first, other = variable.name, names[0], counts_instead(subject, statement)
        if other is not None:
            yield Finding(
                f"`{name}` has no effect",
                name_region(statement),
                name,
                f"`{other.name}` is also set{where_set(subject, other, statement)}",
                "of several names that are set, only one counts; remove this one",
                Severity.WARNING,
            )
        elif first.name != name and first.name not in subject.assignments and first.reader is variable.reader:
            message = f"`{name}` is another name of `{first.name}`"
            hint = f"use `{first.name}`, which takes precedence"
            yield Finding(message, name_region(statement), name, hint=hint)
