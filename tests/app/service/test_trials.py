from contextlib import closing
from datetime import timedelta

import pytest

from app.domain.audit import SERVICE
from app.domain.canary import Plan, Size, Stage
from app.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from app.domain.identity import Bound
from app.domain.place import Place
from app.domain.rollout import LONGEST_SILENCE
from app.domain.session import Answer, Reason, Served, Session, SessionReport
from app.domain.webhooks.outgoing import EVENTS, Topic
from app.receivers.sending import WebhookSender
from app.service.leases import GRACE_SECONDS, Leases
from app.service.rollouts import Rollouts
from app.service.sessions import verdict
from app.service.webhooks.managing import Webhooks
from app.service.writing.intent import Intent
from support.configuration_service import GRACE, PRODUCTION, STAGING, Clock, actor
from support.fleet import BAKE, ONE, POOL, Fleet
from support.small_contract import contract


def test_everyone_is_offered_what_a_canary_has_served_for_the_bake_time(fleet: Fleet) -> None:
    """Until then everyone else, and whoever starts or reads, gets what was there before."""
    pushed = fleet.push("2")
    assert pushed.canary
    assert (pushed.canary.stage, pushed.canary.instances) == (Stage.DEPLOYING, 1)
    assert sorted(fleet.offered()) == [1, 1, 2]
    assert fleet.current() == 1
    fleet.apply(fleet.canary(), 2)
    assert str(fleet) == "the canary serves revision 2; it bakes for 30 s; 2 other instances are offered 1"
    fleet.wait(BAKE / 2)
    assert fleet.current() == 1
    fleet.wait(BAKE / 2)
    assert (fleet.current(), fleet.offered()) == (2, [2, 2, 2])
    assert fleet.events()[-2:] == ["canary 2", "revision 2"]
    assert fleet.service.history.one(PRODUCTION).stage is Stage.COMPLETE


def test_a_refusal_takes_the_revision_back_at_once(fleet: Fleet) -> None:
    """The canary is offered the one before, nobody else ever was offered another, and people see why."""
    fleet.push("2", Plan(Size(2), BAKE))
    first, second = (each for each, offered in zip(fleet.all, fleet.offered(), strict=True) if offered == 2)
    fleet.apply(first, 2)
    fleet.refuse(second, 2)
    assert (fleet.current(), fleet.offered()) == (1, [1, 1, 1])
    assert str(fleet) == (
        f"revision 2 was rolled back: 1 of 2 canaries refused it: {POOL};"
        " 2 of 3 instances serve revision 1; 1 has not answered; still serving 2"
    )
    fleet.apply(first, 1)
    assert str(fleet).endswith("; all 3 instances serve revision 1")
    assert fleet.events()[-2:] == ["canary 2", "rolled_back 2"]
    fleet.wait(2 * BAKE)
    assert fleet.current() == 1


def test_no_secret_is_in_the_reason_of_a_rollback(fleet: Fleet) -> None:
    """Whatever the canary says of it: neither in what people are told nor in what is kept."""
    secret = "canary-5a1be2"
    intent = Intent(PRODUCTION, 1, canary=ONE)
    fleet.service.revising.replace(actor(), intent, {"PORT": "2", "API_KEY": secret})
    said = verdict(2, Answer.FAILED, fleet.clock(), [Reason("", "", f"the key {secret} is weak")])
    fleet.sessions.report([SessionReport([fleet.canary().id], PRODUCTION, said)])
    assert "refused it: the key " in str(fleet)
    assert secret not in str(fleet)
    assert secret not in str(fleet.service.store.read(lambda found: found.canaries.latest(PRODUCTION)))


def test_what_was_rolled_back_keeps_its_number_and_can_be_written_again(fleet: Fleet) -> None:
    """The next revision is made from the current one, not from what nobody serves."""
    fleet.push("2")
    fleet.refuse(fleet.canary(), 2)
    assert [each.stage for each in fleet.service.history.page(PRODUCTION)] == [Stage.ROLLED_BACK, Stage.COMPLETE]
    with pytest.raises(StaleError, match="is at revision 1"):
        fleet.service.revising.replace(actor(), Intent(PRODUCTION, 2), {"PORT": "3"})
    again = fleet.push("2", at_once=True, plan=None)
    assert again.revision
    assert (again.revision.number, again.changed, fleet.current(), fleet.offered()) == (3, True, 3, [3, 3, 3])
    assert str(fleet) == "0 of 3 instances serve revision 3; 3 have not answered; still serving 1"
    repeated = fleet.service.revising.replace(actor(), Intent(PRODUCTION, 1), {"PORT": "2"})
    assert (repeated.revision, repeated.changed) == (fleet.service.history.one(PRODUCTION), False)


def test_nothing_else_is_written_while_a_revision_is_on_trial(fleet: Fleet) -> None:
    """Neither a push nor a way back: the answer says how the trial is ended. Only a repeated push is one push."""
    fleet.push("2")
    message = (
        "1 instance tries revision 2 of `billing/production`, and nothing else can be written until that ends;"
        " `setpoint rollout promote billing/production` or `setpoint rollout abort billing/production` ends it now"
    )
    revising = fleet.service.revising
    for who, expected, port in ((actor(), 1, "3"), (actor(GRACE), 1, "2"), (actor(), 2, "3")):
        with pytest.raises(ConflictError) as refused:
            revising.replace(who, Intent(PRODUCTION, expected), {"PORT": port})
        assert str(refused.value) == message
    with pytest.raises(ConflictError):
        revising.roll_back(actor(GRACE), Intent(PRODUCTION, 1), 1)
    with pytest.raises(ConflictError):
        revising.merge(actor(), Intent(PRODUCTION, 1), {"NAME": "x"})
    for expected in (1, 2):
        repeated = revising.replace(actor(), Intent(PRODUCTION, expected), {"PORT": "2"})
        assert repeated.revision
        assert (repeated.revision.number, repeated.changed) == (2, False)
        assert repeated.canary
    fleet.trials.abort(actor(), PRODUCTION, 2)
    assert fleet.service.revising.roll_back(actor(), Intent(PRODUCTION, 1), 1).changed is False


def test_where_nobody_is_live_everyone_is_offered_it_at_once(fleet: Fleet) -> None:
    """Nobody could try it, and the first instance to start gets it; so it is with a first revision."""
    for each in fleet.all:
        fleet.sessions.close(each.id)
    pushed = fleet.push("2")
    assert pushed.canary
    assert (pushed.canary.stage, pushed.canary.instances, fleet.current()) == (Stage.COMPLETE, 0, 2)
    first = fleet.service.revising.replace(actor(), Intent(STAGING, None, canary=ONE), {"PORT": "1"})
    assert first.canary
    assert first.canary.stage is Stage.COMPLETE
    assert fleet.events()[-2:] == ["revision 2", "revision 1"]


def test_more_canaries_than_instances_are_all_of_them(fleet: Fleet) -> None:
    """An instance that joins later is none."""
    fleet.push("2", Plan(Size(10), BAKE))
    fleet.join(1)
    assert fleet.offered() == [2, 2, 2, 1]
    for each in fleet.all[:3]:
        fleet.apply(each, 2)
    fleet.wait(BAKE)
    assert fleet.offered() == [2, 2, 2, 2]


def test_a_canary_that_ends_in_good_order_is_asked_no_more(fleet: Fleet) -> None:
    """The others decide; without any, nothing vouches for the revision."""
    fleet.push("2", Plan(Size(2), BAKE))
    first, second = (each for each, offered in zip(fleet.all, fleet.offered(), strict=True) if offered == 2)
    fleet.apply(first, 2)
    fleet.sessions.close(second.id)
    assert str(fleet).startswith("the canary serves revision 2; it bakes")
    fleet.sessions.close(first.id)
    assert str(fleet).startswith("revision 2 was rolled back: there is no canary left; ")


def test_a_canary_that_goes_silent_has_the_revision_rolled_back(fleet: Fleet) -> None:
    """After its lease, and a while in which it could have come back."""
    fleet.push("2")
    canary = fleet.canary()
    fleet.apply(canary, 2)
    _lose(fleet, canary)
    fleet.wait(BAKE)
    assert str(fleet).startswith("revision 2 was rolled back: a canary has stopped answering; ")


def test_a_canary_that_comes_back_bakes_anew(fleet: Fleet) -> None:
    """As after the service was down: in its session, or in a new one of the same instance."""
    fleet.push("2")
    canary = fleet.canary()
    fleet.apply(canary, 2)
    _lose(fleet, canary)
    serves = {PRODUCTION: Served(2, fleet.clock())}
    (again,) = fleet.sessions.open(actor(), canary.instance, serves)
    fleet.all = [again if each is canary else each for each in fleet.all]
    assert (again.canary, fleet.canary().id) == (2, again.id)
    fleet.wait(LONGEST_SILENCE - timedelta(seconds=1))
    assert str(fleet).startswith("the canary serves revision 2; it bakes")
    fleet.wait(timedelta(seconds=2))
    assert fleet.current() == 2


def test_a_trial_goes_on_in_another_process(fleet: Fleet, clock: Clock) -> None:
    """All that is known of it is in the database: whichever worker looks next goes on."""
    fleet.push("2")
    fleet.apply(fleet.canary(), 2)
    with closing(Rollouts(fleet.service.store, clock)) as rollouts:
        clock.forward(BAKE)
        Leases(fleet.service.store, rollouts, clock, "worker-2").beat()
        assert str(rollouts.of(PRODUCTION)) == (
            "1 of 3 instances serves revision 2; 2 have not answered; still serving 1"
        )
    assert fleet.current() == 2


def test_a_trial_is_ended_by_hand(fleet: Fleet) -> None:
    """In either way, whatever the canaries say; the audit log tells by whom, also where it was nobody."""
    fleet.push("2")
    with pytest.raises(ConflictError, match="revision 1 of `billing/production` is not on trial"):
        fleet.trials.promote(actor(), PRODUCTION, 1)
    fleet.trials.promote(actor(), PRODUCTION, 2)
    assert fleet.offered() == [2, 2, 2]
    fleet.push("3")
    with pytest.raises(InvalidError):
        fleet.trials.abort(actor(), PRODUCTION, 3, "x" * 10_000)
    fleet.trials.abort(actor(GRACE), PRODUCTION, 3, "too early")
    assert str(fleet).startswith("revision 3 was rolled back: aborted by Grace: too early; ")
    with pytest.raises(ConflictError):
        fleet.trials.abort(actor(), PRODUCTION, 3)
    fleet.push("4")
    fleet.refuse(fleet.canary(4), 4)
    log = fleet.service.store.read(lambda found: found.audit.page(limit=20))
    told = [(str(each.action), each.principal.name, each.detail) for each in log if "rollout" in each.action]
    assert told == [
        ("rollout.rollback", SERVICE.name, {"revision": 4}),
        ("rollout.rollback", "Grace", {"revision": 3}),
        ("rollout.complete", "Ada", {"revision": 2}),
    ]


def test_an_environment_may_try_every_revision(fleet: Fleet) -> None:
    """Unless somebody says otherwise, or takes the way back, which must not wait."""
    fleet.trials.set_plan(actor(), PRODUCTION, ONE)
    assert fleet.trials.plan(PRODUCTION) == ONE
    fleet.push("2", None)
    assert sorted(fleet.offered()) == [1, 1, 2]
    fleet.trials.promote(actor(), PRODUCTION, 2)
    fleet.service.revising.roll_back(actor(), Intent(PRODUCTION, 2), 1)
    assert fleet.offered() == [3, 3, 3]
    fleet.push("4", None, at_once=True)
    assert fleet.offered() == [4, 4, 4]
    fleet.trials.set_plan(actor(), PRODUCTION, None)
    fleet.push("5", None)
    assert fleet.offered() == [5, 5, 5]
    with pytest.raises(NotFoundError):
        fleet.trials.set_plan(actor(), STAGING, ONE)
    with pytest.raises(NotFoundError):
        fleet.trials.plan(STAGING)


def test_what_is_on_trial_is_kept_and_is_held_against_new_schemas(fleet: Fleet) -> None:
    """It may become what everyone is offered; once it was rolled back, its values may go."""
    fleet.push("2")
    with pytest.raises(ConflictError, match="is on trial"):
        fleet.service.history.destroy(actor(), PRODUCTION, 2, "leaked")
    strict = contract(PORT="integer!", NAME="text!")
    with pytest.raises(InvalidError) as refused:
        fleet.service.push(strict, "2.0")
    assert [each.message.partition(":")[0] for each in refused.value.problems] == [
        "`billing/production@1`",
        "`billing/production@2`",
    ]
    fleet.trials.abort(actor(), PRODUCTION, 2)
    assert fleet.service.history.destroy(actor(), PRODUCTION, 2, "leaked").destroyed


def test_who_asks_by_a_schema_gets_what_everyone_is_offered(fleet: Fleet) -> None:
    """Not what is on trial, nor what was rolled back."""
    digest = fleet.service.history.one(PRODUCTION).schema
    fleet.push("2")
    assert fleet.service.reading.read_valid(actor(), PRODUCTION, digest).revision.number == 1
    fleet.refuse(fleet.canary(), 2)
    assert fleet.service.reading.read_valid(actor(), PRODUCTION, digest).revision.number == 1


def _lose(fleet: Fleet, lost: Session) -> None:
    """Let an instance be silent for as long as its lease, while the others go on."""
    others = fleet.worker("worker-2")
    for each in fleet.all:
        if each is not lost:
            others.begin(each.id)
    others.close()
    others.beat()
    fleet.passed += GRACE_SECONDS + 1
    fleet.clock.forward(timedelta(seconds=GRACE_SECONDS + 1))
    others.beat()


def test_webhooks_are_told_of_a_refusal_and_of_the_rollback(fleet: Fleet) -> None:
    """With what is served still; and of nothing when everyone is offered it."""
    webhooks = Webhooks(fleet.service.store, WebhookSender(), fleet.clock)
    endpoint = webhooks.create(actor(), "https://example.com/hook", Bound(), EVENTS - {Topic.CREATED})
    fleet.push("2")
    fleet.refuse(fleet.canary(), 2)
    told = [each.message for each in webhooks.deliveries(actor(), endpoint.id)]
    assert {(each.topic, each.revision, each.data.get("still_served")) for each in told} == {
        (Topic.REFUSED, 2, None),
        (Topic.ROLLED_BACK, 2, 1),
    }
    fleet.push("3", at_once=True)
    assert len(webhooks.deliveries(actor(), endpoint.id)) == 2


def test_a_change_of_a_base_is_tried_where_it_arrives(fleet: Fleet) -> None:
    """By the plan of each environment that extends it; the base itself is offered at once, and keeps what failed."""
    service, base = fleet.service, Place("billing", "base")
    revising = service.revising
    revising.replace(actor(), Intent(base, None, is_base=True), {"NAME": "one"})
    current = service.history.one(PRODUCTION).number
    revising.extend(actor(), Intent(PRODUCTION, current), [base])
    for each in fleet.all:
        fleet.apply(each, current + 1)
    fleet.trials.set_plan(actor(), PRODUCTION, ONE)
    revising.replace(actor(), Intent(base, 1), {"NAME": "two"})
    assert service.history.one(PRODUCTION).number == current + 1
    assert fleet.offered().count(current + 2) == 1
    with pytest.raises(ConflictError, match="1 instance tries revision"):
        revising.replace(actor(), Intent(base, 2), {"NAME": "three"})
    fleet.refuse(fleet.all[fleet.offered().index(current + 2)], current + 2)
    assert set(fleet.offered()) == {current + 1}
    assert dict(service.reading.read(actor(), base).variables) == {"NAME": "two"}
