"""`/v1/sessions/` and `/v1/verdicts`: the running instances, and what they say about revisions."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response

from app.domain.errors import NotFoundError, ServiceError
from app.domain.event import Event, EventKind
from app.domain.identity import Scope
from app.domain.place import Place
from app.domain.session import Instance, Session
from app.http.json_body import read_json, validated
from app.http.queries import SessionsQuery, query
from app.http.resources.events import RESUME
from app.http.session_json import (
    NewSession,
    OpenedAnswer,
    SessionsAnswer,
    served_of,
    session_json,
)
from app.service.access import require
from app.service.leases import Leases
from app.service.rollouts import Rollouts
from app.service.sessions import Sessions, unknown_session
from app.service.trials import Trials
from app.stream.leased import Leased
from app.views.authentication import actor
from app.views.labels import named_places
from app.views.marks import Mark, marked
from app.views.stream import STREAM_ANSWERS
from app.views.watch import Watch

_LARGEST = 1_000_000
_OFFERS_TO_SOME = frozenset({EventKind.CANARY, EventKind.ROLLED_BACK})
_OFFERS = _OFFERS_TO_SOME | {EventKind.REVISION}
_UNPROCESSABLE = (HTTPStatus.UNPROCESSABLE_ENTITY,)


def sessions(use_cases: Sessions, rollouts: Rollouts, leases: Leases, watch: Watch, trials: Trials) -> Blueprint:
    """Return the resource of running instances."""
    blueprint = Blueprint("sessions", __name__)

    @blueprint.post("/v1/sessions/")
    @marked(
        Mark(
            "Open a session of an instance, in each environment that it follows",
            scope=Scope.SESSION_WRITE,
            anywhere=True,
            body={"application/json": NewSession},
            answers={201: {"application/json": OpenedAnswer}},
        )
    )
    def open_session() -> tuple[dict[str, Any], HTTPStatus]:
        wanted = validated(NewSession, read_json(_LARGEST))
        places = named_places(wanted.environments)
        allow(Scope.SESSION_WRITE, *places)
        known = {each.environment: served_of(each) for each in wanted.serves}
        serves = {place: known.get(str(place)) for place in places}
        opened_sessions = use_cases.open(actor(), _instance(wanted), serves)
        session_id = opened_sessions[0].id
        leases.renew(session_id)
        return {
            "id": session_id,
            "stream": f"/v1/sessions/{session_id}/stream",
            "sessions": sessions_json(rollouts, opened_sessions),
        }, HTTPStatus.CREATED

    @blueprint.get("/v1/sessions/")
    @marked(
        Mark(
            "List the instances that follow an environment",
            scope=Scope.CONFIG_READ,
            anywhere=True,
            query=SessionsQuery,
            answers={200: {"application/json": SessionsAnswer}},
            refusals=_UNPROCESSABLE,
        )
    )
    def list_sessions() -> dict[str, Any]:
        wanted = query(SessionsQuery)
        (place,) = named_places([wanted.environment])
        allow(Scope.CONFIG_READ, place)
        rollouts.offering(place)  # otherwise a mistyped name would look like a place that nobody follows
        told = sessions_json(rollouts, use_cases.of(place))
        found = [each for each in told if wanted.state in {None, each["state"]}]
        page = [each for each in found if each["instance"] > (wanted.after or "")]
        more = len(page) > wanted.limit
        page = page[: wanted.limit]
        return {"sessions": page, "next": page[-1]["instance"] if more else None}

    @blueprint.get("/v1/sessions/<session_id>")
    @marked(
        Mark(
            "Show a session",
            scope=Scope.CONFIG_READ,
            anywhere=True,
            answers={200: {"application/json": SessionsAnswer}},
        )
    )
    def show(session_id: str) -> dict[str, Any]:
        return {
            "sessions": sessions_json(rollouts, found_session(use_cases, session_id, Scope.CONFIG_READ)),
            "next": None,
        }

    @blueprint.delete("/v1/sessions/<session_id>")
    @marked(
        Mark(
            "End a session when its instance ends",
            scope=Scope.SESSION_WRITE,
            anywhere=True,
            answers={204: {}},
        )
    )
    def close(session_id: str) -> tuple[str, HTTPStatus]:
        found_session(use_cases, session_id, Scope.SESSION_WRITE)
        use_cases.close(session_id)
        return "", HTTPStatus.NO_CONTENT

    @blueprint.get("/v1/sessions/<session_id>/stream")
    @marked(
        Mark(
            "Follow the revisions that an instance is offered; the open stream keeps its session alive",
            scope=Scope.SESSION_WRITE,
            anywhere=True,
            answers=STREAM_ANSWERS,
            headers=RESUME,
        )
    )
    def follow(session_id: str) -> Response:
        places = [each.place for each in found_session(use_cases, session_id, Scope.SESSION_WRITE)]
        as_told = partial(_as_told, trials, session_id)
        content = partial(watch.content, retold=_OFFERS_TO_SOME, as_told=as_told)
        return watch.opened(
            places,
            lambda: Leased(content(actor(), Scope.SESSION_WRITE, places, _OFFERS), leases, session_id),
        )

    return blueprint


def _as_told(trials: Trials, session_id: str, event: Event) -> Event | None:
    """Return an offer to some instances in the form for one of them: the revision that it gets; None if no news."""
    about = event.happening
    try:
        offers = trials.offers(Place(about.app, about.environment))
    except ServiceError:  # one hint too many costs the instance a look, and one too few the revision
        return replace(event, happening=replace(about, kind=EventKind.REVISION))
    if not offers.concern(session_id, int(about.subject)):
        return None
    told = replace(about, kind=EventKind.REVISION, subject=str(offers.to(session_id)))
    return replace(event, happening=told)


def _instance(wanted: NewSession) -> Instance:
    return Instance(
        id=wanted.instance,
        host=wanted.host,
        pid=wanted.pid,
        started_at=wanted.started_at,
        release=wanted.release,
        schema=wanted.schema_digest,
    )


def sessions_json(rollouts: Rollouts, found: Sequence[Session]) -> list[dict[str, Any]]:
    """Return sessions, with their state relative to the revisions that they are offered."""
    offered = {place: rollouts.offering(place) for place in {each.place for each in found}}
    return [session_json(each, offered[each.place].to(each)) for each in found]


def allow(scope: Scope, *places: Place) -> None:
    """Refuse what the token does not allow in all of `places`."""
    for place in {*places}:
        require(actor().token, scope, place.app, place.environment)


def found_session(use_cases: Sessions, session_id: str, scope: Scope) -> Sequence[Session]:
    """Return a session in each of its environments; whoever has no rights there does not learn that it exists."""
    found = use_cases.named(session_id)
    try:
        allow(scope, *(each.place for each in found))
    except NotFoundError:
        raise unknown_session() from None
    return found
