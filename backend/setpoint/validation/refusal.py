"""The reasons why a settings class does not take a set of variables."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum
from types import NoneType
from typing import Any, NamedTuple, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from setpoint.contract import field_type
from setpoint.contract.settings_class import SettingsContract
from setpoint.sources.entry import Entry
from setpoint.text.mask import Redactor
from setpoint.text.raised import place_of
from setpoint.validation.error_path import ErrorPaths
from setpoint.validation.every_fault import LOOKED, RAISED
from setpoint.validation.text_refusals import takes_none
from setpoint.validation.union_errors import PlacedError, of_meant_members

Setting = tuple[str | int, ...]
_OF_TAGS = {"union_tag_invalid", "union_tag_not_found"}
_NAME_OF_TAG = re.compile("'([^']*)'")


class RefusalKind(Enum):
    """Why a class does not take a set of variables."""

    MISSING = "missing"
    INVALID = "invalid"
    CONFLICT = "conflict"
    SOURCE = "source"


class Refusal(NamedTuple):
    """One reason why the class does not take the variables.

    Attributes:
        kind: Missing or invalid value, a validator across fields that fails, or a source that does.
        setting: The path of attributes and keys that it is about; empty where it is about all.
        error_type: pydantic's name for the reason (`int_parsing`).
        context: The constraint's values (`{"le": 1}`), and the exception of a validator under `error`.
        message: pydantic's or the validator's own words; values that are not fit to print are
            masked in it, but for a secret setting it must not be shown at all.
        keys: The same path as it is given, with aliases; it is longer where an alias leads into a value.
        takes_no_text: Whether the type refuses any other text as well, because it converts none.
        entry: The variable to blame, where its source tells: it may be one that another value shadows.
    """

    kind: RefusalKind
    setting: tuple[str | int, ...]
    error_type: str
    context: Mapping[str, Any]
    message: str
    keys: tuple[str | int, ...] = ()
    takes_no_text: bool = False
    entry: Entry | None = None

    def masked(self, redactor: Redactor) -> "Refusal":
        """Return the same with the values of `redactor` masked in all words."""
        return self._replace(context=_masked(self.context, redactor), message=redactor.redact(self.message))


def refusals_in(
    contract: SettingsContract, errors: Iterable[ErrorDetails], redactor: Redactor, known: Collection[str]
) -> Iterator[Refusal]:
    """Yield the reasons that pydantic's `errors` are, but for those about the fields `known`."""
    # Then pydantic-settings converts texts itself.
    is_strict = bool(contract.settings_class.model_config.get("strict"))
    paths = ErrorPaths(contract.settings_class)
    placed = (PlacedError(paths.of(each["loc"]), each) for each in errors)
    for path, details in of_meant_members(placed):
        setting = path.setting
        if (setting and setting[0] in known) or details["type"] == LOOKED:
            continue
        if details["type"] == RAISED:
            yield from _raised(contract, details, path.setting, redactor)
            continue
        kind, context = _kind(contract, details, setting), _context(details, redactor)
        words = str(context["error"]) if "error" in context and details["type"].endswith("_error") else details["msg"]
        takes_no_text = not is_strict and takes_none(path, details)
        refusal = Refusal(
            kind, setting, details["type"], context, redactor.redact(words), path.keys, takes_no_text=takes_no_text
        )
        yield _of_tag(refusal) if details["type"] in _OF_TAGS else refusal


def _raised(
    contract: SettingsContract, details: ErrorDetails, setting: Setting, redactor: Redactor
) -> Iterator[Refusal]:
    error = details["ctx"]["raised"].error
    if isinstance(error, ValidationError):
        # The default of the field is a model that refuses what it found by itself.
        around = field_type.model_at(contract.settings_class, setting)
        for path, model in field_type.models_from(around, setting) if around else ():
            if error.title == (model.model_config.get("title") or model.__name__):
                for each in refusals_in(SettingsContract(cast("Any", model), ()), error.errors(), redactor, ()):
                    yield each._replace(setting=(*path, *each.setting), keys=(*path, *each.keys))
                return
    refusal = failure(error, None, redactor)
    kind = RefusalKind.INVALID if setting else RefusalKind.CONFLICT
    yield refusal._replace(kind=kind, setting=setting, keys=setting)


def _context(details: ErrorDetails, redactor: Redactor) -> Mapping[str, Any]:
    """Return what pydantic says of the constraint; nothing of an error of the app's own, which may say anything.

    pydantic gives an address in its documentation to its own errors alone.
    """
    if "url" not in details:
        return {}
    return _masked(details.get("ctx", {}), redactor)


def _masked(context: Mapping[str, Any], redactor: Redactor) -> Mapping[str, Any]:
    return {
        key: value if isinstance(value, Exception | bool | NoneType) else _masked_if_secret(value, redactor)
        for key, value in context.items()
    }


def _masked_if_secret(value: object, redactor: Redactor) -> object:
    masked = redactor.redact(str(value))
    return value if masked == str(value) else masked


def _of_tag(refusal: Refusal) -> Refusal:
    """Return `refusal`, which says that a tag tells no member of a union, as one of the field that is the tag."""
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


def failure(error: BaseException, name: str | None, redactor: Redactor) -> Refusal:
    """Return the refusal for an exception that is no refusal; the text of most of them could hold a value."""
    place = place_of(error)
    where = f" in `{place[0].co_name}()`, line {place[1]}" if place else ""
    message = f"a validator fails with {redactor.redact(type(error).__name__)}{where}"
    if name is None:
        return Refusal(RefusalKind.CONFLICT, (), RAISED, {}, message)
    return Refusal(RefusalKind.INVALID, (name,), RAISED, {}, message)
