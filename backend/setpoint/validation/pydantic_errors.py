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
_NAME_OF_TAG = re.compile("'([^']*)'")


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
        yield (_of_tag(refusal) if details["type"] in _OF_TAGS else refusal).masked(redactor)


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
    refusal = failure(error, None, redactor, of_default_factory=raised.by_default_factory)
    kind = RefusalKind.INVALID if setting else RefusalKind.CONFLICT
    yield refusal._replace(kind=kind, setting=setting, keys=setting)


def _context(details: ErrorDetails) -> Mapping[str, Any]:
    """Return what pydantic says about the constraint; nothing for an error of the app's own, which may say anything.

    Only pydantic's own errors have a link to its documentation.
    """
    return details.get("ctx", {}) if "url" in details else {}


def _of_tag(refusal: Refusal) -> Refusal:
    """Return `refusal`, which says that a tag selects no member of a union, as a refusal of the tag's field."""
    field = _NAME_OF_TAG.match(str(refusal.context.get("discriminator")))
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
