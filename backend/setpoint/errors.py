"""The errors that end a command that could not do what it was asked to do."""


class UnableError(Exception):
    """The command ends with status 2; the text says why, for people, and holds no value."""


class UnusableError(UnableError):
    """Code of the app can't be used; the text says why, for people, and holds no value.

    Attributes:
        message: What is wrong.
        hint: What to do about it.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message = message
        self.hint = hint


class InvalidRuleError(ValueError):
    """A rule is declared incorrectly; the text says what is wrong, and holds no value."""
