"""Wires the HTTP service together; it decides nothing."""

from uuid import uuid4

from flask import Flask
from flask.json.provider import DefaultJSONProvider

import setpoint
from app.http.about import about
from app.http.checks import checks
from app.http.every_answer import hold_for_every_answer
from app.http.health import health
from app.http.problem import answer_errors_with_problems, failure
from app.http.server import AnyServer, Server, served_by
from app.http.settings import settings_in_use
from app.http.stream import stream
from app.http.unread_body import close_connections_with_unread_bodies
from app.stream.open_streams import HEARTBEAT_SECONDS, OpenStreams
from config.settings import Settings
from observability.set_up import observed

STREAMS = "setpoint.streams"
"""Where the application holds its open streams: `application.extensions[STREAMS].drain()`."""


def create_app(settings: Settings, server: Server | None = None) -> Flask:
    """Return the service as a WSGI application that is served by `server`, or by any."""
    application = Flask(__name__, static_folder=None, template_folder=None)
    application.config["MAX_CONTENT_LENGTH"] = settings.max_check_bytes
    application.json = _json_in_written_order(application)
    application.url_map.merge_slashes = False  # no redirect that names a host

    streams = OpenStreams(settings.max_streams, settings.stream_max_age, _greeting())
    application.extensions[STREAMS] = streams
    served_by(application, server or AnyServer())
    hold_for_every_answer(application)
    answer_errors_with_problems(application)
    close_connections_with_unread_bodies(application)
    for resource in (
        about(),
        health(),
        settings_in_use(settings),
        checks(settings),
        stream(streams),
    ):
        application.register_blueprint(resource)
    application.wsgi_app = observed(application.wsgi_app, settings, failure())  # type: ignore[assignment, method-assign]  # Flask's way
    return application


def _json_in_written_order(application: Flask) -> DefaultJSONProvider:
    provider = DefaultJSONProvider(application)
    provider.sort_keys = False
    return provider


def _greeting() -> dict[str, str | int]:
    return {"instance": uuid4().hex, "version": setpoint.__version__, "heartbeat_seconds": HEARTBEAT_SECONDS}
