"""What the use cases of sessions, and of revisions that some of them are offered first, need from the store."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.domain.canary import Canary, Candidate, Plan
from app.domain.place import Place
from app.domain.rollout_result import RolloutResult
from app.domain.session import Alike, Session, SessionReport, Stance


class Sessions(Protocol):
    """The running instances that follow environments."""

    def add(self, session: Session) -> None:
        """Store a session in the place of those that the same instance had before; a canary stays one."""
        ...

    def of(self, place: Place, *, live: bool = False) -> Sequence[Session]:
        """Return the sessions of an environment, the oldest instance first; `live` ones alone, or all."""
        ...

    def alike(self, place: Place, release: str = "", schema: str = "") -> Sequence[Alike]:
        """Return how the instances of an environment stand, those that have gone lately too.

        Args:
            place: The environment.
            release: The release that they run; empty for any.
            schema: The digest of their contract; empty for any.
        """
        ...

    def standing_so(
        self, place: Place, stance: Stance, start: int, limit: int, *, release: str = "", schema: str = ""
    ) -> Sequence[Session]:
        """Return sessions of instances that stand in one way, by host, without the first `start`."""
        ...

    def releases(self, place: Place) -> Mapping[str, int]:
        """Return how many instances run which release, the most frequent first; of those that have said."""
        ...

    def candidates(self, place: Place, current: int) -> Sequence[Candidate]:
        """Return the live instances of an environment whose current revision has this number."""
        ...

    def pick(self, place: Place, ids: Collection[str], revision: int) -> None:
        """Note that the sessions with these ids are offered a revision first."""
        ...

    def picked(self, place: Place, revision: int) -> Sequence[Session]:
        """Return the sessions that were offered a revision first, the oldest instance first."""
        ...

    def live_schemas(self, place: Place) -> Mapping[str, int]:
        """Return how many live instances run which schema, by its digest; of those that have said."""
        ...

    def named(self, ids: Collection[str]) -> Sequence[Session]:
        """Return the sessions with these ids, one for each environment that they follow."""
        ...

    def report(self, reports: Iterable[SessionReport]) -> Mapping[Place, Collection[str]]:
        """Store what instances have attempted and what they serve; return the ids of the sessions that are known."""
        ...

    def hold(self, ids: Collection[str], worker: str) -> None:
        """Note that `worker` holds the sessions with these ids."""
        ...

    def release(self, ids: Collection[str], worker: str, at: datetime) -> Sequence[Place]:
        """Note that instances have gone, unless another worker holds them by now; return where they were."""
        ...

    def remove(self, session_id: str) -> None:
        """Forget a session whose instance has ended."""
        ...

    def beat(self, worker: str, at: datetime) -> bool:
        """Note that a worker runs; return whether it was known, so that what it holds is still its own."""
        ...

    def beats(self) -> Mapping[str, datetime]:
        """Return what each worker has noted last; only that it changes says anything, because clocks jump."""
        ...

    def bury(self, silent: Collection[str], at: datetime) -> Sequence[Place]:
        """Let go of what silent workers hold, and forget who has long gone; return where that changes anything."""
        ...

    def may_tell(self, place: Place, at: datetime) -> bool:
        """Return whether the watchers of an environment may be told of its instances now, and note that they are."""
        ...


class Canaries(Protocol):
    """The revisions that some instances are offered first."""

    def latest(self, place: Place) -> Canary | None:
        """Return the newest revision of an environment that some instances were offered first; None if none was."""
        ...

    def on_trial(self) -> Sequence[Canary]:
        """Return what is on trial, in all environments."""
        ...

    def put(self, canary: Canary) -> None:
        """Store how far a revision has come."""
        ...

    def plan(self, place: Place) -> Plan | None:
        """Return how an environment tries revisions; None if everyone is offered them at once."""
        ...

    def set_plan(self, place: Place, plan: Plan | None) -> None:
        """Store how an environment tries revisions."""
        ...


class RolloutResults(Protocol):
    """How revisions had come out when they were replaced."""

    def close(self, place: Place, revision: int) -> None:
        """Note how the live instances stand to a revision, because the next one is made."""
        ...

    def of(self, place: Place, revisions: Collection[int]) -> Mapping[int, RolloutResult]:
        """Return how revisions with these numbers had come out, as far as they were replaced."""
        ...
