"""What a settings class says of a set of variables: its settings, or each reason why there are none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings

from setpoint.contract import field_type
from setpoint.contract.settings_class import SettingsContract
from setpoint.text.mask import Redactor
from setpoint.text.raised import place_of

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


def refusals_in(
    contract: SettingsContract, error: ValidationError, redactor: Redactor, known: frozenset[str]
) -> Iterator[Refusal]:
    """Yield the reasons that `error` holds, but for those about the fields `known`."""
    fields = _fields_by_key(contract)
    for details in error.errors(include_url=False, include_input=False):
        place = details["loc"]
        name = fields.get(str(place[0]), str(place[0])) if place else None
        if name is not None and name in known:
            continue
        setting = () if name is None else (name, *place[1:])
        kind = _kind(contract, details, setting)
        setting = _without_tags(contract, setting)
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


def _without_tags(contract: SettingsContract, setting: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return `setting` without the names of types, of several that a value may have, between the names of fields."""
    model: type[BaseModel] | None = contract.settings_class
    kept: tuple[str | int, ...] = ()
    while setting and model and (info := model.model_fields.get(str(setting[0]))):
        kept += setting[:1]
        setting = setting[2:] if field_type.has_alternatives(info) else setting[1:]
        model = field_type.nested_model(info)
    return kept + setting


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


def failure(error: BaseException, name: str | None, redactor: Redactor) -> Refusal:
    """Return the refusal for an exception that is no verdict; the text of most of them could hold a value."""
    place = place_of(error)
    where = f" in `{place[0].co_name}()`, line {place[1]}" if place else ""
    message = f"a validator fails with {redactor.redact(type(error).__name__)}{where}"
    if name is None:
        return Refusal(RefusalKind.CONFLICT, (), RAISED, {}, message)
    return Refusal(RefusalKind.INVALID, (name,), RAISED, {}, message)
