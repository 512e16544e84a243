"""Sessions: what a running instance is offered, what it attempted with which verdict, and what it serves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.identity import Principal
from app.domain.place import Place

MOST_REASONS = 100
LONGEST_REASON = 1_000


class Answer(StrEnum):
    """What an instance says about a revision."""

    APPLYING = "APPLYING"
    APPLIED = "APPLIED"
    FAILED = "FAILED"


class State(StrEnum):
    """The state of an instance, relative to the revision that it is offered."""

    SYNCED = "SYNCED"
    STALE = "STALE"
    APPLYING = "APPLYING"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class ServedFrom(StrEnum):
    """Where an instance got what it serves."""

    SERVICE = "service"
    CACHE = "cache"
    """Its own last known good, because the service could not be reached when it started."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of the app's own settings class to refuse a revision.

    Attributes:
        rule: A name for programs, such as `invalid-value`.
        variable: The variable; empty if it concerns several.
        message: What is wrong, for people; the secrets of the revision are masked in it.
    """

    rule: str
    variable: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the settings class of an instance said about a revision.

    Attributes:
        revision: The number of the revision.
        answer: Whether it is being applied, was applied, or was refused.
        at: When the service received it.
        reasons: Why it was refused.
    """

    revision: int
    answer: Answer
    at: datetime
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """What an instance really serves.

    Attributes:
        revision: The number of the revision.
        since: Since when.
        source: Where it comes from.
        known_good_at: When its last known good was written; None if it has none.
    """

    revision: int
    since: datetime
    source: ServedFrom = ServedFrom.SERVICE
    known_good_at: datetime | None = None

    def followed_by(self, later: "Served | None") -> "Served":
        """Return what is served after a later report, with the time since when it has been."""
        if later is None:
            return self
        is_the_same = (later.revision, later.source) == (self.revision, self.source)
        return replace(later, since=self.since) if is_the_same else later


@dataclass(frozen=True, slots=True)
class Instance:
    """A running process.

    Attributes:
        id: A UUID of version 7, made by the process.
        host: The machine that it runs on.
        pid: Its process id there.
        started_at: When it started.
        release: The release of the app.
        schema: The digest of its contract; empty if it has not said.
    """

    id: str
    host: str
    pid: int
    started_at: datetime
    release: str
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One instance that follows one environment; it is live while a worker of the service holds it.

    Attributes:
        id: Its id; the same for all environments that one instance follows.
        place: The environment.
        instance: The process.
        principal: The principal of its token.
        opened_at: When it began.
        attempted: The newest verdict.
        serves: What it serves; None before it has applied anything.
        held_by: The worker that holds its stream; empty when it has gone.
        left_at: When it left; None while it is there.
        canary: The newest revision that it was offered before everyone else; None if there was none.
    """

    id: str
    place: Place
    instance: Instance
    principal: Principal
    opened_at: datetime
    attempted: Verdict | None = None
    serves: Served | None = None
    held_by: str = ""
    left_at: datetime | None = None
    canary: int | None = None

    @property
    def stance(self) -> "Stance":
        """Return its stance on revisions."""
        return Stance(
            is_live=bool(self.held_by),
            canary=self.canary,
            attempted=self.attempted.revision if self.attempted else None,
            answer=self.attempted.answer if self.attempted else None,
            serves=self.serves.revision if self.serves else None,
            source=self.serves.source if self.serves else None,
        )

    def state(self, offered: int) -> State:
        """Return its state relative to the revision that it is offered; without an answer, it is never synced."""
        return self.stance.state(offered)


@dataclass(frozen=True, slots=True)
class Stance:
    """The stance of an instance on revisions, without anything that distinguishes it from others.

    Attributes:
        is_live: Whether it is there.
        canary: The newest revision that it was offered before everyone else; None if there was none.
        attempted: The number of the revision of its newest verdict; None before the first one.
        answer: What it said about that.
        serves: The number of the revision that it serves; None before it has applied anything.
        source: Where that comes from.
    """

    is_live: bool
    canary: int | None = None
    attempted: int | None = None
    answer: Answer | None = None
    serves: int | None = None
    source: ServedFrom | None = None

    def state(self, offered: int) -> State:
        """Return its state relative to the revision that it is offered; without an answer, it is never synced."""
        if not self.is_live:
            return State.EXPIRED
        if self.attempted == offered:
            if self.answer is Answer.FAILED:
                return State.FAILED
            if self.answer is Answer.APPLYING:
                return State.APPLYING
        if self.serves == offered and self.source is ServedFrom.SERVICE:
            return State.SYNCED
        return State.STALE


@dataclass(frozen=True, slots=True)
class Alike:
    """Instances with the same stance, and the same reasons.

    Attributes:
        stance: Their stance on revisions.
        reasons: Why they refused what they last attempted.
        instances: How many there are.
    """

    stance: Stance
    reasons: tuple[Reason, ...] = ()
    instances: int = 1


def alike(sessions: Iterable[Session]) -> list[Alike]:
    """Return the stance of each of `sessions`."""
    return [Alike(each.stance, each.attempted.reasons if each.attempted else ()) for each in sessions]


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a report, by the ids of its sessions.

    Attributes:
        stored: Those for which it was stored.
        unknown: Those that are unknown, or do not follow the environment: their instances must open new ones.
        no_revision: All of them, if it concerns a revision that does not exist, such as one that a restored database
            has lost.
    """

    stored: Sequence[str] = ()
    unknown: Sequence[str] = ()
    no_revision: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SessionReport:
    """What one or more instances report alike about one environment.

    Attributes:
        sessions: The ids of their sessions.
        place: The environment.
        verdict: What their settings class said; None if they report only what they serve.
        serves: What they serve now; None if that has not changed.
    """

    sessions: Sequence[str]
    place: Place
    verdict: Verdict | None = None
    serves: Served | None = None

    @property
    def newest(self) -> int:
        """Return the largest revision number that it mentions; 0 if there is none."""
        return max(self.verdict.revision if self.verdict else 0, self.serves.revision if self.serves else 0)

    def followed_by(self, later: "SessionReport") -> "SessionReport":
        """Return this report and a later one of the same session combined."""
        serves = self.serves.followed_by(later.serves) if self.serves else later.serves
        return replace(later, verdict=later.verdict or self.verdict, serves=serves)
