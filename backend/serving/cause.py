"""Says in one line what an exception was, without a value that its text may hold."""

import re

_HEADER = "Traceback (most recent call last):\n"
_PLACE = re.compile(r'^ +File "(?P<path>.+)", line (?P<line>\d+)', re.MULTILINE)
_ENDING = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*)(?:: (?P<words>.*))?$", re.MULTILINE)

# The texts of these are made by Python or gunicorn, of names and paths; any other text may quote a secret.
_SPEAKS_OF_NAMES_ONLY = {
    "AttributeError",
    "FileNotFoundError",
    "ImportError",
    "IndentationError",
    "ModuleNotFoundError",
    "NameError",
    "SyntaxError",
    "TabError",
    "gunicorn.errors.AppImportError",
    "gunicorn.errors.ConfigError",
}


def cause_of(trace: str) -> str:
    """Return the exception that the printed traceback `trace` ends with: its kind, its place, and its text if harmless.

    A printed traceback is what two processes can share; it never shows local variables.
    """
    last = trace.rpartition(_HEADER)[2]
    ending = _ENDING.search(last)
    if ending is None:
        return "it ended without saying why"
    kind = ending["kind"]
    words = f": {ending['words']}" if kind in _SPEAKS_OF_NAMES_ONLY and ending["words"] else ""
    places = list(_PLACE.finditer(last))
    place = f" ({places[-1]['path']}:{places[-1]['line']})" if places else ""
    return f"{kind.rpartition('.')[2]}{words}{place}"
