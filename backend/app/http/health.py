"""`GET /livez` and `GET /readyz`: for whoever restarts processes and routes requests to them."""

from http import HTTPStatus

from flask import Blueprint

from app.http.problem import Problem
from app.stream.open_streams import OpenStreams


def health(streams: OpenStreams) -> Blueprint:
    """Return the resources that tell how this process is."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/livez")
    def livez() -> dict[str, str]:
        return {"status": "alive"}

    @blueprint.get("/readyz")
    def readyz() -> dict[str, str]:
        if streams.draining.is_set():
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "this process is shutting down")
        return {"status": "ready"}

    return blueprint
