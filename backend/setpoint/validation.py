"""Asks the settings class itself what it makes of a set of variables."""

import re
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_settings import SettingsError

from setpoint import field_type
from setpoint.building import build, without
from setpoint.redaction import Redactor
from setpoint.settings_class import SettingsContract
from setpoint.unusable import UnusableValueError, with_unusable
from setpoint.verdict import Refusal, RefusalKind, Verdict, failure, refusals_in

_FIELD_OF_SETTINGS_ERROR = re.compile(r'field "(\w+)"')


def validate(contract: SettingsContract, variables: Mapping[str, str], redactor: Redactor) -> Verdict:
    """Build the settings from exactly `variables`, whatever the process environment holds."""
    undecodable: dict[str, Refusal] = {}
    while True:
        usable = without(contract, variables, undecodable)
        try:
            settings = build(contract.settings_class, usable)
        except SettingsError as error:
            name = _field_of(contract, error)
            if name is None or name in undecodable:
                return Verdict(None, (*undecodable.values(), failure(error, None, redactor)))
            undecodable[name] = _no_json(name)
        except ValidationError as error:
            refusals = [*undecodable.values(), *refusals_in(contract, error, redactor, frozenset(undecodable))]
            return _with_validators_across_fields(contract, usable, refusals, redactor)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a validator of the app's may raise anything
            return _field_by_field(contract, usable, undecodable, failure(error, None, redactor), redactor)
        else:
            if undecodable:
                return _with_validators_across_fields(contract, usable, list(undecodable.values()), redactor)
            return Verdict(settings)


def _no_json(name: str) -> Refusal:
    return Refusal(RefusalKind.INVALID, (name,), "json_invalid", {}, "it is not valid JSON")


def _field_of(contract: SettingsContract, error: SettingsError) -> str | None:
    match = _FIELD_OF_SETTINGS_ERROR.search(str(error))
    return match[1] if match and match[1] in contract.settings_class.model_fields else None


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
    undecodable: Mapping[str, Refusal],
    failed: Refusal,
    redactor: Redactor,
) -> Verdict:
    """Validate each field for itself, because a validator that raises `failed` keeps the others from being heard."""
    fields = contract.settings_class.model_fields.keys()
    of_no_field = {each.message for each in validate_alone(contract, variables, None, redactor)}
    found = [
        refusal
        for name in fields - undecodable.keys()
        for refusal in validate_alone(contract, variables, name, redactor)
        if refusal.message not in of_no_field
    ]
    if of_no_field or not found:
        found.append(failed)
    return Verdict(None, (*undecodable.values(), *found), all_validators_ran=False)


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
        return [] if name is None else [_no_json(name)]
    except UnusableValueError:
        return []
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a validator of the app's may raise anything
        return [failure(error, name, redactor)]
    return []
