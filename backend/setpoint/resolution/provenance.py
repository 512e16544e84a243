"""Says for each setting which source sets its value, and which values that one shadows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource

from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.spelling import MADE
from setpoint.contract.variable import Variable
from setpoint.envfile.location import Location
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.blame import assignment_to_blame
from setpoint.resolution.read_source import is_inside
from setpoint.resolution.subject import Setting, Subject
from setpoint.resolution.without_source import as_it_is, has_no_parts, is_absent, made_of_unknown, without_default
from setpoint.sources.env_file import SourceKind
from setpoint.text.escape import printable
from setpoint.text.guarded import MASK, Guarded
from setpoint.text.join import joined
from setpoint.validation.record import Build, Record, SourceRecord
from setpoint.validation.refusal import RefusalKind

_COLLECTIONS = (list, tuple, set, frozenset)
_OF_VARIABLES = {EnvSettingsSource.__name__, DotEnvSettingsSource.__name__}
_BEFORE_A_NAME_OF_DEPLOY = r"(?:-|- ?\{? ?name:|Environment=)? ?[\"']?"


@dataclass(frozen=True)
class Provenance:
    """Where the value of one setting, or of one key of an open one, comes from.

    Attributes:
        name: The variable; with its key if it is a key of an open variable.
        shown_name: The same in a form that may be shown.
        variable: What the settings class says about it.
        winner: What sets the value; None for the default.
        shadowed: What would set it otherwise, the strongest first.
        merged: What sets the parts of the value that the winner does not.
    """

    name: str
    shown_name: str
    variable: Variable
    winner: Assignment | None
    shadowed: tuple[Assignment, ...] = ()
    merged: tuple[Assignment, ...] = ()

    @property
    def key(self) -> tuple[Setting, str]:
        """Return the name that is the same however a source spells the variable."""
        return self.variable.setting, self.name[len(self.variable.name) :] if self.winner else ""


def provenances(subject: Subject) -> Iterator[Provenance]:
    """Yield one provenance per setting, in the order of the class; for models, only what sets them as a whole."""
    given = _given(subject)
    spellings: dict[Setting, list[Variable]] = {}
    for variable in subject.contract.variables:
        spellings.setdefault(variable.setting, []).append(variable)
    parents = {setting[:-1] for setting in spellings}
    set_as_a_whole = {setting for setting, names in spellings.items() if any(each.name in given for each in names)}
    without_parts = {each for each in parents & spellings.keys() if has_no_parts(subject, spellings[each][0])}
    told, passed_over, is_of_unknown = set[str](), list(_passed_over(subject)), made_of_unknown(subject)
    for setting, variables in spellings.items():
        is_model = setting in parents - without_parts
        found = _of_setting(subject, variables, given, is_model=is_model)
        if found.winner and not is_model and is_of_unknown(setting):
            found = _made_by_code(found, found.winner)
        around = {setting[:depth] for depth in range(1, len(setting))}
        is_part = not around.isdisjoint(set_as_a_whole)
        of_keys = [
            *_of_keys(subject, variables, given),
            *(each for each in passed_over if each.variable.setting == setting),
        ]
        is_replaced = not subject.contract.lays_parts_over_defaults and any(each.winner for each in of_keys)
        if around & without_parts or (found.winner is None and is_absent(subject, setting)):
            # Nothing is there, whatever would set it otherwise; what sets another setting does not even do that.
            shadowed = tuple(each for each in found.shadowed if id(each) not in subject.counting)
            found = replace(found, winner=None, shadowed=shadowed, variable=without_default(found.variable))
            is_replaced = True
        if found.winner or found.shadowed or not (is_model or is_part or is_replaced):
            yield found
        yield from of_keys
        winners = (each.winner for each in (found, *of_keys))
        told |= {subject.contract.canonical(each.name) for each in winners if each and not each.source}
    yield from _inside_values(subject, told)
    yield from _kept(subject)


def _made_by_code(found: Provenance, passed_over: Assignment) -> Provenance:
    """Return `found` as what code of the class makes, whatever would set it otherwise."""
    shadowed = (passed_over, *found.merged, *found.shadowed)
    variable = found.variable._replace(default_around=MADE)
    return replace(found, winner=None, merged=(), shadowed=shadowed, variable=variable)


def _passed_over(subject: Subject) -> Iterator[Provenance]:
    """Yield the models that are there because of a key that they pass over, for the variable that has the key."""
    for each in (each for source in subject.origins.sources for each in source.assignments):
        if (made := _only_made_by(subject, each)) and each.variable:
            variable = next(iter(subject.contract.variables_at(made)), each.variable)
            name = subject.contract.delimiter.join((variable.name, *map(str, made[len(variable.setting) :])))
            yield Provenance(name, variable.shown_name(name), variable, each._replace(value=Guarded("{}")))


def _only_made_by(subject: Subject, assignment: Assignment) -> Setting | None:
    """Return what `assignment` sets nothing in, but is the reason for."""
    made = subject.counting.get(id(assignment), ())
    return next(iter(made), None) if all(len(each) < len(assignment.path) for each in made) else None


def _inside_values(subject: Subject, told: set[str]) -> Iterator[Provenance]:
    """Yield what the settings classes read from which values are built that are in collections, or of several types."""
    for build in subject.asked.builds:
        for field, contract in _fields_with(subject, build):
            alone = Subject(contract, subject.gathered, record=Record.of_build(build, subject.asked.given))
            for each in provenances(alone):
                if each.winner is not None and each.winner.source is None and each.name not in told:
                    told.add(each.name)
                    setting = (field, *each.variable.setting)
                    yield replace(each, variable=each.variable._replace(setting=setting))


def _fields_with(subject: Subject, build: Build) -> Sequence[tuple[str, SettingsContract]]:
    """Return the fields that hold what became of `build`; all that could, if that can't be told."""
    able = [each for each in subject.contract.of_values if each[1].settings_class is build.settings_class]
    found = [each for each in able if _holds(getattr(subject.asked.settings, each[0], None), build.settings)]
    return found or able


def _holds(value: object, settings: BaseSettings | None) -> bool:
    """Return whether `settings` are inside `value`."""
    if isinstance(value, BaseModel):
        return value is settings or _holds(vars(value), settings)
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, _COLLECTIONS) else ()
    return any(_holds(each, settings) for each in inside)


def _kept(subject: Subject) -> Iterator[Provenance]:
    """Yield what the class keeps without knowing it, under names that may not be valid."""
    fit = {id(each.binding) for each in subject.statements if each.shown_name != MASK}
    for name, each in subject.kept.items():
        assert each.variable is not None  # noqa: S101 - whatever is kept has one
        if each.written is None or id(each.written.binding) in fit:
            yield Provenance(name, name, each.variable, each)
        else:
            yield Provenance(MASK, MASK, each.variable._replace(name=MASK, setting=(MASK,)), each._replace(name=MASK))


def _given(subject: Subject) -> Mapping[str, list[Assignment]]:
    """Return every value that a source has for a known variable, strongest first, by canonical name."""
    sourced = [each for source in subject.origins.sources for each in reversed(source.assignments)]
    read = {id(each.written.binding) for each in sourced if each.written}
    stated = (
        each.assignment
        for each in (*reversed(subject.statements), *subject.shadowed)
        if each.variable is not None
        and id(each.binding) not in read
        and not (each.file.is_deployed and each.value is None)
    )
    given: dict[str, list[Assignment]] = {}
    for each in (each for each in _without_repeats((*sourced, *stated)) if not _only_made_by(subject, each)):
        given.setdefault(_name_in_class(subject, each), []).append(each)
    return given


def _name_in_class(subject: Subject, assignment: Assignment) -> str:
    """Return the name as the class spells it, where a source reads names in its own way."""
    contract, name, variable = subject.contract, subject.contract.canonical(assignment.name), assignment.variable
    known = contract.find(name)
    if variable is None or (known is not None and known.setting == variable.setting):
        return name
    at = contract.variables_at(variable.setting)
    keys = [contract.canonical(each) for each in assignment.path[len(variable.setting) :]]
    return contract.delimiter.join([at[0].name, *keys]) if at and (contract.delimiter or not keys) else name


def _without_repeats(assignments: Iterable[Assignment]) -> Iterator[Assignment]:
    """Yield what is written once only once, even if two sources read the same file."""
    seen = set()
    for each in assignments:
        key = (each.name, (each.written.file.path, each.written.binding) if each.written else None)
        if key not in seen:
            seen.add(key)
            yield each


def _of_setting(
    subject: Subject, variables: list[Variable], given: Mapping[str, list[Assignment]], *, is_model: bool
) -> Provenance:
    """Return the provenance of one setting under all of its names."""
    all_given = [each for variable in variables for each in given.get(variable.name, ())]
    setting = variables[0].setting
    counting = [each for each in all_given if counts(subject, each, setting)]
    others = tuple(each for each in all_given if each not in counting)
    if counting:
        by_name = {each.name: each for each in variables}
        variable = by_name.get(subject.contract.canonical(counting[0].name), variables[0])
        return Provenance(variable.name, variable.name, variable, counting[0], others, tuple(counting[1:]))
    winner = None if is_model else subject.origins.of(setting)
    if winner is not None and winner.source is None:
        winner = subject.origins.part_of(winner, setting) if others else None  # It is nested in another value.
    if winner is None and not is_model:
        winner = subject.origins.under_parts(setting)
    variable = variables[0] if winner else as_it_is(subject, variables[0])
    # A value that an alias leads into holds other settings, and shadows nothing.
    others = tuple(each for each in others if not _is_led_into(variables, each))
    return Provenance(variable.name, variable.name, variable, winner, others)


def _is_led_into(variables: Iterable[Variable], assignment: Assignment) -> bool:
    return any(each.holds_parts and each.name.casefold() == assignment.name.casefold() for each in variables)


def _of_keys(
    subject: Subject, variables: list[Variable], given: Mapping[str, list[Assignment]]
) -> Iterator[Provenance]:
    own_names = {each.name for each in variables}
    for name, assignments in given.items():
        variable = assignments[0].variable
        if variable is not None and variable.setting == variables[0].setting and name not in own_names:
            counting = [each for each in assignments if counts(subject, each, each.path)]
            others = tuple(each for each in assignments if each not in counting)
            winner = counting[0] if counting else _elsewhere(subject, assignments[0])
            variable = variable if winner else without_default(variable)
            shown_name = subject.contract.canonical(assignments[0].shown_name)
            yield Provenance(name, shown_name, variable, winner, others, tuple(counting[1:]))


def _elsewhere(subject: Subject, assignment: Assignment) -> Assignment | None:
    """Return what sets the key that `assignment` would set, if it is a source without variables."""
    winner = subject.origins.of(assignment.path)
    return winner if winner and winner.source and not winner.source.entries else None


def counts(subject: Subject, assignment: Assignment, setting: Setting) -> bool:
    """Return whether a part of `setting` comes from `assignment`."""
    leaves = subject.counting.get(id(assignment), ())
    return any(is_inside(leaf, setting) and not _is_twin(subject, leaf[: len(setting)], setting) for leaf in leaves)


def _is_twin(subject: Subject, one: Setting, other: Setting) -> bool:
    """Return whether these are two settings, whose names differ in case alone."""
    return one != other and bool(subject.contract.variables_at(one) and subject.contract.variables_at(other))


def location_of(assignment: Assignment) -> Location | None:
    """Return where the name is; None for the process environment.

    If a name is not the first thing on its line, only the line is given, because a secret may be before it.
    """
    if assignment.written is None:
        return None
    span, source = assignment.written.binding.name_span, assignment.written.file.source
    found = Location.of(span, source)
    before = source.text[source.line_span(found.line).start : span.start].strip()
    is_deployed = assignment.written.file.is_deployed and re.fullmatch(_BEFORE_A_NAME_OF_DEPLOY, before)
    if before not in {"", "export", "declare", "readonly", "\ufeff"} and not is_deployed:
        return found._replace(column=1, end_line=found.line, end_column=2)
    return found


def source_of(assignment: Assignment | None) -> SourceKind:
    """Return the kind of source that sets the value."""
    if assignment is None:
        return SourceKind.DEFAULT
    if assignment.source is not None:
        return assignment.source.kind
    return SourceKind.PROCESS_ENVIRONMENT if assignment.file is None else assignment.file.kind


def is_refused(subject: Subject, provenance: Provenance, assignment: Assignment | None) -> bool:
    """Return whether the class refuses what `assignment` sets: a source can fail at a value that is shadowed."""
    setting = provenance.variable.setting
    for refusal in subject.validated.refusals:
        if refusal.kind is RefusalKind.INVALID and refusal.setting[: len(setting)] == setting and assignment:
            blamed = assignment_to_blame(subject, refusal) or provenance.winner
            if blamed and (blamed.name, blamed.written) == (assignment.name, assignment.written):
                return True
    return False


def source_in_words(source: SourceRecord) -> str:
    """Return the name of a source that has no variables, with its files."""
    if source.paths:
        return joined([printable(each) for each in source.paths])
    if source.entries and source.name in _OF_VARIABLES:
        return "a variable that no setting reads"
    if source.kind is SourceKind.COMMAND_LINE:
        return "the command line"
    if source.kind is SourceKind.ARGUMENT:
        return "the `__init__` of the settings class"
    return f"the source `{printable(source.name)}`"
