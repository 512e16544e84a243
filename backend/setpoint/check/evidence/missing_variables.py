"""Says which required variables no source sets, where they may be, and what to write or to change."""

from collections.abc import Iterator, Mapping

from setpoint.check.evidence.misspellings import misspelt, other_spellings
from setpoint.check.evidence.refusal_text import NO_TEXT, other_type
from setpoint.check.finding import Finding, declaration
from setpoint.check.outcome import Severity
from setpoint.contract.variable import Variable
from setpoint.resolution.blame import lacking, without_json
from setpoint.resolution.subject import Subject
from setpoint.sources.entry import Entry, entries_of
from setpoint.sources.env_file import SourceKind
from setpoint.text.escape import printable
from setpoint.text.join import joined
from setpoint.validation.left_out import refusing_any_text
from setpoint.validation.refusal import Refusal, RefusalKind

_BY_KIND = {
    SourceKind.ENV_FILE: "dotenv_settings",
    SourceKind.PROCESS_ENVIRONMENT: "env_settings",
    SourceKind.SECRETS_DIRECTORY: "file_secret_settings",
}
"""How pydantic-settings calls its own sources where a class puts them in order."""


def missing(subject: Subject) -> Iterator[Finding]:
    """Yield a finding for each variable that the class needs, unless another finding says that it is not set."""
    told = misspelt(subject) | without_json(subject) | subject.unreadable
    needed: dict[str, Variable] = {}
    for refusal in subject.validated.refusals:
        if refusal.kind is not RefusalKind.MISSING:
            continue
        if subject.origins.above(refusal.setting) or lacking(subject, refusal):
            continue
        for variable in subject.contract.needed_at(refusal.setting):
            if variable.name not in told:
                needed.setdefault(variable.name, variable)  # It may hold several settings.
    why = _why_no_text(subject, needed)
    for name, variable in needed.items():
        yield _missing(subject, variable, why.get(name))


def _why_no_text(subject: Subject, needed: Mapping[str, Variable]) -> Mapping[str, Refusal | None]:
    """Return, for each variable, why no text can set it; None if one can."""
    if not needed:
        return {}
    found = refusing_any_text(subject.contract, subject.asked, list(needed))
    return {name: found.get(variable.setting) for name, variable in needed.items()}


def _missing(subject: Subject, variable: Variable, refusal: Refusal | None) -> Finding:
    label, hint, severity = f"expected {variable.expected}", _elsewhere(subject, variable), Severity.WARNING
    if hint is None:
        hint, severity = _unread(subject, variable), Severity.ERROR
    if hint is None:
        hint = variable.guidance.how_to_obtain or other_spellings(subject, variable)
    if refusal is not None:
        label, hint = NO_TEXT, other_type(refusal)
    message = f"`{variable.name}` is required but not set"
    return Finding(message, declaration(subject, variable.name), variable.name, label, hint, severity)


def _elsewhere(subject: Subject, variable: Variable) -> str | None:
    """Return where the variable may be set that was not checked."""
    if subject.gathered.process and subject.gathered.process.elsewhere:
        return f"it may be in {joined(subject.gathered.process.elsewhere)}, which is in none of the files"
    of_secrets = [each.record for each in subject.origins.sources if each.record.kind is SourceKind.SECRETS_DIRECTORY]
    has_nested = any(each.nested_secrets for each in of_secrets)
    if subject.unseen_directories and of_secrets and (has_nested or len(variable.setting) == 1):
        where = joined([f"`{each}`" for each in subject.unseen_directories])
        return f"it may be in {where}, which was not checked; `--secrets-dir DIR` checks such a directory"
    return None


def _unread(subject: Subject, variable: Variable) -> str | None:
    """Return where the variable is set although the settings class does not read that, as a hint."""
    names = {each.name for each in (variable, *subject.contract.variables_at(variable.setting))}
    of_left_out = (entry for file in subject.gathered.left_out for entry in entries_of(file))
    entries = [
        each
        for each in (*of_left_out, *subject.gathered.entries())
        if each.value and subject.contract.canonical(each.name) in names
    ]
    if not entries:
        return None
    return f"it is set {_place(entries[-1])}, {_which_is_unread(subject, entries[-1])}"


def _place(entry: Entry) -> str:
    if entry.written is None:
        return "in the process environment"
    path = printable(entry.written.file.path)
    return f"in `{path}`" if entry.written.file.holds_one_value else f"at {path}:{entry.written.line}"


def _which_is_unread(subject: Subject, entry: Entry) -> str:
    """Return that the class does not read `entry`, and what would change that, if it leaves a kind of source out."""
    kind = entry.written.file.kind if entry.written else SourceKind.PROCESS_ENVIRONMENT
    top = subject.asked.top
    is_left_out = kind in _BY_KIND and top is not None and all(each.kind is not kind for each in top.sources)
    why = f": its `settings_customise_sources` leaves out `{_BY_KIND[kind]}`" if is_left_out else ""
    return f"which the settings class does not read{why}"
