"""The app's code may raise anything, and what it raises is an answer: that it fails ends nothing here."""

from types import TracebackType
from typing import Self


class AppCode:
    """A block that calls the app's code; whatever that raises ends the block and nothing else.

    Ctrl-C alone goes through: it comes from whoever runs the command, and not from the app.

    Attributes:
        error: What it raised, of any kind: `SystemExit` too, and what frameworks derive from `BaseException`.
    """

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None, /
    ) -> bool:
        """Keep what was raised."""
        if error is None or isinstance(error, KeyboardInterrupt):
            return False
        self.error = error
        return True
