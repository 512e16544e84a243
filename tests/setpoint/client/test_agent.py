"""How an instance follows the real service, whatever a network does to what it hears."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.store.testing.examples import OLD_KEY
from setpoint.client.agent import Agent
from setpoint.client.class_process import Outcome, Reason
from setpoint.client.connection import Connection
from setpoint.client.login import Login
from setpoint.client.place import Place
from setpoint.client.session import Offer, ServiceSession, reasons_json, served_json
from support.canned_server import canned, canned_server
from support.followed_environment import Billing
from support.fresh_database import fresh_database
from support.service_over_http import service_over_http
from support.tampering_proxy import Tampering, cut_within, delayed_by_one, doubled, tampering_proxy
from support.waiting import eventually


@pytest.fixture
def billing(tmp_path: Path) -> Iterator[Billing]:
    """The service with an app that has a schema and a revision."""
    with service_over_http(fresh_database(tmp_path), OLD_KEY) as service:
        made = Billing(service.url, service.admin)
        made.write(POOL_MAX="1")
        yield made


@dataclass
class Instance:
    """An instance that takes everything.

    Attributes:
        agent: What follows.
        taken: The revisions that it was handed, in order.
        said: What people were told.
    """

    agent: Agent
    taken: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@contextmanager
def instance(url: str, token: str) -> Iterator[Instance]:
    """Follow production until the end of the context."""
    session = ServiceSession(Connection(Login(url, token)), Place("billing", "production"))
    made = Instance(Agent(session, lambda _: Outcome(), lambda _: None, lambda _: None, str))

    def take(offer: Offer) -> None:
        made.taken.append(offer.revision)
        made.agent.report({"revision": offer.revision, "verdict": "APPLIED"})

    made.agent.hand_on, made.agent.say = take, made.said.append
    made.agent.start()
    try:
        yield made
    finally:
        made.agent.finish(10)


@pytest.mark.parametrize("tampering", [doubled, delayed_by_one])
def test_events_that_come_twice_or_in_another_order_change_nothing(billing: Billing, tampering: Tampering) -> None:
    """They only say that there may be something new: each revision is taken once, and the newest at the end."""
    with tampering_proxy(billing.url, tampering) as proxy, instance(proxy.url, billing.token) as following:
        billing.wait_for("the instance serves revision 1")
        for number in range(2, 6):
            billing.write(POOL_MAX=str(number))
        if tampering is delayed_by_one:  # the last event waits for another one
            eventually(lambda: following.taken[-1] >= 4)
            billing.write(POOL_MAX="5")
            eventually(lambda: following.taken[-1] >= 5)
        else:
            billing.wait_for("the instance serves revision 5")
        assert following.taken == sorted(set(following.taken))
        assert following.said == []


def test_a_stream_that_breaks_off_within_an_event_is_gone_on_with(billing: Billing) -> None:
    """From the last event that was whole, after a random part of what the service asks for."""
    cut = cut_within(b"event: revision")
    with tampering_proxy(billing.url, cut) as proxy, instance(proxy.url, billing.token) as following:
        billing.wait_for("the instance serves revision 1")
        billing.write(POOL_MAX="2")
        billing.wait_for("the instance serves revision 2")
        assert following.taken == [1, 2]
        first, second = proxy.streams
        assert (first, bool(second)) == ("", True)


def test_what_ends_ends_at_once(billing: Billing) -> None:
    """Also its stream, on which nothing is heard for a quarter of a minute."""
    with instance(billing.url, billing.token) as following:
        billing.wait_for("the instance serves revision 1")
        before = time.monotonic()
        following.agent.finish(10)
        assert time.monotonic() - before < 9
        assert not any(each.is_alive() for each in following.agent._threads)
        assert billing.sessions == []


def test_a_verdict_that_is_never_taken_is_not_sent_for_ever(billing: Billing) -> None:
    """It is told as a line, and the next one is sent."""
    with instance(billing.url, billing.token) as following:
        billing.wait_for("the instance serves revision 1")
        following.agent.report({"revision": 0, "verdict": "APPLIED"})
        eventually(lambda: following.said)
        following.agent.report({"revision": 1, "verdict": "FAILED", "errors": reasons_json([TOO_LONG] * 2_000)})
        eventually(lambda: "refused revision 1" in billing.rollout)


def test_a_verdict_that_comes_after_a_newer_one_does_not_replace_it(billing: Billing) -> None:
    """A command may take a minute to start, and the revision after that is refused meanwhile: it stays refused."""
    with instance(billing.url, billing.token) as following:
        billing.wait_for("the instance serves revision 1")
        handed = list[Offer]()
        following.agent.hand_on = handed.append
        following.agent.judge = lambda offer: Outcome((TOO_LONG,) if offer.revision == 3 else ())
        billing.write(POOL_MAX="2")
        (second,) = eventually(lambda: handed)
        billing.write(POOL_MAX="3")
        eventually(lambda: "refused revision 3" in billing.rollout)
        following.agent.report({"revision": 2, "verdict": "APPLIED"}, served_json(second, "service"))
        eventually(lambda: "still serving 2" in billing.rollout)
        assert "refused revision 3" in billing.rollout
        following.agent.judge = lambda _: Outcome()
        billing.write(POOL_MAX="4")
        fourth = eventually(lambda: handed[1:])[0]
        following.agent.report({"revision": 4, "verdict": "APPLIED"}, served_json(fourth, "service"))
        billing.wait_for("the instance serves revision 4")


TOO_LONG = Reason("r" * 1_000, "V" * 1_000, "m" * 100_000)


def test_an_answer_that_nobody_can_read_ends_no_thread(billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever comes from outside, and whatever the app's own code does: it is tried again."""
    failures = [KeyError("variables"), ZeroDivisionError()]

    def judge(_: Offer) -> Outcome:
        if failures:
            raise failures.pop()
        return Outcome()

    monkeypatch.setattr("setpoint.client.agent._LONGEST_UNTIL_TRIED_AGAIN", 0.1)
    with instance(billing.url, billing.token) as following:
        following.agent.judge = judge
        billing.write(POOL_MAX="2")
        billing.wait_for("the instance serves revision 2")
        assert failures == []
        assert any("(KeyError)" in line or "(ZeroDivisionError)" in line for line in following.said)


def test_a_service_that_asks_for_time_is_left_alone_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a random moment longer, because the others were told the same; nobody waits for days."""
    answer = canned("429 Too Many Requests", "application/problem+json", '{"detail": "no"}', "Retry-After: 99999")
    with canned_server(answer) as server:
        session = ServiceSession(Connection(Login(server.url, "sp_x")), Place("billing", "production"))
        agent = Agent(session, lambda _: Outcome(), lambda _: None, lambda _: None, str)
        monkeypatch.setattr("setpoint.client.agent.random.uniform", lambda _, longest: longest)
        pauses: list[float] = []

        def note(seconds: float) -> None:
            pauses.append(seconds)
            agent._ended.set()

        monkeypatch.setattr(agent._ended, "wait", note)
        agent._follow()
    assert pauses == [600 + 3]
