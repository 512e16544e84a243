"""Says in one line what an exception was, and where in the code of this service."""

import traceback
from pathlib import Path

from observability.exception_text import public_text

_BACKEND = str(Path(__file__).resolve().parents[1])
# They only call what went wrong.
_CALLERS = ("preflight.py", "conf_file.py", "program.py")


def cause_of(error: BaseException) -> str:
    """Return the kind of `error`, its text with every known secret masked, and its place."""
    kind = type(error)
    if isinstance(error, SyntaxError):
        return f"{kind.__name__}: {error.msg} ({error.filename}:{error.lineno})"
    text = public_text(error)
    # Some libraries put a whole traceback into the text; its first line says what they mean.
    words = f": {text.strip().splitlines()[0].rstrip(': ')}" if text and text.strip() else ""
    return f"{kind.__name__}{words}{_place(error)}"


def _place(error: BaseException) -> str:
    """Return where this service's code was when it went wrong; if it went wrong elsewhere, where that was."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    ours = [each for each in frames if each.filename.startswith(_BACKEND) and not each.filename.endswith(_CALLERS)]
    frame = (ours or frames)[-1]
    return f" ({frame.filename}:{frame.lineno})"
