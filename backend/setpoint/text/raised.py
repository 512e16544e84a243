"""Says where an exception was raised, without its text, which could hold a value."""

import os
from pathlib import Path
from traceback import walk_tb
from types import CodeType

_OF_PYTHON = str(Path(os.__file__).parent)
_OF_LIBRARIES = {"site-packages", "dist-packages"}
_OF_SETPOINT = str(Path(__file__).parents[1])


def place_of(error: BaseException) -> tuple[CodeType, int] | None:
    """Return the app's own function in which `error` was raised, and the line in its file; None if elsewhere.

    What a library refuses must be changed where the app calls it.
    """
    places = [(frame.f_code, line) for frame, line in walk_tb(error.__traceback__)]
    own = [(code, line) for code, line in places if not _is_installed(code.co_filename)]
    return own[-1] if own else None


def kind_and_place(error: BaseException) -> str:
    """Return `KeyError at /srv/app/settings.py:12`, or only the kind.

    The place is the last one in the app's own code: what a library refuses must be changed where the app calls it.
    """
    places = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    own = [(path, line) for path, line in places if not _is_installed(path)]
    kind = type(error).__name__
    path, line = (own or places or [("", 0)])[-1]
    return f"{kind} at {path}:{line}" if path else kind


def _is_installed(path: str) -> bool:
    """Return whether `path` belongs to a library, to Python or to Setpoint."""
    return path.startswith(("<frozen ", _OF_PYTHON, _OF_SETPOINT)) or bool(_OF_LIBRARIES & {*Path(path).parts})
