"""What ends a command that could not do what it was asked for."""


class UnableError(Exception):
    """The command ends with status 2; the text says why, for people, and holds no value."""


class UnusableError(UnableError):
    """Code of the app can't be used; the text says why, for people, and holds no value.

    Attributes:
        message: The text without what to do about it.
        hint: What to do about it.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message = message
        self.hint = hint


class InvalidRuleError(ValueError):
    """A rule is declared in a way that can't be; the text says what is wrong, and holds no value."""
