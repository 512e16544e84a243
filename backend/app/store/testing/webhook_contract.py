"""The part of the contract of a store that is about webhooks."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.errors import DamagedError
from app.domain.identity import Bound
from app.domain.limit import Limit
from app.domain.webhooks.outgoing import Attempt, DeliveryState, Endpoint, Message, Topic, after
from app.domain.webhooks.signature import new_secret
from app.store.repositories.tables import webhooks
from app.store.repositories.webhooks import KEPT
from app.store.testing.canary_contract import PLAN
from app.store.testing.examples import NOW, PRODUCTION, SCHEMA, STAGING, AnyStore, draft
from app.store.transaction import SqlTransaction

EVERYTHING = frozenset(Topic)
UNTIL = NOW + timedelta(minutes=2)
LATER = NOW + timedelta(seconds=1)
MESSAGE = Message(Topic.ROLLED_BACK, NOW, PRODUCTION, 44, {"from": 41})
PING = Message(Topic.PING, NOW)
NOT_FOUND = Attempt(NOW, 404, milliseconds=12)


def endpoint(endpoint_id: str = "wh_1", bound: str = "billing/*") -> Endpoint:
    """Return an endpoint."""
    url = "https://example.com/hook?of=billing"
    return Endpoint(endpoint_id, url, Bound.parse(bound), EVERYTHING, NOW, (new_secret(),))


def add(store: AnyStore, *added: Endpoint) -> None:
    """Store endpoints."""
    for each in added:
        store.write(lambda found, new=each: found.webhooks.add(new))  # type: ignore[misc]


def put(store: AnyStore, message: Message = MESSAGE, to: str = "wh_1") -> str | None:
    """Store a message for an endpoint."""
    return store.write(lambda found: found.webhooks.put(message, to))


class WebhookContract:
    """What holds for webhooks; a subclass gives the fixture `store`."""

    @pytest.mark.parametrize("bound", ["billing/*", "*/*"])
    def test_an_endpoint_is_read_as_it_was_made(self, store: AnyStore, bound: str) -> None:
        """With its secret, which is sealed where it is kept; a list does not open it."""
        made = endpoint(bound=bound)
        add(store, made)
        assert store.read(lambda found: found.webhooks.named("wh_1", NOW)) == made
        assert store.read(lambda found: found.webhooks.named("wh_2", NOW)) is None
        assert store.read(lambda found: found.webhooks.all_endpoints()) == [replace(made, secrets=())]
        row = store.read(lambda found: found.connection.execute(webhooks.select()).one())
        assert made.secrets[0].encode() not in row.secret

    def test_a_secret_of_another_endpoint_does_not_open(self, store: AnyStore) -> None:
        """Somebody has moved it there."""
        one, two = endpoint(), endpoint("wh_2")
        add(store, one, two)
        sealed = webhooks.select().where(webhooks.c.id == "wh_1").with_only_columns(webhooks.c.secret)
        move = webhooks.update().where(webhooks.c.id == "wh_2").values(secret=sealed.scalar_subquery())
        store.write(lambda found: found.connection.execute(move))
        with pytest.raises(DamagedError, match="the secret of the webhook `wh_2` can't be decrypted"):
            store.read(lambda found: found.webhooks.named("wh_2", NOW))

    def test_the_secret_before_signs_until_its_time_is_over(self, store: AnyStore) -> None:
        """The new one comes first."""
        made, new = endpoint(), new_secret()
        add(store, made)
        store.write(lambda found: found.webhooks.rotate(made, new, LATER))
        signing = {at: store.read(lambda found, at=at: found.webhooks.named("wh_1", at)) for at in (NOW, LATER)}  # type: ignore[misc]
        assert {at: each.secrets if each else () for at, each in signing.items()} == {
            NOW: (new, *made.secrets),
            LATER: (new,),
        }

    def test_the_same_is_told_once(self, store: AnyStore) -> None:
        """To each endpoint; a ping is another one each time."""
        add(store, endpoint(), endpoint("wh_2"))
        others = [replace(MESSAGE, topic=Topic.CREATED), replace(MESSAGE, place=STAGING), replace(MESSAGE, revision=45)]
        told = [put(store, each) for each in (MESSAGE, *others, PING, PING)] + [put(store, to="wh_2")]
        assert None not in told
        assert len({*told}) == 7
        assert [put(store), put(store, to="wh_2")] == [None, None]

    def test_what_is_claimed_is_claimed_by_one(self, store: AnyStore) -> None:
        """However many workers look at the same time; each endpoint has its turn."""
        names = [f"wh_{number}" for number in range(6)]
        add(store, *map(endpoint, names))
        for name in names:
            put(store, to=name)
            put(store, PING, to=name)
        claimed: list[str] = []

        def claim() -> None:
            found = store.write(lambda found: found.webhooks.claim(NOW, UNTIL, 4, ["wh_5"]))
            claimed.extend(each.id for each in found)
            assert len({each.endpoint for each in found}) == len(found)

        workers = [threading.Thread(target=claim) for _ in range(4)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        assert len(claimed) == len({*claimed}) == 10
        assert not store.read(lambda found: found.webhooks.is_due(NOW, ["wh_5"]))
        assert store.read(lambda found: found.webhooks.is_due(NOW, []))

    def test_what_a_killed_worker_has_claimed_is_due_again(self, store: AnyStore) -> None:
        """Under the same id, after the lease; or at once, where a clock that was far ahead has put it off."""
        add(store, endpoint())
        name = put(store)
        for until in (UNTIL, NOW + timedelta(days=365)):
            (claimed,) = store.write(lambda found, until=until: found.webhooks.claim(UNTIL, until, 9, []))  # type: ignore[misc]
            assert (claimed.id, claimed.message, claimed.attempts) == (name, MESSAGE, ())
        assert store.read(lambda found: found.webhooks.is_due(UNTIL, []))

    def test_what_came_of_an_attempt_is_kept_for_a_while(self, store: AnyStore) -> None:
        """What waits is kept for as long as it waits."""
        add(store, endpoint())
        put(store)
        (claimed,) = store.write(lambda found: found.webhooks.claim(NOW, UNTIL, 9, []))
        failed = after(claimed, NOT_FOUND)
        store.write(lambda found: found.webhooks.record(failed, NOW + 2 * KEPT))
        assert store.read(lambda found: found.webhooks.deliveries("wh_1", 9)) == [failed]
        delivered = after(failed, Attempt(LATER, 204))
        assert delivered.state is DeliveryState.DELIVERED
        store.write(lambda found: found.webhooks.record(delivered, LATER + KEPT))
        assert store.read(lambda found: found.webhooks.deliveries("wh_1", 9)) == [delivered]
        assert not store.read(lambda found: found.webhooks.is_due(NOW + KEPT, []))
        store.write(lambda found: found.webhooks.record(delivered, LATER + 2 * KEPT))
        assert store.read(lambda found: found.webhooks.deliveries("wh_1", 9)) == []

    def test_nothing_is_due_for_an_endpoint_that_is_disabled(self, store: AnyStore) -> None:
        """It waits until somebody enables it, or deletes it."""
        add(store, endpoint())
        put(store)
        store.write(lambda found: found.webhooks.switch("wh_1", LATER, "410"))
        disabled = store.read(lambda found: found.webhooks.named("wh_1", NOW))
        assert disabled
        assert (disabled.disabled_at, disabled.disabled_because) == (LATER, "410")
        assert not store.read(lambda found: found.webhooks.is_due(NOW, []))
        assert store.write(lambda found: found.webhooks.claim(NOW, UNTIL, 9, [])) == []
        assert [*store.read(lambda found: [*found.webhooks.waiting_since()])] == [("wh_1", NOW, 1)]
        store.write(lambda found: found.webhooks.switch("wh_1", None))
        assert store.read(lambda found: found.webhooks.is_due(NOW, []))
        store.write(lambda found: found.webhooks.remove("wh_1"))
        assert store.read(lambda found: found.webhooks.all_endpoints()) == []
        assert not store.read(lambda found: found.webhooks.is_due(NOW, []))

    def test_a_transaction_finds_what_it_has_just_set_for_the_first_time(self, store: AnyStore) -> None:
        """Although it has seen before that there was none."""

        def ask(found: SqlTransaction) -> Sequence[object]:
            extending = found.revisions.extending(STAGING)
            plan, own = found.canaries.plan(PRODUCTION), found.limits.own("billing")
            return extending, found.proposals.protections(), own, plan, found.webhooks.all_endpoints()

        def change(found: SqlTransaction) -> Sequence[object]:
            assert not any(ask(found))
            found.limits.set("billing", Limit.REVISIONS, 5)
            found.canaries.set_plan(PRODUCTION, PLAN)
            found.proposals.protect(PRODUCTION, 2)
            found.webhooks.add(new)
            found.schemas.put(SCHEMA)
            found.revisions.append(replace(draft(), bases=(STAGING,)))
            return ask(found)

        new = endpoint()
        told = [PRODUCTION], {PRODUCTION: 2}, {Limit.REVISIONS: 5}, PLAN, [replace(new, secrets=())]
        assert store.write(change) == store.read(ask) == told
