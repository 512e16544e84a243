"""Says which required variables no source sets, where they may be, and what to write or to change."""

from collections.abc import Iterator, Mapping

from setpoint.check.evidence.misspellings import misspelt, other_spellings
from setpoint.check.evidence.refusal_text import NO_TEXT, other_type
from setpoint.check.finding import Finding, declaration
from setpoint.check.outcome import Severity
from setpoint.contract.variable import Variable
from setpoint.resolution.blame import lacking, without_json
from setpoint.resolution.subject import Subject
from setpoint.text.join import joined
from setpoint.validation.left_out import refusing_any_text
from setpoint.validation.refusal import Refusal, RefusalKind


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
        hint, severity = variable.guidance.how_to_obtain or other_spellings(subject, variable), Severity.ERROR
    if refusal is not None:
        label, hint = NO_TEXT, other_type(refusal)
    message = f"`{variable.name}` is required but not set"
    return Finding(message, declaration(subject, variable.name), variable.name, label, hint, severity)


def _elsewhere(subject: Subject, variable: Variable) -> str | None:
    """Return where the variable may be set that was not checked."""
    if subject.gathered.process and subject.gathered.process.elsewhere:
        return f"it may be in {joined(subject.gathered.process.elsewhere)}, which is in none of the files"
    has_nested = any(each.record.secret_names for each in subject.origins.sources)
    if subject.gathered.unseen_directories and (has_nested or len(variable.setting) == 1):
        where = joined([f"`{each}`" for each in subject.gathered.unseen_directories])
        return f"it may be in {where}, which was not checked; `--secrets-dir DIR` checks such a directory"
    return None
