"""Instances that follow an environment, and the service that hears them, without a network between."""

from dataclasses import replace
from datetime import timedelta

from app.domain.canary import Plan, Size
from app.domain.event import START, Event, EventKind, Reset
from app.domain.session import Answer, Heard, Reason, Session, SessionReport
from app.service.leases import Leases
from app.service.rollouts import Rollouts
from app.service.sessions import Sessions, verdict
from app.service.trials import Trials
from app.service.writing.intent import Intent, Revised
from app.store.testing.session_contract import INSTANCE
from support.configuration_service import PRODUCTION, Clock, Service, actor

BAKE = timedelta(seconds=30)
ONE = Plan(Size(1), BAKE)
POOL = "POOL_MIN must not exceed POOL_MAX"


class Fleet:
    """Instances that follow production, and the service that hears them."""

    def __init__(self, service: Service, clock: Clock, rollouts: Rollouts) -> None:
        self.service, self.clock, self.rollouts = service, clock, rollouts
        self.trials = Trials(service.store, clock)
        self.passed = 0.0
        self.leases = self.worker("worker-1")
        self.sessions = Sessions(service.store, service.reading, rollouts, clock, self.leases)
        self.all: list[Session] = []

    def worker(self, name: str) -> Leases:
        """Return a worker of the service."""
        return Leases(self.service.store, self.rollouts, self.clock, name, seconds=lambda: self.passed)

    def join(self, number: int) -> None:
        """Let instances join that serve what everyone is offered."""
        for _ in range(number):
            instance = replace(INSTANCE, id=f"{INSTANCE.id[:-3]}{len(self.all):03}", host=f"web-{len(self.all)}")
            (session,) = self.sessions.open(actor(), instance, {PRODUCTION: None})
            self.apply(session, self.trials.offers(PRODUCTION).to(session.id))
            self.all.append(session)

    def push(self, port: str, plan: Plan | None = ONE, *, at_once: bool = False) -> Revised:
        """Write a revision that is tried first."""
        current = self.service.store.read(lambda found: found.revisions.current(PRODUCTION))
        intent = Intent(PRODUCTION, current.number if current else None, canary=plan, at_once=at_once)
        return self.service.revising.replace(actor(), intent, {"PORT": port})

    def apply(self, session: Session, revision: int) -> None:
        """Let an instance serve a revision."""
        said = verdict(revision, Answer.APPLIED, self.clock())
        assert self.sessions.report([SessionReport([session.id], PRODUCTION, said)]) == [Heard([session.id], [])]

    def refuse(self, session: Session, revision: int, *messages: str) -> None:
        """Let an instance refuse a revision."""
        reasons = [Reason("conflicting-values", "", each) for each in messages or (POOL,)]
        said = verdict(revision, Answer.FAILED, self.clock(), reasons)
        assert self.sessions.report([SessionReport([session.id], PRODUCTION, said)]) == [Heard([session.id], [])]

    def wait(self, time: timedelta) -> None:
        """Let time pass, and a worker look what it has decided."""
        self.clock.forward(time)
        self.passed += time.total_seconds()
        self.leases.beat()

    def offered(self) -> list[int]:
        """Return what the sessions are offered, as their instances read and as people see it."""
        offers, offering = self.trials.offers(PRODUCTION), self.rollouts.offering(PRODUCTION)
        read = [offers.to(each.id) for each in self.all]
        found = {each.id: each for each in self.sessions.of(PRODUCTION)}
        assert [offering.to(found[each.id]) for each in self.all if each.id in found] == [
            offered for each, offered in zip(self.all, read, strict=True) if each.id in found
        ]
        return read

    def canary(self, revision: int = 2) -> Session:
        """Return the one that is offered a revision first."""
        (session,) = (each for each, offered in zip(self.all, self.offered(), strict=True) if offered == revision)
        return session

    def events(self) -> list[str]:
        """Return what watchers were told of revisions."""
        found = self.service.store.read(lambda each: each.events.after(START))
        assert not isinstance(found, Reset)
        kinds = {EventKind.REVISION, EventKind.CANARY, EventKind.ROLLED_BACK}
        return [_told(each) for each in found if each.happening.kind in kinds]

    def current(self) -> int:
        """Return what a start without a session reads."""
        return self.service.reading.read(actor(), PRODUCTION).revision.number

    def __str__(self) -> str:
        return str(self.rollouts.of(PRODUCTION))


def _told(event: Event) -> str:
    return f"{event.happening.kind} {event.happening.subject}"
