"""Finds secrets whose values a contract tells: `setpoint schema` leaves them out, other writers may not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]


def told_secrets(document: Schema) -> Iterator[str]:
    """Yield a reason to refuse `document` if a secret has a default: who may read a contract could read it.

    Args:
        document: A contract whose form and size were found to be right.
    """
    places = (document["variables"][name] for name in document["secrets"])
    if any(_is_told(document["schema"], place) for place in places):
        yield "a secret in its schema has a default value; `setpoint schema` leaves it out"


def _is_told(schema: Schema, place: Sequence[str]) -> bool:
    """Return whether there is a default at `place` in `schema`, or one of an object around it that has it."""
    for depth, key in enumerate(place):
        inside = schema.get("default")
        for step in place[depth:]:
            inside = inside.get(step) if isinstance(inside, dict) else None
        if inside:
            return True
        schema = schema.get("properties", {}).get(key, {})
    return any(part.get("default") for part in _parts(schema))


def _parts(schema: Schema) -> Iterator[Schema]:
    """Yield `schema` and every schema in it."""
    yield schema
    inside = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    inside += [each for each in (schema.get("items"), schema.get("additionalProperties")) if isinstance(each, dict)]
    for part in inside:
        yield from _parts(part)
