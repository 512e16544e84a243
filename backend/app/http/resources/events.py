"""`…/stream`, and `/v1/stream?environment=…`: the events of one or several environments."""

from http import HTTPStatus

from flask import Blueprint, Response

from app.domain.identity import Scope
from app.http.queries import StreamQuery, query
from app.stream.open_streams import OpenStreams
from app.views.labels import checked_place, named_places
from app.views.marks import Mark, marked
from app.views.stream import STREAM_ANSWERS, opened
from app.views.watch import Watch

RESUME = {"Last-Event-ID": "the `id` of the last event that the client has seen"}


def events(watch: Watch) -> Blueprint:
    """Return the resource that streams events."""
    blueprint = Blueprint("events", __name__)

    @blueprint.get("/v1/apps/<app>/environments/<environment>/stream")
    @marked(
        Mark(
            "Follow an environment",
            scope=Scope.CONFIG_READ,
            answers=STREAM_ANSWERS,
            headers=RESUME,
            refusals=(HTTPStatus.UNPROCESSABLE_ENTITY,),
        )
    )
    def follow_one(app: str, environment: str) -> Response:
        return watch.follow(watch.authentication.identify(), [checked_place(app, environment)])

    @blueprint.get("/v1/stream")
    @marked(
        Mark(
            "Follow environments",
            query=StreamQuery,
            answers=STREAM_ANSWERS,
            headers=RESUME,
            refusals=(
                HTTPStatus.UNAUTHORIZED,
                HTTPStatus.FORBIDDEN,
                HTTPStatus.NOT_FOUND,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                HTTPStatus.TOO_MANY_REQUESTS,
            ),
        )
    )
    def follow_many() -> Response:
        if named := query(StreamQuery).environment:
            return watch.follow(watch.authentication.identify(), named_places(named))
        return opened(watch.streams)

    return blueprint


def quiet_stream(streams: OpenStreams) -> Blueprint:
    """Return the resource of a service that keeps no configuration: a stream of heartbeats."""
    blueprint = Blueprint("events", __name__)

    @blueprint.get("/v1/stream")
    @marked(Mark("Send signs of life", answers=STREAM_ANSWERS))
    def follow() -> Response:
        return opened(streams)

    return blueprint
