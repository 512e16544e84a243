"""What somebody wants to change in an environment, and the result."""

from dataclasses import dataclass

from app.domain.canary import Canary, Plan
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.validation import Validation


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several revisions, or whichever there is (RFC 9110, section 13.1.1).

    Attributes:
        numbers: Their numbers; None for all that there can be.
    """

    numbers: frozenset[int] | None = None

    def __contains__(self, number: int) -> bool:
        return self.numbers is None or number in self.numbers


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wants to change, and based on what.

    Attributes:
        place: The environment.
        expected: The number of the revision that the writer has seen, or several; None if there was none.
        message: Why.
        dry_run: Whether to answer without storing anything.
        allow_dangerous: Whether to allow names that make programs run other code.
        ignore_live: Whether to store what the schemas of live instances refuse.
        canary: How it is tried before everyone is offered it; None for the default of the environment.
        at_once: Whether everyone is offered it at once, whatever the default of the environment.
        is_base: Whether the environment exists to be extended; None to keep what it is.
        break_glass: Why the change can't wait for its approvals; empty if it can.
        is_approved: Whether it needs no further approval.
    """

    place: Place
    expected: int | AnyOf | None
    message: str = ""
    dry_run: bool = False
    allow_dangerous: bool = False
    ignore_live: bool = False
    canary: Plan | None = None
    at_once: bool = False
    is_base: bool | None = None
    break_glass: str = ""
    is_approved: bool = False

    def expects(self, number: int | None) -> bool:
        """Return whether the change may be made to revision `number`; None stands for an environment without one."""
        if isinstance(self.expected, AnyOf):
            return number is not None and number in self.expected
        return number == self.expected


@dataclass(frozen=True, slots=True)
class Revised:
    """The answer to a change.

    Attributes:
        revision: The newest revision afterwards; None if a dry run found that the first one could be made.
        validation: What the schema says about the variables.
        changed: Whether they differ from those that were there before.
        canary: How it is tried; None if everyone is offered it at once.
    """

    revision: Revision | None
    validation: Validation
    changed: bool
    canary: Canary | None = None


def is_base(intent: Intent, newest: Revision | None) -> bool:
    """Return whether the environment exists to be extended, once `intent` is done."""
    if intent.is_base is not None:
        return intent.is_base
    return newest is not None and newest.is_base
