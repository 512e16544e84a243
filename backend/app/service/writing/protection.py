"""Protected environments: what is written there was approved by others before, or somebody breaks the glass."""

from collections.abc import Sequence

from app.domain.audit import Action, entry
from app.domain.errors import ProtectedError
from app.domain.event import EventKind, Happening
from app.domain.identity import Actor, Scope
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.webhooks.outgoing import Message, Topic
from app.service.access import require
from app.service.ports import Transaction
from app.service.webhooks.announcing import announce
from app.service.writing.composing import extending
from app.service.writing.intent import Intent
from setpoint.text.join import counted


def protected(found: Transaction, place: Place) -> Sequence[Place]:
    """Return the protected environments that a change of `place` reaches: itself, and what extends it."""
    protections = found.proposals.protections()
    if not protections:
        return ()
    return [each for each in (place, *extending(found, place)) if each in protections]


def approvals_needed(found: Transaction, place: Place) -> int:
    """Return how many approvals a proposal needs: at least one, and as many as the strictest place that it reaches."""
    protections = found.proposals.protections()
    return max((protections[each] for each in protected(found, place)), default=1)


def breaks_glass(found: Transaction, actor: Actor, intent: Intent) -> bool:
    """Return whether a write goes without the approvals that it needs; False if it needs none.

    Raises:
        ProtectedError: It needs some, and has not been approved.
        ForbiddenError: The token does not allow going without them.
    """
    reached = () if intent.is_approved or intent.dry_run else protected(found, intent.place)
    if not reached:
        return False
    if not intent.break_glass:
        raise _takes_approvals(found, intent.place, reached)
    for each in reached:
        require(actor.token, Scope.CONFIG_BREAK_GLASS, each.app, each.environment)
    return True


def tell_of_broken_glass(found: Transaction, actor: Actor, revision: Revision, reason: str) -> None:
    """Record that a revision was not approved, and notify watchers and webhooks."""
    place, number, at = revision.place, revision.number, revision.made_at
    detail = {"revision": number, "reason": reason}
    found.audit.record(entry(actor, Action.CONFIG_BREAK_GLASS, at, place.app, place.environment, detail=detail))
    found.events.add(Happening(EventKind.BREAK_GLASS, at, place.app, place.environment, str(number)))
    announce(found, Message(Topic.BREAK_GLASS, at, place, number))


def _takes_approvals(found: Transaction, place: Place, reached: Sequence[Place]) -> ProtectedError:
    needed = approvals_needed(found, place)
    whose = (
        f"`{place}` is protected" if place in reached else f"`{place}` is a base of `{reached[0]}`, which is protected"
    )
    message = f"{whose}: a change needs {counted(needed, 'approval')} by somebody else; propose it instead"
    return ProtectedError(message, needed)
