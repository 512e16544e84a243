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
        """Store a session, replacing those that the same instance had before; a canary stays one."""
        ...

    def of(self, place: Place, *, live: bool = False) -> Sequence[Session]:
        """Return the sessions of an environment, oldest instance first; only `live` ones, or all."""
        ...

    def alike(self, place: Place, release: str = "", schema: str = "") -> Sequence[Alike]:
        """Return the stances of the instances of an environment, including those that have gone recently.

        Args:
            place: The environment.
            release: The release that they run; empty for any.
            schema: The digest of their contract; empty for any.
        """
        ...

    def standing_so(
        self, place: Place, stance: Stance, start: int, limit: int, *, release: str = "", schema: str = ""
    ) -> Sequence[Session]:
        """Return sessions of instances with one stance, by host, without the first `start`."""
        ...

    def releases(self, place: Place) -> Mapping[str, int]:
        """Return how many instances run which release, most frequent first; among those that have said."""
        ...

    def candidates(self, place: Place, current: int) -> Sequence[Candidate]:
        """Return the live instances of an environment whose current revision has this number."""
        ...

    def pick(self, place: Place, ids: Collection[str], revision: int) -> None:
        """Record that the sessions with these ids are offered a revision first."""
        ...

    def picked(self, place: Place, revision: int) -> Sequence[Session]:
        """Return the sessions that were offered a revision first, oldest instance first."""
        ...

    def live_schemas(self, place: Place) -> Mapping[str, int]:
        """Return how many live instances run which schema, by digest; among those that have said."""
        ...

    def named(self, ids: Collection[str]) -> Sequence[Session]:
        """Return the sessions with these ids, one for each environment that they follow."""
        ...

    def report(self, reports: Iterable[SessionReport]) -> Mapping[Place, Collection[str]]:
        """Store what instances have attempted and what they serve; return the ids of the known sessions."""
        ...

    def hold(self, ids: Collection[str], worker: str) -> None:
        """Record that `worker` holds the sessions with these ids."""
        ...

    def release(self, ids: Collection[str], worker: str, at: datetime) -> Sequence[Place]:
        """Record that instances have gone, unless another worker now holds them; return where they were."""
        ...

    def remove(self, session_id: str) -> None:
        """Delete a session whose instance has ended."""
        ...

    def beat(self, worker: str, at: datetime) -> bool:
        """Record that a worker is running; return whether it was known, so that what it holds is still its own."""
        ...

    def beats(self) -> Mapping[str, datetime]:
        """Return what each worker last recorded; only its changes mean something, because clocks jump."""
        ...

    def bury(self, silent: Collection[str], at: datetime) -> Sequence[Place]:
        """Release what silent workers hold, and delete what has long gone; return where that changes anything."""
        ...

    def may_tell(self, place: Place, at: datetime) -> bool:
        """Return whether watchers of an environment may be told about its instances now, and record that they are."""
        ...


class Canaries(Protocol):
    """The revisions that some instances are offered first."""

    def latest(self, place: Place) -> Canary | None:
        """Return the newest revision of an environment that some instances were offered first; None if none was."""
        ...

    def on_trial(self) -> Sequence[Canary]:
        """Return what is on trial in all environments."""
        ...

    def put(self, canary: Canary) -> None:
        """Store the stage of a revision."""
        ...

    def plan(self, place: Place) -> Plan | None:
        """Return how an environment tries revisions; None if everyone is offered them at once."""
        ...

    def set_plan(self, place: Place, plan: Plan | None) -> None:
        """Store how an environment tries revisions."""
        ...


class RolloutResults(Protocol):
    """How revisions had turned out when they were replaced."""

    def close(self, place: Place, revision: int) -> None:
        """Record the state of a revision among the live instances, because the next one is being made."""
        ...

    def of(self, place: Place, revisions: Collection[int]) -> Mapping[int, RolloutResult]:
        """Return how those of the revisions with these numbers that were replaced had turned out by then."""
        ...
