"""Extracts from pydantic's errors why a settings class does not accept its values."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from setpoint.contract import field_type
from setpoint.contract.settings_class import SettingsContract
from setpoint.text.mask import Redactor
from setpoint.validation.error_path import ErrorPaths
from setpoint.validation.refusal import LOOKED, RAISED, Refusal, RefusalKind, failure
from setpoint.validation.text_refusals import takes_none
from setpoint.validation.union_errors import PlacedError, of_meant_members

Setting = tuple[str | int, ...]
_OF_TAGS = {"union_tag_invalid", "union_tag_not_found"}
_FOLLOWING = {LOOKED, "default_factory_not_called"}
"""Errors that only follow from another invalid value, which are not reported."""
_OF_CHOICES = {
    "literal_error": "expected",
    "enum": "expected",
    "union_tag_invalid": "expected",
    "url_scheme": "expected_schemes",
}
"""Where an error lists words that the class allows, by its type."""
_QUOTED = re.compile("'([^']*)'")
_BETWEEN = re.compile("(?:, | or )*")


def refusals_in(
    contract: SettingsContract, errors: Iterable[ErrorDetails], redactor: Redactor, known: Collection[str]
) -> Iterator[Refusal]:
    """Yield pydantic's `errors` as refusals, except those about the fields `known`."""
    # Then pydantic-settings converts texts itself.
    config = contract.settings_class.model_config
    converted = {"enum"} if config.get("env_parse_enums") else set()
    paths = ErrorPaths(contract.settings_class)
    placed = (PlacedError(paths.of(each["loc"]), each) for each in errors)
    for path, details in of_meant_members(placed):
        setting = path.setting
        if (setting and setting[0] in known) or details["type"] in _FOLLOWING:
            continue
        if details["type"] == RAISED:
            yield from _raised(contract, details, path.setting, redactor)
            continue
        kind, context = _kind(contract, details, setting), _context(details)
        words = str(context["error"]) if "error" in context and details["type"].endswith("_error") else details["msg"]
        is_converted = config.get("strict") or details["type"] in converted
        takes_no_text = takes_none(path, details, is_converted=bool(is_converted))
        refusal = Refusal(kind, setting, details["type"], context, words, path.keys, takes_no_text=takes_no_text)
        refusal = refusal._replace(of_key=path.of_key, made=path.made)
        refusal = _of_tag(refusal) if details["type"] in _OF_TAGS else refusal
        yield _with_choices(contract, refusal, refusal.masked(redactor))


def _raised(
    contract: SettingsContract, details: ErrorDetails, setting: Setting, redactor: Redactor
) -> Iterator[Refusal]:
    raised = details["ctx"]["raised"]
    error = raised.error
    if isinstance(error, ValidationError):
        # The default of the field is a model that refuses what it found itself.
        around = field_type.model_at(contract.settings_class, setting)
        for path, model in field_type.models_from(around, setting) if around else ():
            if error.title == (model.model_config.get("title") or model.__name__):
                for each in refusals_in(SettingsContract(cast("Any", model), ()), error.errors(), redactor, ()):
                    yield each._replace(setting=(*path, *each.setting), keys=(*path, *each.keys))
                return
        if found := _of_value(contract, error, setting, redactor):
            yield from found
            return
    refusal = failure(error, None, redactor, of_default_factory=raised.by_default_factory)
    kind = RefusalKind.INVALID if setting else RefusalKind.CONFLICT
    yield refusal._replace(kind=kind, setting=setting, keys=setting)


def _of_value(
    contract: SettingsContract, error: ValidationError, setting: Setting, redactor: Redactor
) -> list[Refusal]:
    """Return what a settings class refuses that builds a value inside the default of a field, if that is of values."""
    for field, inside in contract.of_values:
        name = inside.settings_class.model_config.get("title") or inside.settings_class.__name__
        if setting == (field,) and error.title == name:
            found = [*refusals_in(inside, error.errors(), redactor, ())]
            if all(each.kind in {RefusalKind.INVALID, RefusalKind.MISSING} for each in found):
                return [each._replace(setting=(field, *each.setting), keys=(field, *each.keys)) for each in found]
    return []


def _context(details: ErrorDetails) -> Mapping[str, Any]:
    """Return what pydantic says about the constraint; nothing for an error of the app's own, which may say anything.

    Only pydantic's own errors have a link to its documentation.
    """
    return details.get("ctx", {}) if "url" in details else {}


def _with_choices(contract: SettingsContract, refusal: Refusal, masked: Refusal) -> Refusal:
    """Return `masked` with the words that the class allows in clear, although a secret may have one as its value.

    They are in the class for all to read, and a mask among them would tell that they are the secret. A validator may
    raise the same error with words of its own, so each has to be in the schema of the class.
    """
    name = _OF_CHOICES.get(refusal.error_type, "")
    listed = refusal.context.get(name)
    if not isinstance(listed, str) or masked.context[name] == listed or not _BETWEEN.fullmatch(_QUOTED.sub("", listed)):
        return masked
    allowed = set(_choices(contract.settings_class.__pydantic_core_schema__))
    if not allowed.issuperset(_QUOTED.findall(listed)):
        return masked
    return masked._replace(context={**masked.context, name: listed})


def _choices(part: object) -> Iterator[str]:
    """Yield the words that any `part` of a schema allows: members of literals and enums, and schemes of URLs."""
    from setpoint.validation.every_fault import NO_SCHEMAS

    if isinstance(part, list | tuple):
        for each in part:
            yield from _choices(each)
    elif isinstance(part, dict):
        yield from map(str, part.get("allowed_schemes") or ())
        if part.get("type") == "literal":
            yield from map(str, part["expected"])
        elif part.get("type") == "enum":
            yield from (str(each.value) for each in part["members"])
        for key, each in part.items():
            if key not in NO_SCHEMAS:
                yield from _choices(each)


def _of_tag(refusal: Refusal) -> Refusal:
    """Return `refusal`, which says that a tag selects no member of a union, as a refusal of the tag's field."""
    field = _QUOTED.match(str(refusal.context.get("discriminator")))
    if field is None:
        return refusal  # A function of the class tells the members apart.
    kind = RefusalKind.MISSING if refusal.error_type == "union_tag_not_found" else RefusalKind.INVALID
    *others, last = str(refusal.context.get("expected_tags", "")).split(", ")
    expected = {"expected": f"{', '.join(others)} or {last}" if others else last}
    setting, keys = (*refusal.setting, field[1]), (*refusal.keys, field[1])
    return refusal._replace(kind=kind, setting=setting, keys=keys, context=expected)


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
