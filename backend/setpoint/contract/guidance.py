"""What a settings class can tell people about a setting beyond its type."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guidance:
    """Help on one setting, given as metadata: `Annotated[float, Guidance(invalid="…")]`.

    Each attribute is a phrase that begins in lower case and ends without a full stop.

    Attributes:
        expected: What a value looks like, where the type alone doesn't say it well.
        unset: What happens while the setting has no value.
        invalid: What an invalid value would do to the app if it got through.
        obtain: How to get a value.
        example: A value that could be in an env file. Never a real secret.
    """

    expected: str | None = None
    unset: str | None = None
    invalid: str | None = None
    obtain: str | None = None
    example: str | None = None

    @property
    def how_to_obtain(self) -> str | None:
        """Return how to get a value, as a hint."""
        return f"to get a value: {self.obtain}" if self.obtain else None


@dataclass(frozen=True, slots=True)
class NamesEnvFile:
    """Marks the setting that names the env file; it is read only from the process environment.

    Attributes:
        default: The env file that is read while the setting is unset, if that file exists.
    """

    default: str


class PublicValueError(ValueError):
    """A refusal of a value in words that anybody may see: they hold no part of the value.

    The validator of a secret raises this to say what is wrong; the text of any other exception
    from such a validator is never shown, because it could quote the secret.
    """
