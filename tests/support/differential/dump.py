"""Settings as plain values that tell every difference: types, secrets, extras, and which fields were set."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel, Secret, SecretBytes, SecretStr


def dumped(value: Any) -> Any:
    """Return `value` as plain values that are equal for equal settings alone."""
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, BaseModel):
        names = [*type(value).model_fields, *type(value).model_computed_fields, *(value.model_extra or {})]
        held = {name: dumped(getattr(value, name)) for name in names}
        return {"type": kind, "fields": held, "set": sorted(value.model_fields_set)}
    if isinstance(value, SecretStr | SecretBytes | Secret):
        return {"type": kind, "secret": dumped(value.get_secret_value())}
    if is_dataclass(value) and not isinstance(value, type):
        return {"type": kind, "fields": {each.name: dumped(getattr(value, each.name)) for each in fields(value)}}
    items = _items(value)
    return {"type": kind, "value": repr(value)} if items is None else {"type": kind, "items": items}


def _items(value: Any) -> list[Any] | None:
    """Return what a container holds; None for what is none."""
    if isinstance(value, Mapping):
        return [[dumped(key), dumped(item)] for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [dumped(item) for item in value]
    return sorted(str(dumped(item)) for item in value) if isinstance(value, set | frozenset) else None
