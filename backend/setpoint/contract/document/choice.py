"""Finds which of a few values a string means."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any


def choice_meant(values: Sequence[Any]) -> Callable[[Any], Any]:
    """Return a function that finds which of `values` a string means: as written, or as a number."""
    by_text = {str(value): value for value in values}
    numbers: dict[float | None, Any] = {value: value for value in values if isinstance(value, int | float)}

    def meant(given: Any) -> Any:
        if not isinstance(given, str) or given in by_text:
            return by_text.get(given, given) if isinstance(given, str) else given
        return numbers.get(_number(given), given)

    return meant


def _number(text: str) -> float | None:
    """Return the number that `text` spells, in any notation."""
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return None
