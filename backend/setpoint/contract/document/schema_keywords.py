"""What a constraint of a field is in JSON Schema, where it is the same there."""

import math
from collections.abc import Iterator
from typing import Any

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen, MultipleOf
from pydantic import AllowInfNan, Strict, StringConstraints
from pydantic.types import PathType

from setpoint.contract.document.pattern import is_portable

Schema = dict[str, Any]

_NUMBERS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_KEYWORDS = {
    "integer": {**_NUMBERS, "multiple_of": "multipleOf"},
    "number": _NUMBERS,
    "string": {"min_length": "minLength", "max_length": "maxLength", "pattern": "pattern"},
    "array": {"min_length": "minItems", "max_length": "maxItems"},
    "set": {},  # its limits hold for what is left of an array without repetitions
    "object": {"min_length": "minProperties", "max_length": "maxProperties"},
}
_CONSTRAINTS = (Ge, Gt, Le, Lt, MaxLen, MinLen, MultipleOf)
_CHANGES_THE_VALUE = {"strip_whitespace", "to_upper", "to_lower", "coerce_numbers_to_str"}


def constrained(schema: Schema, constraint: Any) -> tuple[Schema, bool]:
    """Return `schema` with `constraint` in it, and whether that says all of it.

    A constraint that is not known could also make the field take more than its type does, so that
    the schema takes anything.
    """
    if isinstance(constraint, AllowInfNan | PathType | Strict):
        return schema, isinstance(constraint, AllowInfNan)  # JSON knows finite numbers alone
    limits = dict(_limits(constraint))
    if not limits or _CHANGES_THE_VALUE & limits.keys():
        return {}, False
    target = _constrained_part(schema)
    keywords = _KEYWORDS.get("set" if "uniqueItems" in target else target.get("type", ""), {})
    said = {keywords[limit]: value for limit, value in limits.items() if limit in keywords and _is_plain(limit, value)}
    if target is schema:
        return {**schema, **said}, len(said) == len(limits)
    alternatives = [{**each, **said} if each is target else each for each in schema.get("anyOf", [])]
    return ({"anyOf": alternatives} if alternatives else schema), len(said) == len(limits)


def is_number_or_text(value: object) -> bool:
    """Return whether `value` is one that JSON can write."""
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _limits(constraint: Any) -> Iterator[tuple[str, Any]]:
    """Yield what `constraint` limits; nothing of one that is not known."""
    if isinstance(constraint, _CONSTRAINTS):
        names: tuple[str, ...] = ("ge", "gt", "le", "lt", "max_length", "min_length", "multiple_of")
        yield from ((name, getattr(constraint, name)) for name in names if hasattr(constraint, name))
    elif isinstance(constraint, StringConstraints) or type(constraint).__name__ == "_PydanticGeneralMetadata":
        yield from ((name, value) for name, value in vars(constraint).items() if value is not None)


def _constrained_part(schema: Schema) -> Schema:
    """Return what a constraint holds for: the schema, or the one alternative that is more than nothing."""
    more = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    return schema if "anyOf" not in schema else more[0] if len(more) == 1 else {}


def _is_plain(limit: str, value: Any) -> bool:
    if limit == "pattern":
        return isinstance(value, str) and is_portable(value)
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
