"""A value that is a mask in any text; only code that asks for it explicitly gets it."""

from collections.abc import Callable

MASK = "********"
"""What is shown instead of a value."""


class Guarded:
    """A value that no text shows by mistake: wherever it is formatted, it is a mask.

    Attributes:
        raw: The value itself, for code that checks it or passes it on, and never for text that people read.
    """

    __slots__ = ("raw",)

    def __init__(self, raw: str) -> None:
        self.raw = raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Guarded) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return MASK

    def __format__(self, _: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self.raw)

    def satisfies(self, condition: Callable[[str], bool]) -> bool:
        """Return what `condition` returns for the value, and nothing else about it."""
        return condition(self.raw)
