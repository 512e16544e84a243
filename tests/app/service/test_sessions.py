from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.domain.errors import InvalidError, NotFoundError
from app.domain.event import EventKind, Reset
from app.domain.session import Answer, Heard, Instance, Reason, Served, ServedFrom, Session, SessionReport, State
from app.service.leases import GRACE_SECONDS, Leases
from app.service.rollouts import Rollouts
from app.service.sessions import Sessions, verdict
from app.service.writing.intent import Intent
from app.store.repositories.sessions import TOLD_EVERY
from app.store.testing.session_contract import INSTANCE
from support.configuration_service import CONTRACT, PRODUCTION, STAGING, Clock, Service, actor
from support.small_contract import contract

CANARY = "canary-8f2c1b7e"


@pytest.fixture
def rollouts(service: Service) -> Iterator[Rollouts]:
    with closing(Rollouts(service.store, lambda: datetime.now(UTC))) as made:
        yield made


@dataclass
class Seconds:
    """A clock that never jumps, which tests move."""

    passed: float = 0.0

    def __call__(self) -> float:
        """Return what has passed."""
        return self.passed


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def leases(service: Service, rollouts: Rollouts, clock: Clock, seconds: Seconds) -> Leases:
    return Leases(service.store, rollouts, clock, "worker-1", seconds)


@pytest.fixture
def sessions(service: Service, rollouts: Rollouts, clock: Clock, leases: Leases) -> Sessions:
    return Sessions(service.store, service.reading, rollouts, clock, leases)


def opened(sessions: Sessions, number: int = 7) -> Session:
    (session,) = sessions.open(actor(), _instance(number), {PRODUCTION: None})
    return session


def refuse(sessions: Sessions, session: Session, revision: int, message: str) -> None:
    said = verdict(revision, Answer.FAILED, sessions.clock(), [Reason("invalid-value", "", message)])
    assert sessions.report([SessionReport([session.id], PRODUCTION, said)]) == [Heard([session.id], [])]


def apply(sessions: Sessions, session: Session, revision: int) -> None:
    said = verdict(revision, Answer.APPLIED, sessions.clock())
    assert sessions.report([SessionReport([session.id], PRODUCTION, said)]) == [Heard([session.id], [])]


def _instance(number: int) -> Instance:
    return replace(INSTANCE, id=INSTANCE.id[:-1] + str(number))


def test_the_line_that_no_other_system_can_print(service: Service, sessions: Sessions, rollouts: Rollouts) -> None:
    """Two of three refuse for a reason that no schema can express; each goes on with what it served."""
    for number in (1, 2):
        service.write(PORT=str(number))
    three = [opened(sessions, number) for number in range(3)]
    for session in three:
        apply(sessions, session, 1)
    for session in three[:2]:
        refuse(sessions, session, 2, "POOL_MIN must not exceed POOL_MAX")
    apply(sessions, three[2], 2)
    assert str(rollouts.of(PRODUCTION)) == (
        "2 of 3 instances refused revision 2: POOL_MIN must not exceed POOL_MAX; still serving 1"
    )
    assert [each.state(2) for each in sessions.of(PRODUCTION)] == [State.FAILED, State.FAILED, State.SYNCED]


def test_the_secrets_of_a_revision_are_masked_in_what_instances_say(service: Service, sessions: Sessions) -> None:
    """Whoever sends them, and in each part of a reason."""
    service.write(PORT="1", API_KEY=CANARY)
    session = opened(sessions)
    reason = Reason(f"rule-{CANARY}", CANARY, f"the key {CANARY} is weak, and so is {CANARY.upper()}")
    said = verdict(1, Answer.FAILED, sessions.clock(), [reason])
    sessions.report([SessionReport([session.id], PRODUCTION, said)])
    assert CANARY not in str(sessions.of(PRODUCTION)).lower()
    assert "is weak" in str(sessions.of(PRODUCTION))


def test_a_verdict_on_a_revision_whose_values_nobody_knows_is_kept_without_its_reasons(
    service: Service, sessions: Sessions
) -> None:
    """Nothing can be masked in them."""
    service.write(PORT="1", API_KEY=CANARY)
    service.write(PORT="2", API_KEY="other")
    service.history.destroy(actor(), PRODUCTION, 1, "leaked")
    session = opened(sessions)
    refuse(sessions, session, 1, f"the key {CANARY} is weak")
    (kept,) = sessions.named(session.id)
    assert kept.attempted is not None
    assert (kept.attempted.revision, kept.state(2)) == (1, State.STALE)
    assert CANARY not in str(kept)


def test_what_is_said_of_a_revision_that_does_not_exist_is_not_kept(service: Service, sessions: Sessions) -> None:
    """Or the next one would count as applied, or as refused, before anybody was offered it."""
    service.write(PORT="1")
    (session,) = sessions.open(actor(), INSTANCE, {PRODUCTION: Served(2, sessions.clock())})
    assert session.serves is None
    for told in (verdict(2, Answer.APPLIED, sessions.clock()), verdict(2, Answer.FAILED, sessions.clock())):
        assert sessions.report([SessionReport([session.id], PRODUCTION, told)]) == [Heard(no_revision=[session.id])]
    served = SessionReport([session.id], PRODUCTION, serves=Served(2, sessions.clock()))
    assert sessions.report([served]) == [Heard(no_revision=[session.id])]
    assert sessions.named(session.id) == (session,)


def test_what_is_served_is_told_with_the_time_since_when(service: Service, sessions: Sessions) -> None:
    """A second report of the same revision does not begin anew, another source does."""
    service.write(PORT="1")
    session = opened(sessions)
    apply(sessions, session, 1)
    first = sessions.named(session.id)[0].serves
    apply(sessions, session, 1)
    assert sessions.named(session.id)[0].serves == first
    cached = Served(1, sessions.clock(), ServedFrom.CACHE)
    sessions.report([SessionReport([session.id], PRODUCTION, serves=cached)])
    assert sessions.named(session.id)[0].serves == cached


def test_a_session_needs_an_environment_that_is_there(service: Service, sessions: Sessions) -> None:
    """In all that it names, or it is opened in none."""
    service.write(PORT="1")
    with pytest.raises(NotFoundError, match="there is no `billing/staging`"):
        sessions.open(actor(), INSTANCE, {PRODUCTION: None, STAGING: None})
    assert sessions.of(PRODUCTION) == []
    with pytest.raises(NotFoundError, match="open a new one"):
        sessions.named("none")


def test_a_report_tells_of_which_sessions_nothing_is_known(service: Service, sessions: Sessions) -> None:
    """So that those instances open new ones."""
    service.write(PORT="1")
    session = opened(sessions)
    said = verdict(1, Answer.APPLIED, sessions.clock())
    reports = [
        SessionReport(["gone", session.id], PRODUCTION, said),
        SessionReport([session.id], STAGING, said),
    ]
    assert sessions.report(reports) == [Heard([session.id], ["gone"]), Heard([], [session.id])]


def test_watchers_are_told_a_few_times_a_second_and_of_the_last_answer(service: Service, sessions: Sessions) -> None:
    """However many instances answer at once: what comes too early is told a moment later."""
    service.write(PORT="1")
    started = service.store.position()
    session = opened(sessions)
    for _ in range(20):
        apply(sessions, session, 1)
    answered = datetime.now(UTC)
    position, times = started, list[datetime]()
    while not times or times[-1] < answered:
        position = service.store.wait(position, timeout=20)
        events = service.store.read(lambda found: found.events.after(started))
        assert not isinstance(events, Reset)
        assert {each.happening.kind for each in events} <= {EventKind.ROLLOUT}
        times = [each.happening.at for each in events]
    assert all(later - earlier >= TOLD_EVERY for earlier, later in pairwise(times))
    assert len(times) < 20


def live(sessions: Sessions) -> list[str]:
    return [each.id for each in sessions.of(PRODUCTION, live=True)]


def test_an_open_stream_is_the_lease(service: Service, sessions: Sessions, leases: Leases, seconds: Seconds) -> None:
    """An instance without one counts as gone after a while, and comes back when it connects."""
    service.write(PORT="1")
    session = opened(sessions)
    leases.begin(session.id)
    leases.begin(session.id)
    leases.end(session.id)
    seconds.passed += 10 * GRACE_SECONDS
    leases.beat()
    assert [each.held_by for each in sessions.of(PRODUCTION)] == ["worker-1"]
    leases.end(session.id)
    seconds.passed += GRACE_SECONDS
    leases.beat()
    assert live(sessions) == []
    assert sessions.of(PRODUCTION)[0].state(1) is State.EXPIRED
    leases.begin(session.id)
    leases.beat()
    assert live(sessions) == [session.id]
    leases.close()


def test_the_sessions_of_a_worker_that_was_killed_end_after_a_while(
    service: Service, sessions: Sessions, rollouts: Rollouts, clock: Clock, seconds: Seconds
) -> None:
    """Another worker notices, unless the instance has come to it meanwhile."""
    service.write(PORT="1")
    stays, comes = opened(sessions, 1), opened(sessions, 2)
    other = Leases(service.store, rollouts, clock, "worker-2", seconds)
    other.begin(comes.id)
    other.close()
    other.beat()
    seconds.passed += GRACE_SECONDS
    other.beat()
    assert live(sessions) == [stays.id, comes.id]
    seconds.passed += 1
    other.beat()
    assert live(sessions) == [comes.id]
    assert [each.id for each in sessions.of(PRODUCTION)] == [stays.id, comes.id]


def test_the_secrets_that_an_instance_still_serves_are_masked_too(service: Service, sessions: Sessions) -> None:
    """While it refuses a revision, and whichever number it says that it refuses."""
    old, new = "canary-5d3c9a71", "canary-b7724f10"
    service.write(PORT="1", API_KEY=old)
    service.write(PORT="1", API_KEY=new)
    session = opened(sessions)
    apply(sessions, session, 1)
    for revision in (1, 2):
        said = verdict(revision, Answer.FAILED, sessions.clock(), [Reason("x", "", f"{old} is closed, {new} is not")])
        served = Served(1, sessions.clock())
        assert sessions.report([SessionReport([session.id], PRODUCTION, said, served)]) == [Heard([session.id], [])]
        (found,) = sessions.of(PRODUCTION)
        assert found.attempted is not None
        assert found.attempted.reasons[0].message == "******** is closed, ******** is not"


def test_a_worker_without_sessions_says_that_it_runs_too(
    service: Service, sessions: Sessions, leases: Leases, seconds: Seconds
) -> None:
    """Or nobody would bury the sessions of a service that was killed together with all instances."""
    service.write(PORT="1")
    opened(sessions, 1)
    other = Leases(service.store, leases.rollouts, leases.clock, "worker-2", seconds)
    other.start()
    other.close()
    assert "worker-2" in service.store.read(lambda found: found.sessions.beats())
    seconds.passed += GRACE_SECONDS + 1
    other.beat()
    assert live(sessions) == []


def test_a_clock_that_jumps_ends_no_session_and_keeps_none(
    service: Service, sessions: Sessions, leases: Leases, clock: Clock, seconds: Seconds
) -> None:
    """Neither that of one worker nor that of all; a worker that is silent is noticed all the same."""
    service.write(PORT="1")
    ours = opened(sessions, 1)
    its_clock = Clock(clock.now)
    other = Leases(service.store, leases.rollouts, its_clock, "worker-2", seconds)
    theirs = opened(Sessions(service.store, service.reading, other.rollouts, its_clock, other), 2)
    for hours in (1, -2):
        for moved in (clock, its_clock):
            moved.forward(timedelta(hours=hours))
            for worker in (leases, other, leases):
                worker.beat()
                seconds.passed += 5
    assert live(sessions) == [ours.id, theirs.id]
    for _ in range(8):
        leases.beat()
        seconds.passed += 5
    assert live(sessions) == [ours.id]


def test_a_worker_that_was_given_up_too_early_holds_its_sessions_again(
    service: Service, sessions: Sessions, leases: Leases, seconds: Seconds
) -> None:
    """One that was stopped for a while, or cut off from the database; also where a new session is its first word."""
    service.write(PORT="1")
    session = opened(sessions, 1)
    leases.begin(session.id)
    leases.close()
    leases.beat()
    other = Leases(service.store, leases.rollouts, leases.clock, "worker-2", seconds)
    for _ in range(2):
        other.beat()
        seconds.passed += GRACE_SECONDS + 1
    other.beat()
    assert live(sessions) == []
    newest = opened(sessions, 2)
    leases.beat()
    assert live(sessions) == [session.id, newest.id]


def test_a_write_is_checked_against_what_live_instances_run(service: Service, sessions: Sessions) -> None:
    """The schema is pushed first, then the release is deployed, then the revision is written."""
    service.write(PORT="1")
    old = replace(INSTANCE, schema=CONTRACT.digest)
    sessions.open(actor(), old, {PRODUCTION: None})
    sessions.open(actor(), replace(old, id=INSTANCE.id[:-1] + "8"), {PRODUCTION: None})
    newer = contract(PORT="text", DEBUG="truth", API_KEY="secret", NAME="text", POOL_MAX="integer")
    service.push(newer, "billing@1.9")
    with pytest.raises(InvalidError) as refused:
        service.write(PORT="http", POOL_MAX="3", DEBUG="maybe")
    assert [(each.variable, each.message) for each in refused.value.problems] == [
        ("POOL_MAX", f"2 live instances run schema {CONTRACT.digest[:15]}… (1.0), which does not know `POOL_MAX`"),
        ("PORT", f"2 live instances run schema {CONTRACT.digest[:15]}… (1.0): `PORT` is not an integer"),
        ("DEBUG", "`DEBUG` is neither true nor false"),
    ]
    intent = Intent(PRODUCTION, 1, ignore_live=True)
    assert service.revising.replace(actor(), intent, {"PORT": "http", "POOL_MAX": "3"}).changed
    for number in ("7", "8"):
        deployed = replace(old, id=INSTANCE.id[:-1] + number, schema=newer.digest)
        sessions.open(actor(), deployed, {PRODUCTION: None})
    assert service.write(PORT="https", POOL_MAX="3") == 3
