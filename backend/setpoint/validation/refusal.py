"""The reasons why a settings class does not accept a set of variables."""

from collections.abc import Mapping
from enum import Enum
from types import NoneType
from typing import Any, NamedTuple

from setpoint.sources.entry import Entry
from setpoint.text.mask import Redactor
from setpoint.text.raised import place_of

RAISED = "raised"
"""Replaces pydantic's name for the reason if a validator raised something by mistake."""

LOOKED = "looked_at_unusable"
"""Replaces it if a validator read the value of an invalid field."""


class RefusalKind(Enum):
    """Why a class does not accept a set of variables."""

    MISSING = "missing"
    INVALID = "invalid"
    CONFLICT = "conflict"
    SOURCE = "source"


class Refusal(NamedTuple):
    """One reason why the class does not accept the variables.

    Attributes:
        kind: A missing or invalid value, a failing validator across fields, or a failing source.
        setting: The path of attributes and keys that it concerns; empty if it concerns all.
        error_type: pydantic's name for the reason (`int_parsing`).
        context: The constraint's values (`{"le": 1}`), and a validator's exception under `error`.
        message: The words of pydantic or the validator; values that must not be shown are
            masked in it, but for a secret setting it must not be shown at all.
        keys: The same path as given, with aliases; it is longer if an alias leads into a value.
        takes_no_text: Whether the type refuses any text, because it converts none.
        entry: The variable to blame, if its source says: it may be one that another value shadows.
        of_key: Whether it is about the last of the keys itself, and not about its value.
        made: Where the problem is inside what a validator has made of the value, if it is there.
    """

    kind: RefusalKind
    setting: tuple[str | int, ...]
    error_type: str
    context: Mapping[str, Any]
    message: str
    keys: tuple[str | int, ...] = ()
    takes_no_text: bool = False
    entry: Entry | None = None
    of_key: bool = False
    made: tuple[str | int, ...] = ()

    @property
    def forbids_key(self) -> bool:
        """Return whether there should be no such key, in a model or in a dataclass."""
        return self.error_type in {"extra_forbidden", "unexpected_keyword_argument"}

    def masked(self, redactor: Redactor) -> "Refusal":
        """Return the same with the values of `redactor` masked in all texts."""
        return self._replace(context=_masked(self.context, redactor), message=redactor.redact(self.message))


def failure(error: BaseException, name: str | None, redactor: Redactor, *, of_default_factory: bool = False) -> Refusal:
    """Return a refusal for an exception that is not one; the text of most exceptions could hold a value."""
    place = place_of(error)
    where = f" in `{redactor.redact(place[0].co_name)}()`, line {place[1]}" if place else ""
    subject = "its default factory" if of_default_factory else "a validator"
    message = f"{subject} fails with {redactor.redact(type(error).__name__)}{where}"
    if name is None:
        return Refusal(RefusalKind.CONFLICT, (), RAISED, {}, message)
    return Refusal(RefusalKind.INVALID, (name,), RAISED, {}, message)


def _masked(context: Mapping[str, Any], redactor: Redactor) -> Mapping[str, Any]:
    return {
        key: value if isinstance(value, Exception | bool | NoneType) else _masked_if_secret(value, redactor)
        for key, value in context.items()
    }


def _masked_if_secret(value: object, redactor: Redactor) -> object:
    masked = redactor.redact(str(value))
    return value if masked == str(value) else masked
