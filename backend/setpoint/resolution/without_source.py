"""What a setting has that no source sets: its default, what code or other settings make of that, or nothing at all."""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from setpoint.contract.spelling import MADE
from setpoint.contract.variable import Variable
from setpoint.resolution.effective_value import is_made_by_code, value_at
from setpoint.resolution.read_source import is_inside
from setpoint.resolution.subject import Setting, Subject
from setpoint.resolution.unread_variables import names_read_by_code
from setpoint.validation.left_out import changes_what_is_given, validated_without
from setpoint.validation.refusal import RefusalKind


def as_it_is(subject: Subject, variable: Variable) -> Variable:
    """Return `variable` with its effective default: parts that are set and code of the class replace what it says."""
    if _is_missing(subject, variable.setting):
        return variable._replace(default_around=PydanticUndefined, required=True)
    leaves = [leaf for made in subject.counting.values() for leaf in made if is_inside(leaf, variable.setting)]
    if any(len(leaf) > len(variable.setting) for leaf in leaves) and not subject.contract.lays_parts_over_defaults:
        return without_default(variable)
    if leaves or (subject.validated.settings is not None and variable.field.default_factory is not None):
        return variable
    if _is_of_code(subject, variable):
        return variable._replace(default_around=MADE)
    found: Any = subject.validated.settings
    if found is None or len(variable.setting) == 1:
        return variable
    for step in variable.setting:
        found = getattr(found, step, PydanticUndefined)
    return variable._replace(default_around=found)


def _is_of_code(subject: Subject, variable: Variable) -> bool:
    """Return whether code of the class has made something else of the default, or something that the class refuses."""
    settings, is_given_to_code = subject.validated.settings, changes_what_is_given(subject.contract.settings_class)
    if settings is not None:
        return (len(variable.setting) == 1 or is_given_to_code) and is_made_by_code(settings, variable)
    refused = (each.setting for each in subject.validated.refusals if each.kind is RefusalKind.INVALID)
    return is_given_to_code and variable.setting in refused


def made_of_unknown(subject: Subject) -> Callable[[Setting], bool]:
    """Return a function that says whether code makes a setting from variables that the class does not know."""
    settings, names = subject.validated.settings, names_read_by_code(subject)
    if settings is None or not names:
        return lambda _: False
    other = validated_without(subject.contract, subject.asked, names)
    if other.settings is None:
        refused = {each.setting for each in other.refusals}
        return refused.__contains__
    return lambda setting: bool(value_at(settings, setting) != value_at(other.settings, setting))


def without_default(variable: Variable) -> Variable:
    """Return `variable` for something that does not exist unless it is set."""
    return variable._replace(field=FieldInfo.from_annotation(Any), default_around=None, required=False)


def has_no_parts(subject: Subject, variable: Variable) -> bool:
    """Return whether the setting of `variable`, which may be a model, is something else: None, a flag, a word."""
    made: Any = subject.validated.settings
    if made is None:
        if _is_missing(subject, variable.setting):
            return subject.contract.needed_at(variable.setting) == (variable,)
        is_known = variable.default_around is not MADE and subject.origins.is_default(variable.setting)
        made = PydanticUndefined
        if is_known and not variable.required and not variable.has_computed_default:
            made = variable.default
    else:
        for step in variable.setting:
            made = getattr(made, "__dict__", {}).get(step, PydanticUndefined)
    has_parts = bool(made) if isinstance(made, Mapping) else isinstance(made, BaseModel) or is_dataclass(made)
    return made is not PydanticUndefined and not has_parts


def is_absent(subject: Subject, setting: Setting) -> bool:
    """Return whether what the class has made has nothing at `setting`, as a mapping without that key has."""
    from setpoint.resolution.counting import is_kept

    made = subject.validated.settings
    return made is not None and len(setting) > 1 and not is_kept(made, setting)


def _is_missing(subject: Subject, setting: Setting) -> bool:
    refusals = subject.validated.refusals
    return any(each.kind is RefusalKind.MISSING and each.setting == setting for each in refusals)
