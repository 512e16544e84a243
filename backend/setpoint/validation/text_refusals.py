"""Finds out whether a type refuses every string: a strict integer accepts only numbers, which variables never are."""

from pydantic_core import ErrorDetails

from setpoint.validation.error_path import ErrorPath

# pydantic's names for a value of another type, where it would convert a text or say why not ("…_parsing").
_OF_TYPE = {
    "bool_type",
    "bytes_type",
    "callable_type",
    "date_type",
    "datetime_type",
    "decimal_type",
    "float_type",
    "int_type",
    "is_instance_of",
    "is_subclass_of",
    "is_type",
    "none_required",
    "time_delta_type",
    "time_type",
}
_OF_STRICT_COLLECTION = {"frozen_set_type", "set_type", "tuple_type"}


def takes_none(path: ErrorPath, details: ErrorDetails, *, is_converted: bool) -> bool:
    """Return whether the type at `path` accepts no text at all, as far as the error says.

    If code of the class sees the text first, or the value may be of another type, there is no telling.

    Args:
        path: Where the error is.
        details: The error.
        is_converted: Whether pydantic-settings makes the value of a text itself, which it never does of arrays.
    """
    kind, given = details["type"], details["input"]
    if path.converts or path.members:
        return False
    if kind in _OF_STRICT_COLLECTION:
        return isinstance(given, list)  # JSON has these.
    if is_converted:
        return False
    # For optional strict types, pydantic-settings converts texts itself.
    return isinstance(given, str) and ((kind in _OF_TYPE and not path.optional) or _has_no_text(details))


def _has_no_text(details: ErrorDetails) -> bool:
    """Return whether nothing that a `Literal` or an `Enum` accepts is text.

    pydantic-settings converts texts to enumeration members in a `Literal`.
    """
    allowed = str(details.get("ctx", {}).get("expected", ""))
    return details["type"] in {"literal_error", "enum"} and not {"'", "<"} & {*allowed}
