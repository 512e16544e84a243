"""Colours for a terminal; the text is complete without them."""

from setpoint.check.outcome import Severity

_CODES = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36", "bold": "1", "frame": "1;34"}


class Style:
    """Paints pieces of text with ANSI escapes (ECMA-48), or leaves them as they are."""

    def __init__(self, *, colored: bool) -> None:
        self._colored = colored

    def paint(self, what: Severity | str, text: str) -> str:
        """Return `text` in the colour of a severity, in `bold`, or as part of the `frame`."""
        return f"\x1b[{_CODES[what]}m{text}\x1b[0m" if self._colored and text else text
