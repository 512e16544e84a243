from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from app.domain.canary import Plan, Size, Stage
from app.domain.errors import ConflictError, InvalidError, UnauthenticatedError
from app.domain.session import Answer, SessionReport
from app.domain.webhooks.incoming import Effect, IncomingAction, IncomingWebhook, Reaction
from app.service.leases import Leases
from app.service.rollouts import Rollouts
from app.service.sessions import Sessions, verdict
from app.service.webhooks.accepting import Accepting
from app.service.webhooks.receiving import Receiving, Told
from app.service.writing.intent import Intent
from app.store.testing.session_contract import INSTANCE
from support.configuration_service import PRODUCTION, Service, actor
from support.small_contract import contract

ABORT, ROLLBACK = IncomingAction.ABORT, IncomingAction.ROLLBACK


class Alarm:
    """A monitoring system that may take production back."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.accepting = Accepting(service.store, service.clock)
        self.receiving = Receiving(service.store, service.revising, service.clock)

    def accept(self, action: IncomingAction) -> IncomingWebhook:
        """Return a new incoming webhook."""
        return self.accepting.accept(actor(), PRODUCTION, action)

    def sound(self, webhook: IncomingWebhook, message_id: str = "msg_1", message: str = "") -> Reaction:
        """Say that something is wrong."""
        return self.receiving.react(webhook, webhook.actor("request-1", "192.0.2.1"), Told(message_id, message))


@pytest.fixture
def alarm(service: Service) -> Alarm:
    service.write(PORT="1")
    return Alarm(service)


@pytest.mark.parametrize("action", IncomingAction)
def test_a_revision_on_trial_is_taken_back(service: Service, alarm: Alarm, action: IncomingAction) -> None:
    """Whatever the webhook does otherwise; the next message finds that revision no more."""
    with closing(Rollouts(service.store, service.clock)) as rollouts:
        leases = Leases(service.store, rollouts, service.clock, "worker-1")
        sessions = Sessions(service.store, service.reading, rollouts, service.clock, leases)
        (session,) = sessions.open(actor(), INSTANCE, {PRODUCTION: None})
        sessions.report([SessionReport([session.id], PRODUCTION, verdict(1, Answer.APPLIED, service.clock()))])
    tried = Intent(PRODUCTION, 1, canary=Plan(Size(1), timedelta(minutes=5)))
    service.revising.replace(actor(), tried, {"PORT": "2"})
    webhook = alarm.accept(action)
    for _ in range(2):
        assert alarm.sound(webhook, message="error rate 12%") == Reaction(Effect.ABORTED, 2, 1)
    canary = service.store.read(lambda found: found.canaries.latest(PRODUCTION))
    assert canary
    assert (canary.stage, canary.reason) == (
        Stage.ROLLED_BACK,
        f"aborted by webhook {webhook.id}: error rate 12%",
    )
    if action is ABORT:
        assert alarm.sound(webhook, "msg_2") == Reaction(Effect.NOTHING, None, 1)
    else:
        with pytest.raises(ConflictError, match="there is no revision before `billing/production@1` to go back to"):
            alarm.sound(webhook, "msg_2")


def test_what_comes_twice_at_once_is_done_once(service: Service, alarm: Alarm) -> None:
    """And both are told the same."""
    service.write(PORT="2")
    webhook = alarm.accept(ROLLBACK)
    with ThreadPoolExecutor(8) as pool:
        told = [*pool.map(lambda _: alarm.sound(webhook), range(8))]
    assert told == [Reaction(Effect.ROLLED_BACK, 2, 3)] * 8
    assert [each.number for each in service.history.page(PRODUCTION)] == [3, 2, 1]


def test_after_a_rollback_a_new_revision_can_be_taken_back(service: Service, alarm: Alarm) -> None:
    """To the one that was served before it."""
    service.write(PORT="2")
    webhook = alarm.accept(ROLLBACK)
    alarm.sound(webhook)
    service.write(PORT="4")
    assert alarm.sound(webhook, "msg_2") == Reaction(Effect.ROLLED_BACK, 4, 5)
    assert dict(service.reading.read(actor(), PRODUCTION).variables) == {"PORT": "1"}


def test_an_older_revision_with_a_dangerous_name_is_brought_back(service: Service, alarm: Alarm) -> None:
    """Somebody has said the word for it when it was written."""
    dangerous = Intent(PRODUCTION, 1, allow_dangerous=True)
    service.revising.replace(actor(), dangerous, {"PORT": "2", "LD_PRELOAD": "/opt/lib.so"})
    service.write(PORT="3")
    assert alarm.sound(alarm.accept(ROLLBACK)) == Reaction(Effect.ROLLED_BACK, 3, 4)


def test_what_the_schema_of_today_refuses_is_not_brought_back(service: Service, alarm: Alarm) -> None:
    """The sender is told, and the message has done nothing."""
    service.write(PORT="2", NAME="two")
    service.push(contract(PORT="integer!", NAME="text!"), compatible=False)
    webhook = alarm.accept(ROLLBACK)
    with pytest.raises(InvalidError) as refused:
        alarm.sound(webhook)
    assert [each.variable for each in refused.value.problems] == ["NAME"]
    assert service.store.read(lambda found: found.incoming.reaction(webhook.id, "msg_1")) is None


def test_a_webhook_that_is_deleted_meanwhile_does_nothing(service: Service, alarm: Alarm) -> None:
    """Between the look at its signature and the turn to write."""
    service.write(PORT="2")
    webhook = alarm.accept(ROLLBACK)
    alarm.accepting.delete(actor(), webhook.id)
    with pytest.raises(UnauthenticatedError):
        alarm.sound(webhook)
    assert service.history.one(PRODUCTION).number == 2
