"""Turns a default into plain JSON values, the same in every process."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python


def plain_value(value: object, other: Callable[[Any], str] | None = None) -> Any:
    """Return `value` as strings, numbers, lists and dicts; a set as a list in one order.

    Args:
        value: What a class has as a default.
        other: What makes a string of a value that JSON can't write.

    Raises:
        ValueError: JSON can't write it, and there is no `other`.
    """
    return to_jsonable_python(_in_order(value), fallback=other, inf_nan_mode="strings")


def _in_order(value: object) -> Any:
    """Return `value` with a list for every set, whose own order changes from one process to the next."""
    if isinstance(value, set | frozenset):
        return sorted(map(_in_order, value), key=_sort_key)
    if isinstance(value, list | tuple):
        return [_in_order(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _in_order(each) for key, each in value.items()}
    if isinstance(value, BaseModel):
        return _in_order(value.model_dump())
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _in_order(getattr(value, each.name)) for each in fields(value)}
    return value


def _sort_key(value: object) -> tuple[bool, float, str]:
    """Return what sorts numbers by size before everything else, which has no order of its own, by its text."""
    is_number = isinstance(value, int | float)
    return not is_number, float(value) if isinstance(value, int | float) else 0.0, str(plain_value(value, str))
