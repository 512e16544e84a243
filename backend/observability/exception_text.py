"""What is shown of an exception: its type, its text with known secrets masked, and the frames it passed.

The process that starts the service imports this module, so it needs only the standard library.
"""

import os
from collections import deque
from collections.abc import Iterator

from observability.known_secrets import masked_to_the_piece
from observability.quoting_exceptions import told_instead
from observability.stack import stack_lines

LOGGED_MARK = "_setpoint_logged"
"""The attribute of an exception that was logged within its request, so that it need not be logged again."""

_LONGEST_TEXT = 8_192
_MOST_CAUSES = 8
_MOST_RELATED = 64


_policy = "masked"


def show_exception_texts(policy: str) -> None:
    """Set how texts of exceptions are shown from now on.

    Args:
        policy: `masked`; or `withheld`, which leaves only texts of the operating system.
    """
    global _policy  # noqa: PLW0603 - one process has one configuration
    _policy = policy


def public_text(error: BaseException) -> str | None:
    """Return the text of `error` in a form that anyone may read; None if it has none, or if it is withheld."""
    if _policy == "withheld":
        return os.strerror(error.errno) if isinstance(error, OSError) and isinstance(error.errno, int) else None
    text = told_instead(error)
    if text is None:
        text = _own_text(error)
    # Twice the length, so that a mask at the end of the kept part is complete.
    return masked_to_the_piece(text[: 2 * _LONGEST_TEXT])[:_LONGEST_TEXT] or None


def fields_of(error: BaseException) -> dict[str, object]:
    """Return the fields of a log line about `error`, with OpenTelemetry's names."""
    fields: dict[str, object] = {"exception.type": type_name(error)}
    if (text := public_text(error)) is not None:
        fields["exception.message"] = text
    # Its end says the most: where the error was raised.
    stack = _stacktrace(error)[-2 * _LONGEST_TEXT :]
    fields["exception.stacktrace"] = masked_to_the_piece(stack)[-_LONGEST_TEXT:]
    return fields


def described(error: BaseException) -> str:
    """Return the type of `error`, and its text in a form that anyone may read."""
    text = public_text(error)
    return type_name(error) if text is None else f"{type_name(error)}: {text}"


def type_name(value: object) -> str:
    """Return the name of the type of `value`, with its module unless it is built in."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def related(error: BaseException) -> Iterator[BaseException]:
    """Yield `error`, what led to it, and the members of groups among them."""
    waiting, known = deque([error]), list[BaseException]()
    while waiting and len(known) < _MOST_RELATED:
        each = waiting.popleft()
        if all(each is not other for other in known):
            known.append(each)
            yield each
            members = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
            waiting.extend(cause for cause in (each.__cause__, each.__context__, *members) if cause is not None)


def _own_text(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - any method of any exception can fail
        return ""
    notes = getattr(error, "__notes__", None)
    return "\n".join([text, *(note for note in notes if isinstance(note, str))]) if isinstance(notes, list) else text


def _causes(error: BaseException) -> list[BaseException]:
    """Return `error` and what led to it, a few steps back."""
    known: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and len(known) < _MOST_CAUSES and all(following is not each for each in known):
        known.append(following)
        unsuppressed = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or unsuppressed
    return known


def _stacktrace(error: BaseException) -> str:
    return "\nwhich led to\n".join(map(_stacktrace_of_one, reversed(_causes(error))))


def _stacktrace_of_one(error: BaseException) -> str:
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    lines = ["Traceback (most recent call last):", *stack_lines(error.__traceback__), described(error)]
    return "\n".join([*lines, *(f"which holds {described(member)}" for member in members[:_MOST_CAUSES])])
