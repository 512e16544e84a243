"""The limit that keeps references from making a small file grow without end."""

MOST_EXPANDED_CHARACTERS = 16 * 1024 * 1024
"""How much text the references of one file may put in; a process cannot be given a tenth of it."""


class ExpansionLimit:
    """Counts the characters that the references of one file put in."""

    def __init__(self) -> None:
        self._left = MOST_EXPANDED_CHARACTERS

    def allows(self, text: str) -> bool:
        """Count `text`, and tell whether it still fits in."""
        return self.allows_characters(len(text))

    def allows_characters(self, number: int) -> bool:
        """Count `number` characters, and tell whether they still fit in."""
        self._left -= number
        return self._left >= 0
