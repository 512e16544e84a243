"""What a writer has seen: which revision a change is based on, and whether it is still the newest one."""

from app.domain.canary import Canary
from app.domain.errors import StaleError
from app.domain.identity import Actor
from app.domain.revision import Revision
from app.service import trials
from app.service.ports import Transaction
from app.service.writing.intent import Intent


def _number(revision: Revision | None) -> int | None:
    return revision.number if revision else None


def newest_for(found: Transaction, intent: Intent, actor: Actor) -> tuple[Revision | None, Canary | None]:
    """Return the revision that the change is based on, and its stage if it is on trial.

    Raises:
        StaleError: The writer has neither seen nor written it.
        ConflictError: The writer has not written it, and it is on trial.
    """
    current, canary = found.revisions.current(intent.place), trials.on_trial(found, intent.place)
    newest = found.revisions.numbered(intent.place, canary.revision) if canary else current
    if not intent.expects(_number(newest)) and not _is_repeated(found, newest, intent, actor):
        if canary is not None and intent.expects(_number(current)):
            raise trials.being_tried(canary)
        raise StaleError(intent.place, _number(current))
    return newest, canary


def _is_repeated(found: Transaction, newest: Revision | None, intent: Intent, actor: Actor) -> bool:
    """Return whether this may be sent a second time, because the answer was lost (RFC 9110, section 13.1.1)."""
    if newest is None or newest.author != actor.principal:
        return False
    return intent.expects(_number(found.revisions.current(intent.place, below=newest.number)))


def refuse_if_overtaken(newest: Revision | None, canary: Canary | None, intent: Intent) -> None:
    """Refuse to make a revision if another one was made in the meantime, or is on trial."""
    if canary is not None:
        raise trials.being_tried(canary)
    if not intent.expects(_number(newest)):
        raise StaleError(intent.place, _number(newest))
