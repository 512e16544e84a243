"""Asks the settings class itself what it makes of a set of variables."""

import json
import re
from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from setpoint.contract import field_type
from setpoint.contract.settings_class import SettingsContract
from setpoint.text.mask import Redactor
from setpoint.validation.building import build, without
from setpoint.validation.unusable import UnusableValueError, with_unusable
from setpoint.validation.verdict import Refusal, RefusalKind, Verdict, failure, refusals_in

_FIELD_OF_SETTINGS_ERROR = re.compile(r'field "(\w+)"')


def validate(contract: SettingsContract, variables: Mapping[str, str], redactor: Redactor) -> Verdict:
    """Build the settings from exactly `variables`, whatever the process environment holds."""
    usable, no_json = dict(variables), dict[str, Refusal]()
    while True:
        broken = list({each.setting: each for each in no_json.values()}.values())
        try:
            settings = build(contract.settings_class, usable)
        except SettingsError as error:
            found = _no_json(contract, usable, error)
            if not found:
                return Verdict(None, (*broken, failure(error, None, redactor)))
            no_json |= found
            usable = {name: value for name, value in usable.items() if name not in found}
        except ValidationError as error:
            refusals = refusals_in(contract, error, redactor, frozenset())
            known = [*broken, *(each for each in refusals if not _is_inside(each, broken))]
            return _with_validators_across_fields(contract, usable, known, redactor)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a validator of the app's may raise anything
            return _field_by_field(contract, usable, broken, failure(error, None, redactor), redactor)
        else:
            return _with_validators_across_fields(contract, usable, broken, redactor) if broken else Verdict(settings)


def _no_json(contract: SettingsContract, variables: Mapping[str, str], error: SettingsError) -> dict[str, Refusal]:
    """Return the variables that make the class stumble over a value that is no JSON, each with its refusal.

    The class names the field alone, and stops at the first one.
    """
    match = _FIELD_OF_SETTINGS_ERROR.search(str(error))
    of_field = {
        name: variable
        for name in variables
        if match and (variable := contract.find(name)) and variable.setting[0] == match[1]
    }
    found = {
        name: variable.setting
        for name, variable in of_field.items()
        if contract.canonical(name) == variable.name
        and field_type.takes_json(variable.field)
        and not _is_json(variables[name])
    }
    settings = found or {name: variable.setting[:1] for name, variable in of_field.items()}
    return {name: _is_no_json(setting) for name, setting in settings.items()}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_no_json(setting: tuple[str, ...]) -> Refusal:
    return Refusal(RefusalKind.INVALID, setting, "json_invalid", {}, "it is not valid JSON")


def _is_inside(refusal: Refusal, others: Sequence[Refusal]) -> bool:
    return any(refusal.setting[: len(other.setting)] == other.setting for other in others)


def _with_validators_across_fields(
    contract: SettingsContract, variables: Mapping[str, str], refusals: list[Refusal], redactor: Redactor
) -> Verdict:
    """Run the validators across fields on the valid fields alone, which pydantic leaves out once a field is invalid."""
    invalid = {str(each.setting[0]): None for each in refusals if each.setting}
    ran_inside = not any(_is_inside_unrun_model(contract, each) for each in refusals)
    validators = contract.settings_class.__pydantic_decorators__.model_validators.values()
    already_ran = any(each.kind is RefusalKind.CONFLICT and not each.setting for each in refusals)
    if already_ran or not validators:
        return Verdict(None, tuple(refusals), ran_inside)
    try:
        build(with_unusable(contract.settings_class, invalid), without(contract, variables, invalid))
    except ValidationError as error:
        conflicts = refusals_in(contract, error, redactor, frozenset(invalid))
        found = [each for each in conflicts if each.kind is RefusalKind.CONFLICT]
        if found and any(each.info.mode != "after" for each in validators):
            # It may be one that looks at the raw values, and saw that those of invalid fields are left out.
            return Verdict(None, tuple(refusals), all_validators_ran=False)
        return Verdict(None, (*refusals, *found), ran_inside)
    except (Exception, SystemExit):  # noqa: BLE001 - a validator looked at an invalid field, in whatever way
        return Verdict(None, tuple(refusals), all_validators_ran=False)
    return Verdict(None, tuple(refusals), ran_inside)


def build_in_part(
    contract: SettingsContract, variables: Mapping[str, str], refusals: Sequence[Refusal]
) -> BaseSettings | None:
    """Return settings in which the fields of `refusals` have unusable values; None if the class gives none even so."""
    invalid = {str(each.setting[0]) for each in refusals if each.setting}
    try:
        return build(with_unusable(contract.settings_class, invalid), without(contract, variables, invalid))
    except (Exception, SystemExit):  # noqa: BLE001 - a validator of the app's may raise anything
        return None


def _is_inside_unrun_model(contract: SettingsContract, refusal: Refusal) -> bool:
    """Return whether `refusal` kept the validators across fields of a nested model from running."""
    info = contract.settings_class.model_fields.get(str(refusal.setting[0])) if refusal.setting else None
    for key in refusal.setting[1:]:
        model = field_type.nested_model(info) if info else None
        if model is None:
            return False
        if model.__pydantic_decorators__.model_validators:
            return True
        info = model.model_fields.get(str(key))
    return False


def _field_by_field(
    contract: SettingsContract,
    variables: Mapping[str, str],
    broken: Sequence[Refusal],
    failed: Refusal,
    redactor: Redactor,
) -> Verdict:
    """Validate each field for itself, because a validator that raises `failed` keeps the others from being heard."""
    fields = contract.settings_class.model_fields.keys()
    of_no_field = {each.message for each in validate_alone(contract, variables, None, redactor)}
    found = [
        refusal
        for name in fields - {each.setting[0] for each in broken}
        for refusal in validate_alone(contract, variables, name, redactor)
        if refusal.message not in of_no_field
    ]
    if of_no_field or not found:
        found.append(failed)
    validators = contract.settings_class.__pydantic_decorators__.model_validators
    return Verdict(None, (*broken, *found), all_validators_ran=not validators)


def validate_alone(
    contract: SettingsContract, variables: Mapping[str, str], name: str | None, redactor: Redactor
) -> list[Refusal]:
    """Return why the class refuses the field `name`, whatever the others hold; for None, what fails without it."""
    others = contract.settings_class.model_fields.keys() - {name}
    try:
        build(with_unusable(contract.settings_class, others), without(contract, variables, others))
    except ValidationError as error:
        return [each for each in refusals_in(contract, error, redactor, frozenset(others)) if each.setting]
    except SettingsError:
        return [] if name is None else [_is_no_json((name,))]
    except UnusableValueError:
        return []
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a validator of the app's may raise anything
        return [failure(error, name, redactor)]
    return []
