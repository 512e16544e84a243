"""Says in one line what an exception was, without a value that its text may hold."""

import traceback
from pathlib import Path

from observability.exception_text import public_text

_BACKEND = str(Path(__file__).resolve().parents[1])
# They only call what went wrong.
_CALLERS = ("preflight.py", "conf_file.py", "program.py")

# The texts of these are made by gunicorn, of names and paths; any other text may quote a secret.
_SPEAK_OF_NAMES_ONLY = {"gunicorn.errors.AppImportError", "gunicorn.errors.ConfigError"}


def cause_of(error: BaseException) -> str:
    """Return the kind of `error`, its text if that is harmless, and its place."""
    kind = type(error)
    if isinstance(error, SyntaxError):
        return f"{kind.__name__}: {error.msg} ({error.filename}:{error.lineno})"
    is_of_names = f"{kind.__module__}.{kind.__qualname__}" in _SPEAK_OF_NAMES_ONLY
    text = str(error) if is_of_names else public_text(error)
    words = "" if text is None else f": {' '.join(text.split())}"
    return f"{kind.__name__}{words}{_place(error)}"


def _place(error: BaseException) -> str:
    """Return where the code of this service was when it went wrong; where anything was if that was elsewhere."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    ours = [each for each in frames if each.filename.startswith(_BACKEND) and not each.filename.endswith(_CALLERS)]
    frame = (ours or frames)[-1]
    return f" ({frame.filename}:{frame.lineno})"
