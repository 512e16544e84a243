"""Which assignment a refusal concerns, and which could be refused."""

from collections.abc import Iterator, Mapping, Sequence

from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.extra_variables import names_of
from setpoint.resolution.handing_in import can_be_set
from setpoint.resolution.read_source import folded
from setpoint.resolution.subject import Setting, Subject
from setpoint.validation.left_out import changes_what_is_given
from setpoint.validation.refusal import Refusal, RefusalKind


def assigned_near(subject: Subject, setting: Setting) -> Assignment | None:
    """Return the assignment of `setting`, of what is around it, or of something nested in it."""
    return subject.origins.above(setting) or assigned_inside(subject, setting)


def assigned_inside(subject: Subject, setting: Setting) -> Assignment | None:
    """Return the first assignment of `setting` or of something nested in it."""
    for assignment in subject.assignments.values():
        variable = assignment.variable
        if not setting or variable is None:
            continue
        # Of what sets a part of an open setting, the path is longer than that of its variable.
        if variable.setting[: len(setting)] == setting or folded(assignment.path[: len(setting)]) == folded(setting):
            return assignment
    return None


def overruled(subject: Subject) -> Iterator[Assignment]:
    """Yield the values that would take precedence if their variables were not set again in the same file."""
    contract = subject.contract
    for each in subject.statements:
        if not each.value or not each.value.satisfies(can_be_set):
            continue
        if each.name not in each.file.variables or contract.names_env_file(each.variable):
            continue
        if each.file.holds_one_value:
            continue  # It is set once there; if it does not count, the class does not read it by this name.
        winning = subject.assignments.get(contract.canonical(each.name))
        if winning is None or (winning.file is each.file and winning.written != each.written):
            yield each.assignment


def assignment_to_blame(subject: Subject, refusal: Refusal) -> Assignment | None:
    """Return what sets the value that the class refuses; a value that a source could not decode may not even count."""
    if refusal.entry is not None:
        return subject.assignment_of(refusal.entry)
    # What is inside an open one is known by its keys, which may be aliases.
    is_inside = len(refusal.keys) > 1 and not subject.contract.variables_at(refusal.setting)
    by_keys = subject.origins.written_at(refusal.keys) if is_inside else None
    # A key that is refused may be in a name; the value around it is another variable's.
    by_name = assigned_inside(subject, refusal.setting) if refusal.of_key else None
    found = (
        by_keys
        or by_name
        or _read_for_value(subject, refusal)
        or assigned_near(subject, refusal.setting)
        or lacking(subject, refusal)
        or _refused_extra(subject, refusal)
    )
    return None if found and _is_replaced_by_code(subject, refusal, found) else found


def _is_replaced_by_code(subject: Subject, refusal: Refusal, assignment: Assignment) -> bool:
    """Return whether code puts what the class refuses in the place of what `assignment` sets, which it would take."""
    if assignment.variable is None or refusal.kind is not RefusalKind.INVALID or refusal.setting != assignment.path:
        return False
    if not changes_what_is_given(subject.contract.settings_class):
        return False
    return all(each.kind is RefusalKind.MISSING for each in subject.refusals_alone(assignment))


def _read_for_value(subject: Subject, refusal: Refusal) -> Assignment | None:
    """Return what sets a setting of another settings class, which builds a value inside that of a field."""
    for field, contract in subject.contract.of_values:
        if refusal.setting[:1] == (field,):
            for variable in contract.variables_at(refusal.setting[1:]):
                found = subject.assignments.get(subject.contract.canonical(variable.name))
                if found is not None:
                    return found._replace(variable=variable._replace(setting=(field, *variable.setting)))
    return None


def _refused_extra(subject: Subject, refusal: Refusal) -> Assignment | None:
    """Return what sets a key that is no field, but has a type all the same (`__pydantic_extra__: dict[str, int]`)."""
    if len(refusal.setting) != 1 or refusal.setting[0] in subject.origins.fields:
        return None
    given = (subject.assignments.get(each) for each in names_of(subject.contract, refusal))
    return next((each._replace(place=(str(refusal.setting[0]),)) for each in given if each), None)


def without_json(subject: Subject) -> frozenset[str]:
    """Return the variables whose value must be JSON but is not; one value may hold several settings."""
    refused = (each.entry for each in subject.validated.refusals if each.error_type == "json_invalid")
    return frozenset(subject.contract.canonical(entry.name) for entry in refused if entry)


def lacking(subject: Subject, refusal: Refusal) -> Assignment | None:
    """Return what should hold a part that the class misses, because of an alias, or that holds only unknown parts."""
    variables: Sequence[Variable] = ()
    if refusal.kind is RefusalKind.MISSING:
        variables = subject.contract.variables_at(refusal.setting)[:1]
    elif refusal.error_type == "extra_forbidden" and len(refusal.setting) == 1:
        variables = subject.contract.named(str(refusal.setting[0]))
    readable = (each.name for each in variables if each.holds_parts and each.name not in without_json(subject))
    return next(filter(None, map(subject.assignments.get, readable)), None)


def parts_of_plain_values(subject: Subject) -> Mapping[str, Assignment]:
    """Return, by canonical name, the unknown variables that the class takes for parts of a value, and so refuses.

    `DB__PORT__X` makes `DB__PORT` a mapping, although it should be a number; it is assigned to that variable.
    """
    delimiter = subject.contract.canonical(subject.contract.delimiter)
    strangers = {name: each for name, each in subject.assignments.items() if each.variable is None}
    if not delimiter or not any(delimiter in name for name in strangers):
        return {}
    refused = {
        subject.contract.canonical(each.name): each
        for refusal in subject.validated.refusals
        if refusal.kind is RefusalKind.INVALID
        and not refusal.of_key
        and not subject.origins.written_at(refusal.setting)
        for each in subject.contract.variables_at(refusal.setting) or _inside(subject, refusal.setting)
    }
    found: dict[str, Assignment] = {}
    for name, each in strangers.items():
        keys = name.split(delimiter)
        heads = (delimiter.join(keys[:count]) for count in range(1, len(keys)))
        whole = next((head for head in heads if head in refused), None)
        if whole is not None:
            found[name] = each._replace(variable=refused[whole])
    return found


def _inside(subject: Subject, setting: Setting) -> Sequence[Variable]:
    """Return the variable for the place `setting` inside an open one, if there can be one."""
    found = subject.contract.inside(setting)
    return [found] if found else []


def is_about_unknown_name(subject: Subject, refusal: Refusal) -> bool:
    """Return whether the class refuses a key because a variable's name is unknown, which is reported elsewhere."""
    return refusal.forbids_key and not subject.forbidden.isdisjoint(names_of(subject.contract, refusal))


def is_forbidden_inside(subject: Subject, name: str) -> bool:
    """Return whether a model inside the class forbids the variable `name`, whichever source sets it."""
    inside = (
        each for each in subject.validated.refusals if len(each.setting) > 1 and is_about_unknown_name(subject, each)
    )
    return any(subject.contract.canonical(name) in names_of(subject.contract, each) for each in inside)


def refused_in_environment(subject: Subject) -> frozenset[str]:
    """Return the names in the process environment that the class refuses, because it has no setting for them."""
    names = subject.gathered.environment.variables if subject.gathered.environment else ()
    return frozenset(each for each in names if subject.contract.canonical(each) in subject.forbidden)
