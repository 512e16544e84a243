"""What ends a command that could not do what it was asked for."""


class UnableError(Exception):
    """The command ends with status 2; the text says why, for people, and holds no value."""
