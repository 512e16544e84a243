"""Says why a value is refused, in words built from type and constraint, never from the value."""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from pydantic_core.core_schema import ErrorType

from setpoint.check.evidence.error_words import CONSTRAINTS, NOT
from setpoint.check.finding import Finding, Region
from setpoint.contract import field_type
from setpoint.contract.guidance import PublicValueError
from setpoint.contract.spelling import keys_led_into
from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.provenance import source_in_words
from setpoint.text.escape import printable
from setpoint.text.guarded import MASK
from setpoint.text.join import joined
from setpoint.text.secret_values import is_token_as_name
from setpoint.text.suggest import allowed_steps, nearest
from setpoint.validation.refusal import RAISED, Refusal

_MOMENT = re.compile(r"\d{4,}-\d\d-\d\d|\d\d:\d\d")
# pydantic counts the characters of a secret as items.
_LENGTH_OF_TEXT = {"too_short": "is too short", "too_long": "is too long"}
_LONGEST_KEY = 64
_NO_PART = "contains nothing that a setting takes"
_NOT_BESIDE = "is not allowed together with what else is set"
_NO_SETTING = "is not a setting, and the settings class forbids it"
_OTHER_DEFAULT = "change the default in the settings class, or set a value"
NO_TEXT = "the value of a variable is always a string, and this type does not accept one"
_NO_ARRAY = "a JSON array makes a `list`, and this type does not accept one"
_OF_ARRAYS = {"frozen_set_type", "set_type", "tuple_type"}
_PLAIN_TYPES = {"bool", "bytes", "date", "datetime", "float", "frozenset", "int", "set", "time", "timedelta", "tuple"}
_SCHEME = re.compile("'([^']*)'")
_BY_VALIDATOR = {"value_error", "assertion_error"}
_OF_PYDANTIC = {*get_args(ErrorType)} - _BY_VALIDATOR


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a value is refused, without its place."""

    message: str
    label: str | None
    hint: str | None

    def at(self, region: Region | None, variable: str | None) -> Finding:
        """Return this as a finding at `region`."""
        return Finding(self.message, region, variable, self.label, self.hint)


def explain(
    refusals: Sequence[Refusal],
    variable: Variable | None,
    name: str,
    where: str,
    assignment: Assignment | None,
    *,
    may_quote: bool,
    is_default: bool = False,
    meant_key: str | None = None,
) -> Explanation:
    """Return why the value of the variable `name` is refused.

    Args:
        refusals: At least one; several if each member of a union refuses it for a different reason.
        variable: What the settings class knows about it.
        name: The name by which people know it.
        where: The place inside the value, empty for the value as a whole.
        assignment: What sets the value; None if it is a default or comes from one of the class's own sources.
        may_quote: Whether the value may be shown, and with it the words of a validator that has seen it.
        is_default: Whether the value is the default of the class.
        meant_key: The key of which the refused one is most likely a misspelling.
    """
    owner = f"the default of `{name}`" if is_default else f"`{name}`{of_source(assignment)}"
    part = f"the key `{where}`" if refusals[0].of_key or refusals[0].forbids_key else f"`{where}`"
    subject = f"{part} in {owner}" if where else owner
    is_array = refusals[0].error_type in _OF_ARRAYS
    if (is_array or not where) and any(each.takes_no_text for each in refusals):
        why = _NO_ARRAY if is_array else NO_TEXT
        return Explanation(f"{subject} cannot be set by a variable", why, other_type(refusals[0]))
    is_made = bool(refusals[0].made)
    is_whole = variable is not None and variable.name.upper() == name.upper() and not (where or is_made)
    expected = variable.expected if variable and is_whole else _expected_inside(refusals)
    meant = _meant_choice(variable, assignment) if variable and is_whole and assignment and may_quote else None
    of_variable = variable.guidance.invalid if variable else None
    meant = meant or meant_key
    hint = _OTHER_DEFAULT if is_default else f"did you mean `{meant}`?" if meant else of_variable
    is_forbidden = not where and refusals[0].forbids_key
    is_guided = bool(variable and is_whole and variable.guidance.expected)
    # What the app's own code refuses may be of the right type.
    says_type = is_guided or any(each.error_type in _OF_PYDANTIC for each in refusals)
    label = f"expected {expected}{_schemes(refusals)}" if expected and says_type and not is_forbidden else None
    complaint = _of_forbidden(variable) if is_forbidden else _complaint(refusals, may_quote=may_quote)
    if is_made:
        inside = _path(refusals[0].made, (), may_quote=may_quote)
        complaint = f"is invalid: in the result of a validator, `{inside}` {complaint}"
    return Explanation(f"{subject} {complaint}", label, hint)


def _of_forbidden(variable: Variable | None) -> str:
    """Return what is wrong with a variable that the class forbids: it is unknown, or not wanted beside others."""
    if variable is None:
        return _NO_SETTING
    return _NO_PART if variable.holds_parts else _NOT_BESIDE


def other_type(refusal: Refusal) -> str:
    """Return what to do about a type that accepts no text."""
    plain = refusal.error_type.removesuffix("_type").replace("time_delta", "timedelta").replace("_set", "set")
    given = "a JSON array" if refusal.error_type in _OF_ARRAYS else "a string"
    if plain in _PLAIN_TYPES:
        return f"change the type in the settings class: a plain `{plain}` accepts {given}, a strict one does not"
    return "change the type in the settings class, or let a `BeforeValidator` convert the string"


def of_source(assignment: Assignment | None) -> str:
    """Return which source sets the value, if there is no place to show."""
    if assignment is None or assignment.file is not None:
        return ""
    if assignment.source is None:
        return " in the process environment"
    paths = joined([f"`{printable(each)}`" for each in assignment.source.paths])
    return f" of {paths or source_in_words(assignment.source)}"


def _expected_inside(refusals: Sequence[Refusal]) -> str | None:
    """Return what would be right for a part of a value, as far as the violated constraint says."""
    context = refusals[0].context if len(refusals) == 1 else {}
    if isinstance(allowed := context.get("expected"), str):
        return allowed.replace("'", "`")
    return next((words.format(context[name]) for name, words in CONSTRAINTS.items() if name in context), None)


def _schemes(refusals: Sequence[Refusal]) -> str:
    """Return which schemes a URL may have, if it has none of them."""
    allowed = refusals[0].context.get("expected_schemes") if len(refusals) == 1 else None
    return " that begins with " + _SCHEME.sub(r"`\1://`", allowed) if isinstance(allowed, str) else ""


def _complaint(refusals: Sequence[Refusal], *, may_quote: bool) -> str:
    refusal = refusals[0]
    error = refusal.context.get("error")
    if isinstance(error, PublicValueError):
        return f"is invalid: {refusal.message}"
    if len({each.error_type for each in refusals}) > 1:
        return "matches none of the allowed types"
    if refusal.error_type == RAISED:
        return f"cannot be checked: {refusal.message}"
    words = refusal.message if refusal.error_type in _BY_VALIDATOR else _lowered(refusal.message)
    return _by_type(refusal) or (f"is invalid: {words.strip()}" if may_quote and words.strip() else "is invalid")


def _by_type(refusal: Refusal) -> str | None:
    if refusal.error_type in _LENGTH_OF_TEXT and refusal.context.get("field_type") == "Value":
        return _LENGTH_OF_TEXT[refusal.error_type]
    if factor := refusal.context.get("multiple_of"):
        return f"is not a multiple of {factor}"
    limit = next(iter(refusal.context.values()), None) if "_than" in refusal.error_type else None
    # So pydantic gives that of a date, a time or a duration; a number is a text too where its digits are in a secret.
    if isinstance(limit, str) and MASK not in limit:
        words = ("early", "late") if _MOMENT.match(limit) else ("short", "long")
        return f"is too {words[refusal.error_type.startswith('less')]}"
    return NOT.get(refusal.error_type)


def _meant_choice(variable: Variable, assignment: Assignment) -> str | None:
    value = assignment.value.raw
    in_another_case = next((each for each in variable.choices if each.casefold() == value.casefold()), None)
    if in_another_case is not None:
        return None if in_another_case == value else in_another_case
    # `Literal[1]` accepts no text, not even `1`; and for numbers, the nearest one is no better a guess than any other.
    # The same goes for single letters.
    words = [each for each in variable.choices if any(map(str.isalpha, each)) and len(each) > 1]
    meant = nearest(value, words, max(1, allowed_steps(value)))
    return None if meant == value else meant


def keys_inside(variables: Iterable[Variable]) -> frozenset[str]:
    """Return the keys that the class defines inside the values of `variables`."""
    return frozenset(
        key for each in variables for key in (*field_type.keys(each.field.annotation), *keys_led_into(each.field))
    )


def path_inside(refusal: Refusal, depth: int, known: Container[str], *, may_quote: bool) -> str:
    """Return where inside the value the problem is: `[0].port`, empty for the value as a whole.

    Args:
        refusal: The refusal of the class.
        depth: How many steps of the refusal's path lead to the variable.
        known: The keys that the class defines inside the value.
        may_quote: Whether keys that the class doesn't define may be shown, which are part of the value.
    """
    return _path(refusal.keys[depth:], known, may_quote=may_quote)


def _path(steps: Iterable[str | int], known: Container[str], *, may_quote: bool) -> str:
    return "".join(_step(each, known, may_quote=may_quote) for each in steps).removeprefix(".")


def _step(step: str | int, known: Container[str], *, may_quote: bool) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step[:_LONGEST_KEY]}" if step in known or (may_quote and not is_token_as_name(step)) else ".…"


def _lowered(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
