"""What a schema says about one variable, in words for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Described:
    """What is known about a variable.

    Attributes:
        name: The variable.
        expected: What a value looks like, in words: "an integer from 1 to 65535".
        purpose: What it is for, in the words of the settings class; empty if it does not say.
        is_secret: Whether its values must never be shown.
        is_required: Whether the app needs it whatever else is set.
        condition: When the app needs it, in words, if that depends on what else is set; empty otherwise.
        default: What applies while it is not set, in words; empty if the app may need it.
        other_names: Other names of the same setting.
    """

    name: str
    expected: str
    purpose: str = ""
    is_secret: bool = False
    is_required: bool = False
    condition: str = ""
    default: str = ""
    other_names: tuple[str, ...] = ()
