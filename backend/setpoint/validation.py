"""Asks the settings class itself what it makes of a set of variables."""

import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from inspect import Parameter, signature
from threading import Lock
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsError

from setpoint import field_type
from setpoint.redaction import Redactor
from setpoint.settings_class import SettingsContract, environment_names
from setpoint.unusable import UnusableValueError, with_unusable

_FIELD_OF_SETTINGS_ERROR = re.compile(r'field "(\w+)"')
_environment_lock = Lock()

RAISED = "raised"
"""Stands in place of pydantic's name for the reason where a validator raised something that is no verdict."""


class RefusalKind(Enum):
    """Why a class does not take a set of variables."""

    MISSING = "missing"
    INVALID = "invalid"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Refusal:
    """One reason why the class does not take the variables.

    Attributes:
        kind: Missing or invalid value, or a validator across fields that fails.
        setting: The path of attributes and keys that it is about; empty where it is about all.
        error_type: pydantic's name for the reason (`int_parsing`).
        context: The constraint's values (`{"le": 1}`), and the exception of a validator under `error`.
        message: pydantic's or the validator's own words; values that are not fit to print are
            masked in it, but for a secret setting it must not be shown at all.
    """

    kind: RefusalKind
    setting: tuple[str | int, ...]
    error_type: str
    context: Mapping[str, Any]
    message: str


@dataclass(frozen=True)
class Verdict:
    """What a settings class says of a set of variables.

    Attributes:
        settings: The settings, if it takes them.
        refusals: Every reason why it does not.
        all_validators_ran: Whether validators across fields had all the valid fields that they look at.
    """

    settings: BaseSettings | None
    refusals: tuple[Refusal, ...] = ()
    all_validators_ran: bool = True


def validate(contract: SettingsContract, variables: Mapping[str, str], redactor: Redactor) -> Verdict:
    """Build the settings from exactly `variables`, whatever the process environment holds."""
    undecodable: dict[str, Refusal] = {}
    while True:
        usable = _without(contract, variables, undecodable)
        try:
            settings = _build(contract.settings_class, usable)
        except SettingsError as error:
            name = _field_of(contract, error)
            if name is None or name in undecodable:
                return Verdict(None, (*undecodable.values(), _failure(error, None, redactor)))
            undecodable[name] = Refusal(RefusalKind.INVALID, (name,), "json_invalid", {}, "it is not valid JSON")
        except ValidationError as error:
            refusals = [*undecodable.values(), *_refusals(contract, error, redactor, frozenset(undecodable))]
            return _with_validators_across_fields(contract, usable, refusals, redactor)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a validator of the app's may raise anything
            return _field_by_field(contract, usable, undecodable, _failure(error, None, redactor), redactor)
        else:
            if undecodable:
                return _with_validators_across_fields(contract, usable, list(undecodable.values()), redactor)
            return Verdict(settings)


def _build(settings_class: type[BaseSettings], variables: Mapping[str, str]) -> BaseSettings:
    with _process_environment(variables), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return settings_class(**_own_sources_off(settings_class))


def _own_sources_off(settings_class: type[BaseSettings]) -> dict[str, Any]:
    """Return the arguments that keep the class from its env file and the command line, as far as it takes them."""
    parameters = signature(settings_class.__init__).parameters
    takes_any = any(each.kind is Parameter.VAR_KEYWORD for each in parameters.values())
    switches = {"_env_file": None, "_cli_parse_args": False}
    return {name: value for name, value in switches.items() if takes_any or name in parameters}


@contextmanager
def _process_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Make `variables` the whole environment of this process for a moment.

    Sources and validators of the app's own read `os.environ` where they like, so that nothing less
    shows what a process started with these variables would do.
    """
    with _environment_lock:
        saved = dict(os.environ)
        try:
            os.environ.clear()
            os.environ.update(variables)
            yield
        finally:
            os.environ.clear()
            os.environ.update(saved)


def _without(contract: SettingsContract, variables: Mapping[str, str], fields: Mapping[str, Any]) -> dict[str, str]:
    """Return `variables` but for those that set one of `fields`, or a part of one."""
    spellings = [
        contract.canonical(spelling)
        for name in fields
        for spelling in environment_names(contract.settings_class, name, contract.settings_class.model_fields[name])
    ]
    heads = tuple(spelling + contract.canonical(contract.delimiter) for spelling in spellings if contract.delimiter)
    return {
        name: value
        for name, value in variables.items()
        if (canonical := contract.canonical(name)) not in spellings and not (heads and canonical.startswith(heads))
    }


def _field_of(contract: SettingsContract, error: SettingsError) -> str | None:
    match = _FIELD_OF_SETTINGS_ERROR.search(str(error))
    return match[1] if match and match[1] in contract.settings_class.model_fields else None


def _failure(error: BaseException, name: str | None, redactor: Redactor) -> Refusal:
    """Return the refusal for an exception that is no verdict; the text of most of them could hold a value."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" in `{place.tb_frame.f_code.co_name}()`, line {place.tb_lineno}" if place else ""
    message = f"a validator fails with {redactor.redact(type(error).__name__)}{where}"
    if name is None:
        return Refusal(RefusalKind.CONFLICT, (), RAISED, {}, message)
    return Refusal(RefusalKind.INVALID, (name,), RAISED, {}, message)


def _refusals(
    contract: SettingsContract, error: ValidationError, redactor: Redactor, known: frozenset[str]
) -> Iterator[Refusal]:
    fields = _fields_by_key(contract)
    for details in error.errors(include_url=False, include_input=False):
        place = details["loc"]
        name = fields.get(str(place[0]), str(place[0])) if place else None
        if name is not None and name in known:
            continue
        setting = () if name is None else (name, *place[1:])
        kind = _kind(contract, details, setting)
        context = details.get("ctx", {})
        words = str(context["error"]) if "error" in context and details["type"].endswith("_error") else details["msg"]
        yield Refusal(kind, setting, details["type"], context, redactor.redact(words))


def _kind(contract: SettingsContract, details: ErrorDetails, setting: tuple[str | int, ...]) -> RefusalKind:
    if details["type"] == "missing":
        return RefusalKind.MISSING
    if not setting:
        return RefusalKind.CONFLICT
    if len(setting) == 1 and details["type"] in {"value_error", "assertion_error"}:
        info = contract.settings_class.model_fields.get(str(setting[0]))
        if info is not None and field_type.nested_model(info):
            return RefusalKind.CONFLICT
    return RefusalKind.INVALID


def _fields_by_key(contract: SettingsContract) -> dict[str, str]:
    """Return the field for each key under which pydantic may report an error: its name and its aliases."""
    keys: dict[str, str] = {}
    for name, info in contract.settings_class.model_fields.items():
        keys[name] = name
        alias = info.validation_alias
        choices = getattr(alias, "choices", [alias])
        for choice in choices:
            head = choice if isinstance(choice, str) else next(iter(getattr(choice, "path", [])), None)
            if isinstance(head, str):
                keys[head] = name
    return keys


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
        _build(with_unusable(contract.settings_class, invalid), _without(contract, variables, invalid))
    except ValidationError as error:
        conflicts = _refusals(contract, error, redactor, frozenset(invalid))
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
    failure: Refusal,
    redactor: Redactor,
) -> Verdict:
    """Validate each field for itself, because a validator that raises `failure` keeps the others from being heard."""
    fields = contract.settings_class.model_fields.keys()
    of_no_field = {each.message for each in _of_one_field(contract, variables, None, redactor)}
    found = [
        refusal
        for name in fields - undecodable.keys()
        for refusal in _of_one_field(contract, variables, name, redactor)
        if refusal.message not in of_no_field
    ]
    if of_no_field or not found:
        found.append(failure)
    return Verdict(None, (*undecodable.values(), *found), all_validators_ran=False)


def _of_one_field(
    contract: SettingsContract, variables: Mapping[str, str], name: str | None, redactor: Redactor
) -> list[Refusal]:
    """Return why the class refuses the field `name` alone, or what fails even without any field."""
    others = dict.fromkeys(contract.settings_class.model_fields.keys() - {name})
    try:
        _build(with_unusable(contract.settings_class, others), _without(contract, variables, others))
    except ValidationError as error:
        return [each for each in _refusals(contract, error, redactor, frozenset(others)) if each.setting]
    except (UnusableValueError, SettingsError):
        return []
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a validator of the app's may raise anything
        return [_failure(error, name, redactor)]
    return []
