"""What is sent and answered about running instances, as JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, RootModel, model_validator

from app.domain.canary import Stage
from app.domain.place import Place
from app.domain.rollout import Rollout, Trial
from app.domain.session import Answer, Reason, Served, ServedFrom, Session, State, Verdict
from app.http.answers import AnswerModel, CanaryAnswer, canary_json, when
from app.service.sessions import verdict

_UUID_7 = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_DIGEST_OR_NOTHING = r"^(sha256:[0-9a-f]{64})?$"
_NO_NUL = r"^[^\x00]*$"
_LARGEST = 2**63 - 1
MOST_AT_ONCE = 10_000
"""How many instances may tell something in one request."""

_Time = Annotated[
    AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC), le=datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC))
]
"""A time that every time zone can write, however wrong the clock of an instance is."""

SessionId = Annotated[str, Field(max_length=100, pattern=_NO_NUL)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WhatIsServed(_Strict):
    """What an instance serves."""

    revision: int = Field(strict=True, ge=1, le=_LARGEST)
    since: _Time
    source: ServedFrom = ServedFrom.SERVICE
    known_good_at: _Time | None = None


class ServedThere(WhatIsServed):
    """What an instance serves in one of its environments."""

    environment: str


class NewSession(_Strict):
    """An instance that starts to follow environments; `instance` is a UUID of version 7."""

    instance: str = Field(pattern=_UUID_7)
    environments: list[str] = Field(min_length=1, max_length=20)
    schema_digest: str = Field("", pattern=_DIGEST_OR_NOTHING)
    release: str = Field("", max_length=200, pattern=_NO_NUL)
    host: str = Field("", max_length=255, pattern=_NO_NUL)
    pid: int = Field(0, strict=True, ge=0, le=_LARGEST)
    started_at: _Time
    serves: list[ServedThere] = Field([], max_length=20)


class ReasonTold(_Strict):
    """One reason of the settings class to refuse a revision."""

    rule: str = Field("", max_length=200)
    variable: str = Field("", max_length=255)
    message: str = Field(max_length=20_000)


class ToldOfSession(_Strict):
    """What an instance reports: a verdict on a revision, what it serves, or both."""

    environment: str | None = None
    revision: int | None = Field(None, strict=True, ge=1, le=_LARGEST)
    verdict: Answer | None = None
    errors: list[ReasonTold] = Field(default_factory=list, max_length=1_000)
    serves: WhatIsServed | None = None

    @model_validator(mode="after")
    def _says_what_of_which(self) -> Self:
        """Refuse half of a verdict, because whoever sent it would assume that it was received."""
        if (self.revision is None) is not (self.verdict is None):
            message = "`revision` and `verdict` go together"
            raise ValueError(message)
        return self


class ToldOfOne(ToldOfSession):
    """What one of many instances reports."""

    session: SessionId
    environment: str


class ToldOfSessions(RootModel[list[ToldOfOne]]):
    """What many instances report: 10,000 at most, with 4 MB and 200,000 members and entries at most.

    10,000 with two reasons each fit; whoever reports more reasons sends fewer reports at once.
    """

    root: list[ToldOfOne] = Field(min_length=1, max_length=MOST_AT_ONCE)


class VerdictAnswer(AnswerModel):
    """What the settings class of an instance said about a revision."""

    revision: int
    verdict: str
    at: str
    errors: list[ReasonTold]


class ServedAnswer(AnswerModel):
    """What an instance serves."""

    revision: int
    since: str
    source: str
    known_good_at: str | None


class SessionAnswer(AnswerModel):
    """A session in one environment: what was tried, and what is served."""

    id: str
    environment: str
    instance: str
    host: str
    pid: int
    started_at: str
    release: str
    schema_digest: str
    opened_at: str
    state: str
    offered: int
    attempted: VerdictAnswer | None
    serves: ServedAnswer | None


class SessionsAnswer(AnswerModel):
    """Sessions; `next` is what to ask for `after`, if there are more."""

    sessions: list[SessionAnswer]
    next: str | None


class OpenedAnswer(AnswerModel):
    """A new session in each of its environments, and the path of its stream."""

    id: str
    stream: str
    sessions: list[SessionAnswer]


class VerdictsAnswer(AnswerModel):
    """How many reports were stored and, by the ids of their sessions, which were not and why.

    Sessions that are `unknown` are opened anew by their instances; reports of revisions that do not exist are
    ignored.
    """

    stored: int
    unknown: list[str]
    no_revision: list[str]


class RefusalAnswer(AnswerModel):
    """How many instances refused for the same reason."""

    message: str
    instances: int


class RolloutAnswer(AnswerModel):
    """The rollout of the newest revision; `current` is the one that everyone but the canaries is offered."""

    environment: str
    revision: int
    current: int
    stage: Stage
    canary: CanaryAnswer | None
    summary: str
    settled: bool
    states: dict[str, int]
    refusals: list[RefusalAnswer]
    still_served: list[int]


def verdict_of(told: ToldOfSession, at: datetime) -> Verdict | None:
    """Return the reported verdict; None if only what is served was reported."""
    if told.verdict is None or told.revision is None:
        return None
    reasons = (Reason(each.rule, each.variable, each.message) for each in told.errors)
    return verdict(told.revision, told.verdict, at, reasons)


def served_of(told: WhatIsServed) -> Served:
    """Return what is served, as reported."""
    return Served(told.revision, told.since, told.source, told.known_good_at)


def session_json(session: Session, offered: int) -> dict[str, Any]:
    """Return a session, with its state relative to the revision that it is offered."""
    instance = session.instance
    return {
        "id": session.id,
        "environment": str(session.place),
        "instance": instance.id,
        "host": instance.host,
        "pid": instance.pid,
        "started_at": when(instance.started_at),
        "release": instance.release,
        "schema_digest": instance.schema,
        "opened_at": when(session.opened_at),
        "state": str(session.state(offered)),
        "offered": offered,
        "attempted": _verdict_json(session.attempted) if session.attempted else None,
        "serves": _served_json(session.serves) if session.serves else None,
    }


def rollout_json(place: Place, found: Rollout | Trial) -> dict[str, Any]:
    """Return how far a revision has come."""
    return {
        "environment": str(place),
        "revision": found.revision,
        "current": found.current,
        "stage": str(found.stage),
        "canary": canary_json(found.canary) if isinstance(found, Trial) else None,
        "summary": str(found),
        "settled": found.is_settled,
        "states": {str(state): found.states.get(state, 0) for state in State if state is not State.EXPIRED},
        "refusals": [{"message": each.message, "instances": each.instances} for each in found.refusals],
        "still_served": list(found.still_served),
    }


def _verdict_json(found: Verdict) -> dict[str, Any]:
    return {
        "revision": found.revision,
        "verdict": str(found.answer),
        "at": when(found.at),
        "errors": _reasons_json(found.reasons),
    }


def _reasons_json(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    return [{"rule": each.rule, "variable": each.variable, "message": each.message} for each in reasons]


def _served_json(found: Served) -> dict[str, Any]:
    return {
        "revision": found.revision,
        "since": when(found.since.astimezone(UTC)),
        "source": str(found.source),
        "known_good_at": when(found.known_good_at) if found.known_good_at else None,
    }
