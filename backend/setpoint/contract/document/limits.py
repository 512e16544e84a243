"""The limits of values in a contract: which of them fit a type, and whether any value is within them."""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from setpoint.contract.document.text_format import LIMITS_OF_URLS, URLS, format_of
from setpoint.text.shown import is_name

Schema = Mapping[str, Any]

NUMBERS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
LENGTHS = {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"}
_LIMITS_OF: Mapping[object, Collection[str]] = {
    "integer": NUMBERS,
    "number": NUMBERS,
    "string": {"minLength", "maxLength", "pattern"},
    "array": {"minItems", "maxItems"},
    "object": {"minProperties", "maxProperties"},
}


def do_fit(schema: Schema) -> bool:
    """Return whether all limits of `schema` are those of its type."""
    limits = schema.keys() & (NUMBERS | LENGTHS | LIMITS_OF_URLS | {"pattern", "format"})
    return limits <= {*_limits_of(schema)}


def _limits_of(schema: Schema) -> Collection[str]:
    kind = _type_of(schema)
    if kind == "string" and "format" in schema:
        return {"format", *(LIMITS_OF_URLS if format_of(schema) in URLS else ())}
    return _LIMITS_OF.get(kind, ())


def contradictions(document: Schema) -> Iterator[str]:
    """Yield a reason to refuse `document` for each setting of which nothing is a valid value.

    Args:
        document: A contract whose form and size have been checked.
    """
    found = {_variable_at(document, place) for place in _places_without_values(document["schema"], ())}
    for name in sorted(found):
        who = f"`{name}`" if name else "one of its settings"
        yield f"nothing is a valid value of {who}, because its limits exclude each other; correct the settings class"


def _variable_at(document: Schema, place: tuple[str, ...]) -> str:
    """Return the variable that gives the value at `place`; empty if there is none, or its name is not fit to print."""
    leading = (name for name, path in document["variables"].items() if tuple(path) == place[: len(path)])
    return next((name for name in leading if is_name(name, has_value=True)), "")


def _places_without_values(schema: Schema, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not _has_values(schema):
        yield place
    for key, part in schema.get("properties", {}).items():
        yield from _places_without_values(part, (*place, key))
    for part in (*schema.get("anyOf", ()), schema.get("items"), schema.get("additionalProperties")):
        if isinstance(part, dict):
            yield from _places_without_values(part, place)


def _has_values(schema: Schema) -> bool:
    """Return whether something is within the limits of `schema` itself, which fit its type."""
    for least, most in (("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties")):
        if schema.get(least, 0) > schema.get(most, math.inf):
            return False
    if schema.get("type") == "integer":
        return _has_integers(schema)
    low, above = schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf)
    high, below = schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf)
    return bool(low <= high and low < below and above < high and above < below)


def _has_integers(schema: Schema) -> bool:
    low = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf) + 1)
    high = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf) - 1)
    step = schema.get("multipleOf", 1)
    return bool(math.inf in {-low, high} or -(-low // step) * step <= high)


def _type_of(schema: Schema) -> str | None:
    """Return the type that limits apply to; an object with named keys has none."""
    kind = schema.get("type")
    is_simple = isinstance(kind, str) and not schema.keys() & {"anyOf", "enum", "properties"}
    return kind if is_simple else None
