"""Receives reports of running instances: what they follow, what they say about a revision, and what they serve."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from uuid import uuid4

from app.domain.errors import DestroyedError, NotFoundError
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.session import (
    LONGEST_REASON,
    MOST_REASONS,
    Answer,
    Heard,
    Instance,
    Reason,
    Served,
    Session,
    SessionReport,
    Verdict,
)
from app.domain.webhooks.outgoing import Message, Topic
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
    """The sessions that this worker of the service opens and serves.

    Attributes:
        store: Where they are kept.
        reading: Knows the secrets of revisions, which are masked in what instances say.
        rollouts: Notifies watchers.
        clock: The time of day.
        leases: Holds the sessions of this process.
    """

    store: Store
    reading: Reading
    rollouts: Rollouts
    clock: Clock
    leases: Leases
    _reports: Batches[SessionReport, Heard] = field(init=False)

    def __post_init__(self) -> None:
        self._reports = Batches(self._store_reports)

    def open(self, actor: Actor, instance: Instance, serves: Mapping[Place, Served | None]) -> tuple[Session, ...]:
        """Open a session of an instance in each environment that it follows.

        Args:
            actor: The principal of the instance's token.
            instance: The process.
            serves: What it serves already in each environment; None for nothing yet.

        Raises:
            NotFoundError: One of the environments has no revision.
        """
        session_id, now = str(uuid4()), self.clock()

        def change(found: Transaction) -> tuple[frozenset[Place], Sequence[Session]]:
            self.leases.note(found)
            found.principals.remember(actor.principal)
            for place, told in serves.items():
                newest = found.revisions.newest(place)
                if newest is None:
                    message = f"there is no `{place}`"
                    raise NotFoundError(message)
                served = (
                    told if told and told.revision <= newest.number else None
                )  # a restored database may have lost some
                found.sessions.add(
                    Session(session_id, place, instance, actor.principal, now, None, served, self.leases.worker)
                )
            return self.rollouts.note(found, serves), found.sessions.named([session_id])

        untold, opened = self.store.write(change)
        self.rollouts.tell_later(untold)
        return tuple(opened)

    def named(self, session_id: str) -> tuple[Session, ...]:
        """Return a session in each environment that it follows.

        Raises:
            NotFoundError: There is no such session, or the service no longer has it: open a new one.
        """
        found = tuple(self.store.read(lambda each: each.sessions.named([session_id])))
        if not found:
            raise unknown_session()
        return found

    def close(self, session_id: str) -> None:
        """Delete a session whose instance has ended on purpose, without waiting for its lease to expire."""

        def change(found: Transaction) -> frozenset[Place]:
            places = [each.place for each in found.sessions.named([session_id])]
            found.sessions.remove(session_id)
            return self.rollouts.note(found, places)

        self.rollouts.tell_later(self.store.write(change))

    def of(self, place: Place, *, live: bool = False) -> Sequence[Session]:
        """Return the sessions of an environment, oldest instance first; only `live` ones, or all."""
        return self.store.read(lambda found: found.sessions.of(place, live=live))

    def report(self, reports: Sequence[SessionReport]) -> Sequence[Heard]:
        """Store what instances report; return what became of each report."""
        masks = _Masks(self.reading)
        return self._reports.put([_fit_to_keep(each, masks) for each in reports])

    def _store_reports(self, reports: Sequence[SessionReport]) -> Sequence[Heard]:
        def change(found: Transaction) -> tuple[list[Heard], frozenset[Place]]:
            newest = {place: found.revisions.newest(place) for place in {each.place for each in reports}}
            numbers = {place: revision.number for place, revision in newest.items() if revision}
            known = found.sessions.report(each for each in reports if each.newest <= numbers.get(each.place, 0))
            answers = [_heard(each, numbers, known) for each in reports]
            heard = [each for each, answer in zip(reports, answers, strict=True) if answer.stored]
            self._announce_refusals(found, heard)
            untold = self.rollouts.note(found, {each.place for each in heard})
            return answers, untold

        answers, untold = self.store.write(change)
        self.rollouts.tell_later(untold)
        return answers

    def _announce_refusals(self, found: Transaction, heard: Iterable[SessionReport]) -> None:
        """Send webhooks about refused newest revisions; an instance can say anything about any number."""
        refused = {
            (each.place, each.verdict.revision)
            for each in heard
            if each.verdict is not None and each.verdict.answer is Answer.FAILED
        }
        for place, number in sorted(refused):
            offered = offering(found, place)
            if number in {offered.current, offered.canary.revision if offered.canary else None}:
                announce(found, Message(Topic.REFUSED, self.clock(), place, number))


@dataclass(frozen=True, slots=True)
class _Masks:
    """Masks the reasons in one request; what many instances say alike is masked once."""

    reading: Reading
    _masks: dict[tuple[Place, frozenset[int | None]], Callable[[str], str] | None] = field(default_factory=dict)

    def masked(self, place: Place, verdict: Verdict, served: Served | None) -> Sequence[Reason]:
        """Return the reasons without the secrets of the instance; none if those are not known."""
        # It has the secrets of other revisions, too, not only of the one that it refuses.
        numbers = frozenset({verdict.revision, served.revision if served else None, None})
        if (place, numbers) not in self._masks:
            self._masks[place, numbers] = self._mask(place, numbers)
        mask = self._masks[place, numbers]
        if mask is None:
            return (_WITHHELD,)
        told = verdict.reasons[:MOST_REASONS]
        return [Reason(mask(each.rule), mask(each.variable), mask(each.message)) for each in told]

    def _mask(self, place: Place, numbers: frozenset[int | None]) -> Callable[[str], str] | None:
        try:
            masks = Redactor({each for number in numbers for each in self.reading.secrets(place, number)})
        except (NotFoundError, DestroyedError):  # an instance can say anything about any number
            return None
        return cache(lambda text: masks.redact(text)[:LONGEST_REASON])


def unknown_session() -> NotFoundError:
    """Return the error for a session that does not exist."""
    return NotFoundError("there is no session with this id; open a new one")


def verdict(revision: int, answer: Answer, at: datetime, reasons: Iterable[Reason] = ()) -> Verdict:
    """Return a verdict; only a refusal has reasons."""
    return Verdict(revision, answer, at, tuple(reasons) if answer is Answer.FAILED else ())


def _fit_to_keep(report: SessionReport, masks: _Masks) -> SessionReport:
    """Return `report` within limits, with secrets masked; what was applied is served."""
    verdict, served = report.verdict, report.serves
    if verdict is None:
        return report
    if served is None and verdict.answer is Answer.APPLIED:
        served = Served(verdict.revision, verdict.at)
    if verdict.reasons:
        verdict = replace(verdict, reasons=tuple(masks.masked(report.place, verdict, served)))
    return replace(report, verdict=verdict, serves=served)


def _heard(report: SessionReport, numbers: Mapping[Place, int], known: Mapping[Place, Collection[str]]) -> Heard:
    if report.place in numbers and report.newest > numbers[report.place]:
        return Heard(no_revision=report.sessions)
    there = known.get(report.place, ())
    stored = [each for each in report.sessions if each in there]
    return Heard(stored, unknown=[each for each in report.sessions if each not in there])
