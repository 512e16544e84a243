"""Receives incoming webhooks: rolls back the newest revision of their environment, once for each message."""

from dataclasses import dataclass

from app.domain.errors import ConflictError, DestroyedError, InvalidError, UnauthenticatedError
from app.domain.identity import Actor
from app.domain.validation import text_problems
from app.domain.webhooks.incoming import Effect, IncomingAction, IncomingWebhook, Reaction, is_incoming_id
from app.domain.webhooks.signature import Signed
from app.service import trials
from app.service.ports import Clock, Store, Transaction
from app.service.writing.changes import brought_back
from app.service.writing.intent import Intent
from app.service.writing.protection import protected
from app.service.writing.revising import Revising

LONGEST_MESSAGE = 1_000
"""The limit for a sender's message; what it is put into may be longer."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a sender says.

    Attributes:
        message_id: The `webhook-id`, the same in every attempt.
        message: What is wrong; may be empty.
        revision: The number of the revision concerned; None for the newest one.
    """

    message_id: str
    message: str = ""
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Receiving:
    """Incoming messages, from those who sign them."""

    store: Store
    revising: Revising
    clock: Clock

    def verified(self, webhook_id: str, signed: Signed, body: bytes) -> IncomingWebhook:
        """Return the incoming webhook whose secret has signed `body`.

        Raises:
            UnauthenticatedError: There is none; whether because of the id, the signature or the time is not revealed.
        """
        now, webhook = self.clock(), None
        if is_incoming_id(webhook_id):
            webhook = self.store.read(lambda found: found.incoming.named(webhook_id, now))
        if webhook is None or not signed.holds(webhook.secrets, body, now):
            raise _not_accepted()
        return webhook

    def react(self, webhook: IncomingWebhook, actor: Actor, told: Told) -> Reaction:
        """Return what is done about a message, or was when it first arrived.

        Raises:
            ConflictError: It means a revision other than the newest, or there is none to go back to.
            InvalidError: The message can't be stored, or today's schema refuses the variables to go back to.
            UnauthenticatedError: The webhook was deleted in the meantime.
        """
        if problems := text_problems("message", told.message, LONGEST_MESSAGE):
            raise InvalidError(problems)

        def change(found: Transaction) -> Reaction:
            now = self.clock()
            if found.incoming.named(webhook.id, now) is None:
                raise _not_accepted()
            reaction = found.incoming.reaction(webhook.id, told.message_id)
            if reaction is None:
                reaction = self._react(found, webhook, actor, told)
                found.incoming.note(webhook.id, told.message_id, now, reaction)
            return reaction

        return self.store.write(change)

    def _react(self, found: Transaction, webhook: IncomingWebhook, actor: Actor, told: Told) -> Reaction:
        place = webhook.place
        current, canary = trials.offering(found, place).current, trials.on_trial(found, place)
        newest = canary.revision if canary else current
        if told.revision not in {None, newest}:
            message = f"revision {told.revision} was reported, but `{place}` is at revision {newest}; nothing was done"
            raise ConflictError(message)
        if canary is not None:
            trials.take_back(found, actor, canary, self.clock(), told.message)
            return Reaction(Effect.ABORTED, newest, current)
        if webhook.action is IncomingAction.ROLLBACK:
            return self._roll_back(found, webhook, actor, told)
        return Reaction(Effect.NOTHING, None, current)

    def _roll_back(self, found: Transaction, webhook: IncomingWebhook, actor: Actor, told: Told) -> Reaction:
        """Restore the revision before the current one; a rollback itself is not rolled back again."""
        place = webhook.place
        number = trials.offering(found, place).current
        current, before = found.revisions.current(place), found.revisions.current(place, below=number)
        if current is not None and current.copied_from is not None:
            return Reaction(Effect.NOTHING, None, number)
        if before is None:
            message = f"there is no revision before `{place}@{number}` to go back to"
            raise ConflictError(message)
        message = f"rolled back by {actor.principal.name}{f': {told.message}' if told.message else ''}"
        # Everyone was offered it before, and whoever let this webhook roll back has approved that; neither is
        # true of other environments, which extend this one.
        is_approved = set(protected(found, place)) <= {place}
        intent = Intent(place, number, message, is_approved=is_approved)
        try:
            revised = self.revising.making.make(found, actor, intent, brought_back(place, before.number))
        except DestroyedError as error:
            raise ConflictError(str(error)) from None  # a sender takes 410 as a request to stop
        if revised.revision is None or not revised.changed:
            return Reaction(Effect.NOTHING, None, number)
        return Reaction(Effect.ROLLED_BACK, number, revised.revision.number)


def _not_accepted() -> UnauthenticatedError:
    return UnauthenticatedError("webhook")
