"""Finds which of a few values a string means."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from pydantic_core import SchemaValidator, ValidationError

_INTEGER, _NUMBER = SchemaValidator({"type": "int"}), SchemaValidator({"type": "float"})


def choice_meant(values: Sequence[Any]) -> Callable[[Any], Any]:
    """Return a function that finds which of `values` a string means: as written, or as pydantic reads numbers."""
    by_text = {str(value): value for value in values}
    numbers = [{value: value for value in values if isinstance(value, kind)} for kind in (int, float)]
    readings = [each for each in zip((_INTEGER, _NUMBER), numbers, strict=True) if each[1]]

    def meant(given: Any) -> Any:
        if not isinstance(given, str) or given in by_text:
            return by_text.get(given, given) if isinstance(given, str) else given
        for reading, choices in readings:
            with suppress(ValidationError):
                return choices.get(reading.validate_python(given), given)
        return given

    return meant
