"""What a schema says of one variable, in words for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a variable.

    Attributes:
        name: The variable.
        expected: What a value looks like, in words: "an integer from 1 to 65535".
        purpose: What it is for, in the words of the settings class; empty where that says nothing.
        is_secret: Whether its values are never to be shown.
        is_required: Whether there is no default for it.
        default: What holds while it is not set, in words; empty where it is required.
        other_names: Other names of the same setting.
    """

    name: str
    expected: str
    purpose: str = ""
    is_secret: bool = False
    is_required: bool = False
    default: str = ""
    other_names: tuple[str, ...] = ()
