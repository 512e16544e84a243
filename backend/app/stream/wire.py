"""The wire format of Server-Sent Events, as the HTML standard's "event stream" defines it."""

import re

CONTENT_TYPE = "text/event-stream"

_LINE_END = re.compile(r"\r\n|\r|\n")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def event(name: str, data: str, identity: str | None = None) -> bytes:
    """Return the event `name` with `data`, whose line endings reach the client as line feeds.

    Args:
        name: What happened.
        data: Its content.
        identity: What the client sends as `Last-Event-ID` when it comes back.

    Raises:
        ValueError: The name or the identity could be read as something else.
    """
    if not _NAME.fullmatch(name) or not (identity is None or _NAME.fullmatch(identity)):
        message = "the name of an event, or its identity, holds a character that does not belong there"
        raise ValueError(message)
    lines = [f"event: {name}", *(f"data: {line}" for line in _LINE_END.split(data))]
    if identity is not None:
        lines.insert(0, f"id: {identity}")
    return _block(lines)


def comment(text: str) -> bytes:
    """Return `text` as a comment, which clients ignore."""
    return _block([f": {line}" for line in _LINE_END.split(text)])


def retry(milliseconds: int) -> bytes:
    """Return the field that tells a client how long to wait before it reconnects."""
    return _block([f"retry: {milliseconds:d}"])


def _block(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n\n").encode()
