"""What instances report: `PATCH /v1/sessions/{id}` and, for many at once, `POST /v1/verdicts`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint
from pydantic import RootModel, ValidationError

from app.domain.identity import Scope
from app.domain.place import Place
from app.domain.session import Session, SessionReport
from app.http.json_body import read_json, validated
from app.http.resources.sessions import allow, found_session, sessions_json
from app.http.session_json import (
    MOST_AT_ONCE,
    SessionAnswer,
    SessionId,
    ToldOfOne,
    ToldOfSession,
    ToldOfSessions,
    VerdictsAnswer,
    served_of,
    verdict_of,
)
from app.service.leases import Leases
from app.service.rollouts import Rollouts
from app.service.sessions import Sessions
from app.views.labels import named_places
from app.views.marks import Mark, marked
from app.views.problem import Problem

_LARGEST = 1_000_000
_LARGEST_OF_MANY = 4_000_000
"""The most verdicts that are allowed at once are more than a megabyte."""
_PARTS_OF_ONE = 20
"""One that tells two reasons, and all else that it can, needs fewer. With many reasons, fewer instances fit: the parser
lets nothing else run, and twice as many parts would hold it up for twice as long."""


class _Sessions(RootModel[list[list[SessionId]]]):
    """The ids of those that report the same."""


def verdicts(use_cases: Sessions, rollouts: Rollouts, leases: Leases) -> Blueprint:
    """Return the resource that takes the reports of instances."""
    blueprint = Blueprint("verdicts", __name__)

    @blueprint.patch("/v1/sessions/<session_id>")
    @marked(
        Mark(
            "Report what an instance attempted and serves",
            scope=Scope.SESSION_WRITE,
            anywhere=True,
            body={"application/json": ToldOfSession},
            answers={200: {"application/json": SessionAnswer}},
        )
    )
    def report(session_id: str) -> dict[str, Any]:
        told = validated(ToldOfSession, read_json(_LARGEST))
        session = _meant(found_session(use_cases, session_id, Scope.SESSION_WRITE), told)
        (heard,) = use_cases.report([_report([session_id], session.place, told, datetime.now(UTC))])
        if heard.no_revision:
            detail = f"`{session.place}` has no such revision: read the one that is offered, and report on that"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        leases.renew(session_id)
        return sessions_json(rollouts, [each for each in use_cases.named(session_id) if each.place == session.place])[0]

    @blueprint.post("/v1/verdicts")
    @marked(
        Mark(
            "Report what many instances attempted and serve",
            scope=Scope.SESSION_WRITE,
            anywhere=True,
            body={"application/json": ToldOfSessions},
            answers={200: {"application/json": VerdictsAnswer}},
        )
    )
    def report_many() -> dict[str, Any]:
        told, sessions = _validated(read_json(_LARGEST_OF_MANY, _PARTS_OF_ONE * MOST_AT_ONCE))
        names = list({each.environment: None for each in told})
        places = dict(zip(names, named_places(names), strict=True))
        allow(Scope.SESSION_WRITE, *places.values())
        now = datetime.now(UTC)
        heard = use_cases.report(
            [_report(ids, places[each.environment], each, now) for ids, each in zip(sessions, told, strict=True)]
        )
        return {
            "stored": sum(len(each.stored) for each in heard),
            "unknown": [session for each in heard for session in each.unknown],
            "no_revision": [session for each in heard for session in each.no_revision],
        }

    return blueprint


def _meant(found: Sequence[Session], told: ToldOfSession) -> Session:
    if told.environment is None and len(found) == 1:
        return found[0]
    for each in found:
        if str(each.place) == told.environment:
            return each
    detail = "`environment` must name one that the session follows"
    raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _report(sessions: Sequence[str], place: Place, told: ToldOfSession, now: datetime) -> SessionReport:
    return SessionReport(sessions, place, verdict_of(told, now), served_of(told.serves) if told.serves else None)


def _validated(sent: object) -> tuple[Sequence[ToldOfOne], Sequence[Sequence[str]]]:
    """Return the reports, and the ids of the sessions that make each of them.

    Raises:
        Problem: 422 with everything that is wrong, each at its place in what was sent.
    """
    content, alike = _told_alike(sent)
    try:
        return ToldOfSessions.model_validate(content).root, _Sessions.model_validate(alike).root
    except ValidationError:
        validated(ToldOfSessions, sent)
        raise


def _told_alike(content: object) -> tuple[object, Sequence[Sequence[str]]]:
    """Return `content` with equal reports only once, and the ids of the sessions that make each of them.

    10,000 instances report a handful of different things, and each of them is checked and stored once. If something
    is wrong, `content` stays as it is, for its model to say what.
    """
    if not isinstance(content, list) or len(content) > MOST_AT_ONCE:
        return content, []
    found: list[object] = []
    alike: dict[str, list[str]] = {}
    sessions: list[list[str]] = []
    heard: set[str] = set()
    for each in content:
        session = each.get("session") if isinstance(each, dict) else None
        if not isinstance(session, str):
            return content, []
        if session in heard:  # its newest report counts
            alike.clear()
            heard.clear()
        heard.add(session)
        told = repr({**each, "session": ""})
        if told not in alike:
            alike[told] = []
            found.append(each)
            sessions.append(alike[told])
        alike[told].append(session)
    return found, sessions
