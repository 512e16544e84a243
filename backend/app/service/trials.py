"""Tries a revision on some instances before everyone is offered it, and rolls it back if one fails."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.audit import SERVICE, Action, AuditEntry, entry
from app.domain.canary import Canary, Offering, Plan, Stage, picked
from app.domain.errors import ConflictError, InvalidError, NotFoundError
from app.domain.event import EventKind, Happening
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.revision import LONGEST_MESSAGE, Revision
from app.domain.rollout import advanced, ended
from app.domain.validation import text_problems
from app.domain.webhooks.outgoing import Message, Topic
from app.service.ports import Clock, Store, Transaction
from app.service.remembered import Remembered
from app.service.webhooks.announcing import announce


@dataclass(frozen=True, slots=True)
class Offers:
    """What the instances of an environment are offered, and which of them are the canaries of the newest trial."""

    offering: Offering
    revision: int = 0
    canaries: frozenset[str] = frozenset()

    def to(self, session_id: str) -> int:
        """Return the number of the revision that a session is offered; an unknown session is not a canary."""
        return self.offering.to_canaries if session_id in self.canaries else self.offering.current

    def concern(self, session_id: str, revision: int) -> bool:
        """Return whether a trial of `revision` involves, or may have involved, a session: older trials are not kept."""
        return revision != self.revision or session_id in self.canaries


@dataclass(slots=True)
class Trials:
    """Trials of revisions that people end, and the plans of environments for them."""

    store: Store
    clock: Clock
    _known: Remembered[Offers] = field(init=False)

    def __post_init__(self) -> None:
        self._known = Remembered(self.store)

    def promote(self, actor: Actor, place: Place, revision: int) -> None:
        """Offer everyone a revision that is on trial, whatever its canaries say.

        Raises:
            ConflictError: It is not on trial.
        """

        def change(found: Transaction) -> None:
            now = self.clock()
            over = ended(_on_trial(found, place, revision), Stage.COMPLETE, now)
            _end(found, over, entry(actor, Action.ROLLOUT_COMPLETE, now, place.app, place.environment))

        self.store.write(change)

    def abort(self, actor: Actor, place: Place, revision: int, message: str = "") -> None:
        """Roll back a revision that is on trial.

        Raises:
            ConflictError: It is not on trial.
            InvalidError: The message is too long.
        """
        if problems := text_problems("message", message, LONGEST_MESSAGE):
            raise InvalidError(problems)

        self.store.write(
            lambda found: take_back(found, actor, _on_trial(found, place, revision), self.clock(), message)
        )

    def plan(self, place: Place) -> Plan | None:
        """Return how an environment tries revisions by default; None if it does not.

        Raises:
            NotFoundError: There is no such environment.
        """

        def ask(found: Transaction) -> Plan | None:
            offering(found, place)
            return found.canaries.plan(place)

        return self.store.read(ask)

    def set_plan(self, actor: Actor, place: Place, plan: Plan | None) -> None:
        """Store how an environment tries revisions by default.

        Raises:
            NotFoundError: There is no such environment.
        """

        def change(found: Transaction) -> None:
            offering(found, place)
            found.canaries.set_plan(place, plan)
            detail = {"canary": str(plan.size), "bake": plan.bake.total_seconds()} if plan else {"canary": "off"}
            told = entry(actor, Action.ROLLOUT_PLAN, self.clock(), place.app, place.environment, detail=detail)
            found.audit.record(told)

        self.store.write(change)

    def offers(self, place: Place) -> Offers:
        """Return what the instances of an environment are offered; cheap enough to ask for each of them.

        Raises:
            NotFoundError: There is no such environment.
        """
        return self._known.get(place, lambda: self.store.read(lambda found: _offers(found, place)))


def offering(found: Transaction, place: Place) -> Offering:
    """Return what the instances of an environment are offered.

    Raises:
        NotFoundError: There is no such environment.
    """
    current, canary = found.revisions.current(place), found.canaries.latest(place)
    if current is None:
        message = f"there is no `{place}`"
        raise NotFoundError(message)
    is_newest = canary is not None and canary.revision > current.number
    return Offering(current.number, canary if is_newest else None)


def on_trial(found: Transaction, place: Place) -> Canary | None:
    """Return the revision that is on trial in an environment; None if there is none."""
    newest = found.revisions.newest(place)  # nothing can be written after a revision on trial
    canary = found.canaries.latest(place) if newest is not None and newest.stage.is_trial else None
    return canary if canary is not None and canary.stage.is_trial else None


def being_tried(canary: Canary) -> ConflictError:
    """Return why nothing else can be written while a revision is on trial."""
    place, number = canary.place, canary.revision
    who = "1 instance tries" if canary.instances == 1 else f"{canary.instances} instances try"
    message = (
        f"{who} revision {number} of `{place}`, and nothing else can be written until that ends;"
        f" `setpoint rollout promote {place}` or `setpoint rollout abort {place}` ends it now"
    )
    return ConflictError(message)


def canaries_for(found: Transaction, place: Place, plan: Plan | None) -> Sequence[str]:
    """Return the ids of the sessions to offer the next revision first; none if everyone is offered it at once."""
    current = found.revisions.current(place)
    if plan is None or current is None:
        return ()
    candidates = found.sessions.candidates(place, current.number)
    return [each.session for each in picked(candidates, plan.size, current.number)]


def begin(found: Transaction, revision: Revision, plan: Plan, canaries: Sequence[str]) -> Canary:
    """Store that `canaries` are offered a revision first; if there is no instance, everyone is."""
    now = revision.made_at
    canary = Canary(revision.place, revision.number, plan, len(canaries), revision.stage, now)
    if not revision.stage.is_trial:
        canary = ended(canary, Stage.COMPLETE, now)
    found.canaries.put(canary)
    found.sessions.pick(revision.place, canaries, revision.number)
    return canary


def advance(found: Transaction, canary: Canary, now: datetime) -> None:
    """Store the stage of a revision on trial, and end the trial if that decides it."""
    reached = advanced(canary, found.sessions.picked(canary.place, canary.revision), now)
    if reached == canary:
        return
    if reached.stage.is_trial:
        found.canaries.put(reached)
        return
    is_good = reached.stage is Stage.COMPLETE
    action = Action.ROLLOUT_COMPLETE if is_good else Action.ROLLOUT_ROLL_BACK
    _end(found, reached, AuditEntry(action, now, SERVICE, "", canary.place.app, canary.place.environment))


def take_back(found: Transaction, actor: Actor, canary: Canary, now: datetime, message: str = "") -> None:
    """Roll back a revision that is on trial, because somebody says so."""
    reason = f"aborted by {actor.principal.name}{f': {message}' if message else ''}"
    over, place = ended(canary, Stage.ROLLED_BACK, now, reason), canary.place
    _end(found, over, entry(actor, Action.ROLLOUT_ROLL_BACK, now, place.app, place.environment))


def _on_trial(found: Transaction, place: Place, revision: int) -> Canary:
    canary = on_trial(found, place)
    if canary is None or canary.revision != revision:
        message = f"revision {revision} of `{place}` is not on trial"
        raise ConflictError(message)
    return canary


def _end(found: Transaction, over: Canary, told: AuditEntry) -> None:
    found.canaries.put(over)
    kind = EventKind.REVISION if over.stage is Stage.COMPLETE else EventKind.ROLLED_BACK
    place, number = over.place, over.revision
    found.events.add(Happening(kind, told.at, place.app, place.environment, str(number)))
    found.audit.record(replace(told, detail={"revision": number}))
    if kind is EventKind.ROLLED_BACK:
        data = {"still_served": offering(found, place).current}
        announce(found, Message(Topic.ROLLED_BACK, told.at, place, number, data))


def _offers(found: Transaction, place: Place) -> Offers:
    canary = found.canaries.latest(place)
    if canary is None:
        return Offers(offering(found, place))
    ids = frozenset(each.id for each in found.sessions.picked(place, canary.revision))
    return Offers(offering(found, place), canary.revision, ids)
