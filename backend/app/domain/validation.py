"""What a check says: problems with the variable, the reason and the fix, and never a value."""

import re
from dataclasses import dataclass
from enum import StrEnum

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
_NOT_ON_A_LINE = re.compile("[\x01-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters, line breaks, and characters that change the direction of text."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a set of variables can't be stored.

    Attributes:
        variable: The variable that has the problem; None where it concerns all of them.
        code: A name for programs, such as `invalid-value`.
        message: What is wrong, for people; holds no value.
        hint: What to do about it; empty where the message says it.
        ordinal: The position of the variable in the set, from 1, if its name must not be shown.
    """

    variable: str | None
    code: str
    message: str
    hint: str = ""
    ordinal: int | None = None


def text_problems(what: str, text: str, longest: int) -> tuple[Fault, ...]:
    """Return why `text` can't be stored with a change, for example as a message or a reason."""
    if len(text) > longest:
        message = f"the {what} has {len(text):,} characters; the limit is {longest:,}"
        return (Fault(None, f"{what}-too-long", message),)
    if _NOT_TEXT.search(text):
        return (Fault(None, f"{what}-not-text", f"the {what} contains a NUL or half a character (a lone surrogate)"),)
    return ()


def line_problems(what: str, text: str, longest: int) -> tuple[Fault, ...]:
    """Return why `text` can't be stored where people read it on one line, for example as a name."""
    if not text.strip():
        return (Fault(None, f"{what}-missing", f"the {what} is blank"),)
    if problems := text_problems(what, text, longest):
        return problems
    if _NOT_ON_A_LINE.search(text):
        return (Fault(None, f"{what}-not-one-line", f"the {what} contains a line break or a control character"),)
    return ()


class Outcome(StrEnum):
    """How far a schema vouches for a set of variables."""

    VALID = "valid"
    VALID_AS_FAR_AS_THE_SCHEMA_SAYS = "valid as far as the schema says"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Validation:
    """What a schema says about a set of variables.

    Attributes:
        problems: Everything that is wrong.
        unchecked: The names of the checks that the app's own class makes and a schema can't carry.
    """

    problems: tuple[Fault, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """How far the schema vouches for the variables."""
        if self.problems:
            return Outcome.INVALID
        return Outcome.VALID_AS_FAR_AS_THE_SCHEMA_SAYS if self.unchecked else Outcome.VALID
