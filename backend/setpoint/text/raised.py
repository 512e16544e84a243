"""Says where an exception was raised, without its text: that could hold a value."""

from traceback import walk_tb
from types import CodeType


def place_of(error: BaseException) -> tuple[CodeType, int] | None:
    """Return the function that raised `error` and the line in its file; None where nothing is known of them."""
    places = [(frame.f_code, line) for frame, line in walk_tb(error.__traceback__)]
    return places[-1] if places else None


def kind_and_place(error: BaseException) -> str:
    """Return `KeyError at /srv/app/settings.py:12`, or the kind alone."""
    place = place_of(error)
    kind = type(error).__name__
    return f"{kind} at {place[0].co_filename}:{place[1]}" if place else kind
