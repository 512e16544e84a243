"""Announces what happens, in the same transaction: both are stored, or neither."""

from app.domain.event import EventKind, Happening
from app.domain.revision import Revision
from app.domain.webhooks.outgoing import Message, Topic
from app.service.ports import Transaction


def announce_revision(found: Transaction, revision: Revision) -> None:
    """Notify watchers and webhooks of a new revision, and webhooks of a rollback if it is one."""
    kind = EventKind.CANARY if revision.stage.is_trial else EventKind.REVISION
    place, number, at = revision.place, revision.number, revision.made_at
    found.events.add(Happening(kind, at, place.app, place.environment, str(number)))
    announce(found, Message(Topic.CREATED, at, place, number))
    if revision.copied_from is not None:
        announce(found, Message(Topic.ROLLED_BACK, at, place, number, {"from": revision.copied_from}))


def announce(found: Transaction, message: Message) -> None:
    """Store `message` for each endpoint that subscribes to it and has not already got the same."""
    for endpoint in found.webhooks.all_endpoints():
        if endpoint.wants(message):
            found.webhooks.put(message, endpoint.id)
