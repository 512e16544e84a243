"""Manages the incoming webhooks of environments, and their secrets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain.audit import Action, entry
from app.domain.errors import ConflictError, NotFoundError
from app.domain.identity import Actor, Scope
from app.domain.place import Place
from app.domain.webhooks.incoming import IncomingAction, IncomingWebhook, is_incoming_id, new_incoming_id
from app.domain.webhooks.outgoing import GRACE
from app.domain.webhooks.signature import new_secret
from app.service import trials
from app.service.access import require
from app.service.ports import Clock, Store, Transaction
from observability.known_secrets import remember_secret

MOST_IN_ONE_PLACE = 20


@dataclass(frozen=True, slots=True)
class Accepting:
    """The incoming webhooks, as seen by an `admin` of their environment."""

    store: Store
    clock: Clock

    def accept(self, actor: Actor, place: Place, action: IncomingAction) -> IncomingWebhook:
        """Return a new incoming webhook with its secret, which is shown only once.

        Raises:
            ForbiddenError: The token is not `admin` there.
            NotFoundError: There is no such environment, or the actor may not see it.
            ConflictError: There are too many of them.
        """
        require(actor.token, Scope.ADMIN, place.app, place.environment)
        webhook = IncomingWebhook(new_incoming_id(), place, action, self.clock(), (_new_secret(),))

        def change(found: Transaction) -> IncomingWebhook:
            trials.offering(found, place)
            if sum(each.place == place for each in found.incoming.all_webhooks()) >= MOST_IN_ONE_PLACE:
                message = f"`{place}` has {MOST_IN_ONE_PLACE} incoming webhooks already: delete one first"
                raise ConflictError(message)
            found.incoming.add(webhook)
            self._record(found, actor, Action.WEBHOOK_CREATE, webhook)
            return webhook

        return self.store.write(change)

    def visible(self, actor: Actor) -> Sequence[IncomingWebhook]:
        """Return those that `actor` may manage, without their secrets."""
        found = self.store.read(lambda each: each.incoming.all_webhooks())
        return [each for each in found if _is_business_of(actor, each)]

    def rotate(self, actor: Actor, webhook_id: str, grace: timedelta = GRACE) -> IncomingWebhook:
        """Return one with a new secret, which is shown only once; the old one is also accepted for a while.

        Raises:
            NotFoundError: There is no such incoming webhook, or the actor may not see it.
        """
        secret = _new_secret()

        def change(found: Transaction, webhook: IncomingWebhook) -> IncomingWebhook:
            found.incoming.rotate(webhook, secret, self.clock() + grace)
            self._record(found, actor, Action.WEBHOOK_ROTATE, webhook)
            return replace(webhook, secrets=(secret,))

        return self._change(actor, webhook_id, change)

    def delete(self, actor: Actor, webhook_id: str) -> IncomingWebhook:
        """Take nothing from it any more.

        Raises:
            NotFoundError: There is no such incoming webhook, or the actor may not see it.
        """

        def change(found: Transaction, webhook: IncomingWebhook) -> IncomingWebhook:
            found.incoming.remove(webhook.id)
            self._record(found, actor, Action.WEBHOOK_DELETE, webhook)
            return webhook

        return self._change(actor, webhook_id, change)

    def _change(
        self, actor: Actor, webhook_id: str, change: Callable[[Transaction, IncomingWebhook], IncomingWebhook]
    ) -> IncomingWebhook:
        def change_own(found: Transaction) -> IncomingWebhook:
            webhook = found.incoming.named(webhook_id, self.clock()) if is_incoming_id(webhook_id) else None
            if webhook is None or not _is_business_of(actor, webhook):
                message = "there is no incoming webhook with this id"
                raise NotFoundError(message)
            return change(found, webhook)

        return self.store.write(change_own)

    def _record(self, found: Transaction, actor: Actor, action: Action, webhook: IncomingWebhook) -> None:
        place, detail = webhook.place, {"webhook": webhook.id, "action": str(webhook.action)}
        found.audit.record(entry(actor, action, self.clock(), place.app, place.environment, detail=detail))


def _new_secret() -> str:
    secret = new_secret()
    remember_secret(secret)
    return secret


def _is_business_of(actor: Actor, webhook: IncomingWebhook) -> bool:
    return actor.token.allows(Scope.ADMIN, webhook.place.app, webhook.place.environment)
