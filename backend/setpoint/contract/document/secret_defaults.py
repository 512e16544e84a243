"""Finds secrets whose default is in a contract: `setpoint schema` leaves them out, but other writers may not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]


def told_secrets(document: Schema) -> Iterator[str]:
    """Yield a reason to refuse `document` if a secret has a default: anybody who may read the contract could read it.

    Args:
        document: A contract whose form and size have been checked.
    """
    places = (document["variables"][name] for name in document["secrets"])
    if any(_is_told(document["schema"], place) for place in places):
        yield "a secret in its schema has a default value; `setpoint schema` leaves it out"


def _is_told(schema: Schema, place: Sequence[str]) -> bool:
    """Return whether there is a default at `place` in `schema`, or in the default of an object around it."""
    for depth, key in enumerate(place):
        inside = schema.get("default")
        for step in place[depth:]:
            inside = inside.get(step) if isinstance(inside, dict) else None
        if inside:
            return True
        schema = schema.get("properties", {}).get(key, {})
    return _tells(schema)


def _tells(schema: Schema) -> bool:
    """Return whether `schema`, which describes a secret and is bounded, holds a default of it.

    A variable that sets a whole object is a secret because of a secret in it, which is marked.
    """
    default, alternatives = schema.get("default"), schema.get("anyOf", ())
    objects = [each for each in (schema, *alternatives) if "properties" in each]
    of_object = default if objects and isinstance(default, dict) else {}
    if default and not of_object:
        return True
    marked = [item for each in objects for item in each["properties"].items() if item[1].get("writeOnly")]
    if any(part.get("default") or of_object.get(key) for key, part in marked):
        return True
    inside = [*alternatives, schema.get("items"), schema.get("additionalProperties")]
    return any(_tells(each) for each in inside if isinstance(each, dict))
