"""What a loader can stumble over in an env file; a good file needs nothing of it."""

from enum import StrEnum
from typing import NamedTuple

from setpoint.envfile.source_text import Span


class ProblemKind(StrEnum):
    """The kinds of problems of loaders."""

    ALREADY_SET = "already-set"
    BYTE_ORDER_MARK = "byte-order-mark"
    COMMAND_SUBSTITUTION = "command-substitution"
    CONTINUED_LINE = "continued-line"
    CUT_VALUE = "cut-value"
    DUPLICATE_NAME = "duplicate-name"
    INVALID_NAME = "invalid-name"
    INVALID_REFERENCE = "invalid-reference"
    LINE_TOO_LONG = "line-too-long"
    MALFORMED_LINE = "malformed-line"
    NOT_PORTABLE = "not-portable"
    NOT_STATIC = "not-static"
    NOT_UTF_8 = "not-utf-8"
    NUL_BYTE = "nul-byte"
    TOO_LONG_EXPANSION = "too-long-expansion"
    UNCLOSED_QUOTE = "unclosed-quote"
    UNDEFINED_REFERENCE = "undefined-reference"


class Problem(NamedTuple):
    """One thing in the file that this loader does not read as it was meant.

    Attributes:
        kind: What it is.
        span: Where it is.
        message: What is wrong, in one sentence without a full stop. It never quotes the file:
            whether `name` may be shown is for whoever prints it to decide.
        name: The variable that it concerns, if any.
        hint: What to do about it, if that is known; it never quotes the file either.
    """

    kind: ProblemKind
    span: Span
    message: str
    name: str | None = None
    hint: str | None = None
