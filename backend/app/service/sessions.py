"""Hears the running instances: which follow an environment, what they say of a revision, and what they serve."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from app.domain.errors import DestroyedError, NotFoundError
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.session import (
    LONGEST_REASON,
    MOST_REASONS,
    Answer,
    Instance,
    Reason,
    Served,
    Session,
    SessionReport,
    Verdict,
)
from app.domain.webhook import Message, Topic
from app.service.batches import Batches
from app.service.leases import Leases
from app.service.ports import Clock, Store, Transaction
from app.service.reading import Reading
from app.service.rollouts import Rollouts
from app.service.trials import offering
from app.service.webhooks.announcing import announce
from setpoint.text.mask import Redactor

_WITHHELD = Reason(
    "withheld", "", "the reasons are withheld: the values of this revision are gone, and can't be masked"
)


@dataclass(slots=True)
class Sessions:
    """The sessions that this worker of the service opens and hears.

    Attributes:
        store: Where they are kept.
        reading: Knows the secrets of revisions, which are masked in what instances say.
        rollouts: Tells watchers.
        clock: The time of day.
        leases: Hold the sessions of this process.
    """

    store: Store
    reading: Reading
    rollouts: Rollouts
    clock: Clock
    leases: Leases
    _reports: Batches[SessionReport, bool] = field(init=False)

    def __post_init__(self) -> None:
        self._reports = Batches(self._store_reports)

    def open(self, actor: Actor, instance: Instance, serves: Mapping[Place, Served | None]) -> tuple[Session, ...]:
        """Open a session of an instance in each environment that it follows.

        Args:
            actor: Whose token the instance has.
            instance: The process.
            serves: What it serves already in each environment; None for nothing yet.

        Raises:
            NotFoundError: One of the environments has no revision.
        """
        session_id, now = str(uuid4()), self.clock()
        new = tuple(
            Session(session_id, place, instance, actor.principal, now, serves=served, held_by=self.leases.worker)
            for place, served in serves.items()
        )

        def change(found: Transaction) -> tuple[frozenset[Place], Sequence[Session]]:
            self.leases.note(found)
            for session in new:
                if found.revisions.current(session.place) is None:
                    message = f"there is no `{session.place}`"
                    raise NotFoundError(message)
                found.principals.remember(session.principal)
                found.sessions.add(session)
            return self.rollouts.note(found, serves), found.sessions.named([session_id])

        untold, opened = self.store.write(change)
        self.rollouts.tell_later(untold)
        return tuple(opened)

    def named(self, session_id: str) -> tuple[Session, ...]:
        """Return a session in each environment that it follows.

        Raises:
            NotFoundError: There is no such session, or the service has forgotten it: open a new one.
        """
        found = tuple(self.store.read(lambda each: each.sessions.named([session_id])))
        if not found:
            raise unknown_session(session_id)
        return found

    def close(self, session_id: str) -> None:
        """Forget a session whose instance has ended on purpose; nobody has to wait until its lease is over."""

        def change(found: Transaction) -> frozenset[Place]:
            places = [each.place for each in found.sessions.named([session_id])]
            found.sessions.remove(session_id)
            return self.rollouts.note(found, places)

        self.rollouts.tell_later(self.store.write(change))

    def of(self, place: Place, *, live: bool = False) -> Sequence[Session]:
        """Return the sessions of an environment, the oldest instance first; `live` ones alone, or all."""
        return self.store.read(lambda found: found.sessions.of(place, live=live))

    def report(self, reports: Sequence[SessionReport]) -> Sequence[bool]:
        """Store what instances tell; return of each report whether its session is known."""
        return self._reports.put([self._fit_to_keep(each) for each in reports])

    def _fit_to_keep(self, report: SessionReport) -> SessionReport:
        """Return `report` within bounds, with secrets masked; what was applied is served."""
        verdict = report.verdict
        if verdict is None:
            return report
        served = report.serves
        if served is None and verdict.answer is Answer.APPLIED:
            served = Served(verdict.revision, verdict.at)
        if verdict.reasons:
            verdict = replace(verdict, reasons=self._fit_to_show(report.place, verdict, served))
        return replace(report, verdict=verdict, serves=served)

    def _fit_to_show(self, place: Place, verdict: Verdict, served: Served | None) -> tuple[Reason, ...]:
        """Return the reasons without the secrets that an instance has; none where nobody knows what those are."""
        numbers = {verdict.revision, served.revision if served else None, None}  # it has more than the one it refuses
        try:
            masks = Redactor({each for number in numbers for each in self.reading.secrets(place, number)})
        except (NotFoundError, DestroyedError):  # an instance can say anything of any number
            return (_WITHHELD,)
        return tuple(_masked(reason, masks) for reason in verdict.reasons[:MOST_REASONS])

    def _store_reports(self, reports: Sequence[SessionReport]) -> Sequence[bool]:
        def change(found: Transaction) -> tuple[list[bool], frozenset[Place]]:
            known = {(each.id, each.place): each for each in found.sessions.named({each.session for each in reports})}
            heard = [each for each in reports if (each.session, each.place) in known]
            found.sessions.report(_since(known[each.session, each.place], each) for each in heard)
            self._announce_refusals(found, heard)
            untold = self.rollouts.note(found, {each.place for each in heard})
            return [(each.session, each.place) in known for each in reports], untold

        answers, untold = self.store.write(change)
        self.rollouts.tell_later(untold)
        return answers

    def _announce_refusals(self, found: Transaction, heard: Iterable[SessionReport]) -> None:
        """Have webhooks tell of newest revisions that instances refuse; an instance can say anything of any number."""
        refused = {
            (each.place, each.verdict.revision)
            for each in heard
            if each.verdict is not None and each.verdict.answer is Answer.FAILED
        }
        for place, number in sorted(refused):
            offered = offering(found, place)
            if number in {offered.current, offered.canary.revision if offered.canary else None}:
                announce(found, Message(Topic.REFUSED, self.clock(), place, number))


def unknown_session(session_id: str) -> NotFoundError:
    """Return the refusal of a session that there is not."""
    return NotFoundError(f"there is no session `{session_id}`; open a new one")


def verdict(revision: int, answer: Answer, at: datetime, reasons: Iterable[Reason] = ()) -> Verdict:
    """Return a verdict; only a refusal has reasons."""
    return Verdict(revision, answer, at, tuple(reasons) if answer is Answer.FAILED else ())


def _since(session: Session, report: SessionReport) -> SessionReport:
    """Return `report` with the time since when it serves what it served before already."""
    before, now = session.serves, report.serves
    if before is None or now is None or (before.revision, before.source) != (now.revision, now.source):
        return report
    return replace(report, serves=replace(now, since=before.since))


def _masked(reason: Reason, masks: Redactor) -> Reason:
    return Reason(
        masks.redact(reason.rule)[:LONGEST_REASON],
        masks.redact(reason.variable)[:LONGEST_REASON],
        masks.redact(reason.message)[:LONGEST_REASON],
    )
