"""The part of the contract of a store that is about incoming webhooks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.errors import DamagedError
from app.domain.webhooks.incoming import Effect, IncomingAction, IncomingWebhook, Reaction
from app.domain.webhooks.signature import new_secret
from app.store.repositories.incoming_webhooks import KEPT
from app.store.repositories.tables import incoming_webhooks
from app.store.testing.examples import NOW, PRODUCTION, STAGING, AnyStore

LATER = NOW + timedelta(seconds=1)
ROLLED_BACK = Reaction(Effect.ROLLED_BACK, 44, 45)
NOTHING = Reaction(Effect.NOTHING, None, 45)


def _added(store: AnyStore, webhook_id: str = "whin_1") -> IncomingWebhook:
    place = PRODUCTION if webhook_id == "whin_1" else STAGING
    made = IncomingWebhook(webhook_id, place, IncomingAction.ROLLBACK, NOW, (new_secret(),))
    store.write(lambda found: found.incoming.add(made))
    return made


class IncomingWebhookContract:
    """What holds for incoming webhooks; a subclass gives the fixture `store`."""

    def test_an_incoming_webhook_is_read_as_it_was_made(self, store: AnyStore) -> None:
        """With its secret, which is sealed where it is kept, and opens nowhere else."""
        one, two = _added(store), _added(store, "whin_2")
        assert store.read(lambda found: found.incoming.named("whin_1", NOW)) == one
        assert store.read(lambda found: found.incoming.named("whin_3", NOW)) is None
        listed = store.read(lambda found: found.incoming.all_webhooks())
        assert listed == [replace(one, secrets=()), replace(two, secrets=())]
        sealed = store.read(lambda found: found.connection.execute(incoming_webhooks.select()).all()[0].secret)
        assert one.secrets[0].encode() not in sealed
        move = incoming_webhooks.update().where(incoming_webhooks.c.id == "whin_2").values(secret=sealed)
        store.write(lambda found: found.connection.execute(move))
        with pytest.raises(DamagedError, match="the secret of the webhook `whin_2` can't be decrypted"):
            store.read(lambda found: found.incoming.named("whin_2", NOW))

    def test_the_secret_before_is_taken_until_its_time_is_over(self, store: AnyStore) -> None:
        """The new one comes first."""
        made, new = _added(store), new_secret()
        store.write(lambda found: found.incoming.rotate(made, new, LATER))
        at = {each: store.read(lambda found, at=each: found.incoming.named("whin_1", at)) for each in (NOW, LATER)}  # type: ignore[misc]
        assert {each: found.secrets for each, found in at.items() if found} == {
            NOW: (new, *made.secrets),
            LATER: (new,),
        }

    def test_what_a_message_has_done_is_known_for_a_while(self, store: AnyStore) -> None:
        """To the webhook that it came by; what is noted later forgets it."""
        _added(store)
        _added(store, "whin_2")
        for webhook, reaction in (("whin_1", ROLLED_BACK), ("whin_2", NOTHING)):
            store.write(
                lambda found, name=webhook, done=reaction: found.incoming.note(name, "msg_1", NOW, done)  # type: ignore[misc]
            )
        assert store.read(lambda found: found.incoming.reaction("whin_1", "msg_1")) == ROLLED_BACK
        assert store.read(lambda found: found.incoming.reaction("whin_2", "msg_1")) == NOTHING
        assert store.read(lambda found: found.incoming.reaction("whin_1", "msg_2")) is None
        store.write(lambda found: found.incoming.note("whin_1", "msg_2", NOW + KEPT, NOTHING))
        assert store.read(lambda found: found.incoming.reaction("whin_1", "msg_1")) == ROLLED_BACK
        store.write(lambda found: found.incoming.note("whin_1", "msg_3", LATER + KEPT, NOTHING))
        assert store.read(lambda found: found.incoming.reaction("whin_1", "msg_1")) is None

    def test_a_webhook_that_is_removed_is_forgotten_with_what_it_did(self, store: AnyStore) -> None:
        """All of it."""
        _added(store)
        store.write(lambda found: found.incoming.note("whin_1", "msg_1", NOW, NOTHING))
        store.write(lambda found: found.incoming.remove("whin_1"))
        assert store.read(lambda found: found.incoming.all_webhooks()) == []
        assert store.read(lambda found: found.incoming.reaction("whin_1", "msg_1")) is None
