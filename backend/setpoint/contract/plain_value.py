"""Turns what an app's code has made into text, or into plain JSON values that are the same in every process."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from setpoint.contract.app_code import AppCode


def plain_value(value: object, other: Callable[[Any], str] | None = None) -> Any:
    """Return `value` as strings, numbers, lists and dicts; sets become lists in a fixed order.

    Args:
        value: The default of a class.
        other: Turns a value that JSON can't represent into a string.

    Raises:
        ValueError: JSON can't represent it, and there is no `other`; or the app's own code, which may take part in it,
            fails.
    """
    with AppCode():
        return to_jsonable_python(_in_order(value), fallback=other, inf_nan_mode="strings")
    raise ValueError


def text_of(value: object) -> str:
    """Return `value` as text; empty if its own type, which may be the app's, fails to say it."""
    with AppCode():
        return str(value)
    return ""


def variable_text(value: object) -> str:
    """Return a value that was not text in the form that a variable would have."""
    if isinstance(value, bool | Mapping | list | tuple):
        with suppress(ValueError):
            return json.dumps(plain_value(value, str))
    return text_of(value)


def _in_order(value: object) -> Any:
    """Return `value` with a list for every set, because the order of sets differs between processes."""
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
    """Return a sort key that puts numbers first, by size, and everything else after them, by its text."""
    is_number = isinstance(value, int | float)
    return not is_number, float(value) if isinstance(value, int | float) else 0.0, str(plain_value(value, str))
