"""Says in one line what an exception was, without a value that its text may hold."""

import traceback
from pathlib import Path

_BACKEND = str(Path(__file__).resolve().parents[1])
# They only call what went wrong.
_CALLERS = ("preflight.py", "isolated.py")

# The texts of these are made by Python or gunicorn, of names and paths; any other text may quote a secret.
_SPEAK_OF_NAMES_ONLY = {
    "AttributeError",
    "ImportError",
    "ModuleNotFoundError",
    "NameError",
    "gunicorn.errors.AppImportError",
    "gunicorn.errors.ConfigError",
}


def cause_of(error: BaseException) -> str:
    """Return the kind of `error`, its text if that is harmless, and its place."""
    kind = type(error)
    if isinstance(error, SyntaxError):
        return f"{kind.__name__}: {error.msg} ({error.filename}:{error.lineno})"
    if isinstance(error, OSError) and error.strerror:
        words = f": {error.strerror}"
    elif f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.") in _SPEAK_OF_NAMES_ONLY:
        words = f": {' '.join(str(error).split())}"
    else:
        words = ""
    return f"{kind.__name__}{words}{_place(error)}"


def _place(error: BaseException) -> str:
    """Return where the code of this service was when it went wrong; where anything was if that was elsewhere."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    ours = [each for each in frames if each.filename.startswith(_BACKEND) and not each.filename.endswith(_CALLERS)]
    frame = (ours or frames)[-1]
    return f" ({frame.filename}:{frame.lineno})"
