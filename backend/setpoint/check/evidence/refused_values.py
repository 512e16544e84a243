"""Turns what a settings class refuses into findings, each at its place in the value."""

from collections.abc import Iterable, Iterator, Sequence

from pydantic.fields import FieldInfo

from setpoint.check.evidence.refusal_text import explain, keys_inside, path_inside
from setpoint.check.finding import Finding, Region, region_to_rename, value_region
from setpoint.contract.open_keys import items_of, level_below
from setpoint.contract.plain_value import text_of
from setpoint.contract.variable import Variable
from setpoint.envfile.source_text import Span
from setpoint.resolution import json_value
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.subject import Subject
from setpoint.text.guarded import MASK, Guarded
from setpoint.text.suggest import KnownNames, allowed_steps
from setpoint.validation.left_out import changes_what_is_given
from setpoint.validation.refusal import Refusal, RefusalKind


def explained(subject: Subject, refused: Iterable[tuple[Refusal, Assignment | None]]) -> Iterator[Finding]:
    """Yield a finding for each place; the members of a union may refuse the same place for different reasons."""
    known: dict[tuple[str, ...], KnownNames] = {}
    groups: dict[tuple[str, str], list[tuple[Refusal, Assignment | None]]] = {}
    inside: dict[str, frozenset[str]] = {}
    for refusal, blamed in refused:
        assignment = subject.origins.stranger(refusal.setting) or blamed
        region = (_name(subject, refusal, assignment), _where_inside(subject, refusal, assignment, inside))
        groups.setdefault(region, []).append((refusal, assignment))
    for (name, where), group in groups.items():
        refusal, assignment = group[0]
        variable = _variable(subject, refusal, assignment)
        written = assignment.shown_name if assignment else name
        may_quote = _may_quote(subject, variable, assignment)
        explanation = explain(
            [each for each, _ in group],
            _of_key(subject, variable, assignment),
            written,
            where,
            assignment,
            may_quote=may_quote,
            is_default=assignment is None and _is_of_default(subject, refusal),
            meant_key=_meant_key(refusal, variable, known) if may_quote and where else None,
        )
        yield explanation.at(_region_inside(subject, refusal, assignment), None if written == MASK else name)


def _is_of_default(subject: Subject, refusal: Refusal) -> bool:
    is_of_code = changes_what_is_given(subject.contract.settings_class)
    return refusal.kind is RefusalKind.INVALID and subject.origins.is_default(refusal.setting) and not is_of_code


def _name(subject: Subject, refusal: Refusal, assignment: Assignment | None) -> str:
    if assignment:
        return subject.contract.canonical(assignment.shown_name)
    variable = _variable(subject, refusal, assignment)
    return variable.name if variable else str(refusal.setting[0])


def _region_inside(subject: Subject, refusal: Refusal, assignment: Assignment | None) -> Region | None:
    """Return where the problem is: inside the value if that is written as JSON, otherwise the whole value."""
    if assignment is not None and _is_in_name(refusal, assignment):
        return region_to_rename(subject, assignment)
    region = value_region(assignment)
    if region is None or assignment is None or not subject.shown.shows(assignment):
        return region
    value, written = assignment.value.raw, region.span.of(region.file.source.text)
    path = refusal.keys[len(assignment.path) :]
    if refusal.error_type == "json_invalid":
        inside = json_value.first_fault(value)
    else:
        is_key = refusal.of_key or refusal.forbids_key
        inside = json_value.span_of(value, path, is_key=is_key) if path else None
    at = written.find(value)
    if inside is None or at < 0:
        return region
    at += region.span.start
    return Region(region.file, Span(at + inside.start, at + inside.end))


def _is_in_name(refusal: Refusal, assignment: Assignment | None) -> bool:
    """Return whether the class refuses a key that is a part of the variable's name: `a` in `GROUPS__A__COUNT`."""
    if assignment is None or len(assignment.path) < len(refusal.keys):
        return False
    return refusal.of_key or (refusal.forbids_key and assignment.variable is not None and len(refusal.keys) > 1)


def _variable(subject: Subject, refusal: Refusal, assignment: Assignment | None) -> Variable | None:
    """Return the variable that the refusal is about; several settings may share one name."""
    if assignment is None or assignment.variable is None:
        return next(iter(subject.contract.variables_at(refusal.setting[:1])), None) if assignment is None else None
    same = (each for each in subject.contract.named(assignment.variable.name) if each.setting == refusal.setting)
    return next(same, assignment.variable)


def _of_key(subject: Subject, variable: Variable | None, assignment: Assignment | None) -> Variable | None:
    """Return what the class says about the key of an open variable, if `assignment` sets one."""
    if variable is None or assignment is None or len(assignment.path) <= len(variable.setting):
        return variable
    return subject.contract.inside(assignment.path) or variable


def _meant_key(refusal: Refusal, variable: Variable | None, known: dict[tuple[str, ...], KnownNames]) -> str | None:
    """Return the key of which a forbidden one is most likely a misspelling; `known` are those of each model."""
    if variable is None or not refusal.forbids_key:
        return None
    *around, key = refusal.keys[len(variable.setting) :]
    fields: Sequence[FieldInfo] = [variable.field]
    for step in around:
        fields = items_of(fields) if isinstance(step, int) else level_below(fields).below(step, ignores_case=False)
    names = tuple(level_below(fields).known)
    return known.setdefault(names, KnownNames(names)).nearest(str(key), max(1, allowed_steps(str(key))))


def _where_inside(
    subject: Subject, refusal: Refusal, assignment: Assignment | None, inside: dict[str, frozenset[str]]
) -> str:
    """Return where inside a value the problem is; `inside` keeps the keys of each variable, which take long to find."""
    if assignment is not None and _sets_just(assignment, refusal):
        return ""
    variable = _variable(subject, refusal, assignment)
    depth = len(assignment.path) if assignment else 1
    depth = len(refusal.keys) - 1 if refusal.of_key and _is_in_name(refusal, assignment) else depth
    name = variable.name if variable else ""
    if name not in inside:
        inside[name] = keys_inside((variable, *subject.contract.named(name)) if variable else ())
    return path_inside(refusal, depth, inside[name], may_quote=_may_quote(subject, variable, assignment))


def _sets_just(assignment: Assignment, refusal: Refusal) -> bool:
    """Return whether `assignment` sets what is refused and nothing around it, however many keys its name has."""
    is_around = assignment.variable is None or assignment.variable.holds_parts
    return not is_around and not refusal.of_key and assignment.path == refusal.setting


def _may_quote(subject: Subject, variable: Variable | None, assignment: Assignment | None) -> bool:
    if assignment is not None:
        return subject.shown.shows(assignment)
    return variable is not None and variable.shows(variable.name, Guarded(text_of(variable.default)))
