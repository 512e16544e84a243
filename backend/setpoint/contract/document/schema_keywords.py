"""What a constraint of a field is in JSON Schema, if it means the same there."""

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
    "set": {},  # its limits apply to an array after duplicates are removed
    "format": {},  # they apply to what pydantic makes of a text
    "object": {"min_length": "minProperties", "max_length": "maxProperties"},
}
_CONSTRAINTS = (Ge, Gt, Le, Lt, MaxLen, MinLen, MultipleOf)
_CHANGES_THE_VALUE = {"strip_whitespace", "to_upper", "to_lower", "coerce_numbers_to_str"}


def constrained(schema: Schema, constraint: Any) -> tuple[Schema, bool]:
    """Return `schema` with `constraint` in it, and whether that says all of it.

    An unknown constraint could also make the field accept more than its type does, so
    the schema accepts anything.
    """
    if isinstance(constraint, AllowInfNan):
        return schema, constraint.allow_inf_nan or _has_both_limits(_constrained_part(schema))
    if isinstance(constraint, PathType | Strict):
        return schema, False
    limits = dict(_limits(constraint))
    if not limits or _CHANGES_THE_VALUE & limits.keys():
        return {}, False
    target = _constrained_part(schema)
    kind = "set" if "uniqueItems" in target else "format" if "format" in target else target.get("type", "")
    keywords = _KEYWORDS.get(kind, {})
    said = {keywords[limit]: value for limit, value in limits.items() if limit in keywords and _is_plain(limit, value)}
    if target is schema:
        return {**schema, **said}, len(said) == len(limits)
    alternatives = [{**each, **said} if each is target else each for each in schema.get("anyOf", [])]
    return ({"anyOf": alternatives} if alternatives else schema), len(said) == len(limits)


def is_number_or_text(value: object) -> bool:
    """Return whether JSON can represent `value`."""
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _limits(constraint: Any) -> Iterator[tuple[str, Any]]:
    """Yield what `constraint` limits; nothing if it is unknown."""
    if isinstance(constraint, _CONSTRAINTS):
        names: tuple[str, ...] = ("ge", "gt", "le", "lt", "max_length", "min_length", "multiple_of")
        yield from ((name, getattr(constraint, name)) for name in names if hasattr(constraint, name))
    elif isinstance(constraint, StringConstraints) or type(constraint).__name__ == "_PydanticGeneralMetadata":
        yield from ((name, value) for name, value in vars(constraint).items() if value is not None)


def _constrained_part(schema: Schema) -> Schema:
    """Return what a constraint applies to: the schema, or its one alternative other than null."""
    more = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    return schema if "anyOf" not in schema else more[0] if len(more) == 1 else {}


def _has_both_limits(schema: Schema) -> bool:
    """Return whether a number has a lower and an upper limit, between which neither infinity nor NaN is."""
    return any(each in schema for each in ("minimum", "exclusiveMinimum")) and any(
        each in schema for each in ("maximum", "exclusiveMaximum")
    )


def _is_plain(limit: str, value: Any) -> bool:
    if limit == "pattern":
        return isinstance(value, str) and is_portable(value)
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
