"""What a master says about its reloads, for the processes of its own user: a file in memory, found through /proc."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

_NAME = "setpoint-reload-record"


def open_record() -> int | None:
    """Return the descriptor of a new record; None on a system without files in memory."""
    return os.memfd_create(_NAME) if hasattr(os, "memfd_create") else None


def write_record(descriptor: int | None, content: dict[str, Any]) -> None:
    """Replace the record."""
    if descriptor is not None:
        text = json.dumps(content).encode()
        os.pwrite(descriptor, text, 0)
        os.ftruncate(descriptor, len(text))


def read_record(pid: int) -> dict[str, Any] | None:
    """Return the record of the process `pid`; None if it is not a master with guarded reloads, or is someone else's."""
    with suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError, ValueError):
                if _NAME in str(descriptor.readlink()):
                    content = json.loads(descriptor.read_bytes())
                    return content if isinstance(content, dict) else None
    return None
