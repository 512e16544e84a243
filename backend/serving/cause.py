"""Says in one line what an exception was, without a value that its text may hold."""

import traceback

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
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{kind.__name__}{words}{place}"
