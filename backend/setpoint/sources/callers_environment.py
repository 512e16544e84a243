"""The environment that a command inherits from whoever called Setpoint."""

import os
from collections.abc import Sequence
from pathlib import Path


def callers_environment(kept: Sequence[str] | None = None) -> dict[str, str]:
    """Return a copy of this process's environment, which importing the app's code could change; or the `kept` names."""
    found = {name: value for name, value in os.environ.items() if kept is None or name in kept}
    try:
        given = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return found
    if not any(entry.startswith(b"LC_CTYPE=") for entry in given):
        found.pop("LC_CTYPE", None)  # Python has set it itself (PEP 538)
    return found
