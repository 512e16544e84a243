"""A small app that does everything that observability has to cope with, served by a real gunicorn."""

import gc
import logging
import threading
import time
import warnings
from collections.abc import Iterator

import gevent  # type: ignore[import-untyped]  # it ships no types
import sentry_sdk
from flask import Flask, Response, request

from config.settings import Settings
from observability.known_secrets import remember_secret
from observability.requests.access import ROUTE_KEY
from observability.set_up import observed, set_up_observability

settings = Settings()
set_up_observability(settings)

application = Flask(__name__)
application.wsgi_app = observed(application.wsgi_app, settings)  # type: ignore[assignment, method-assign]  # Flask's way
logger = logging.getLogger("observed_app")

# Made at run time, so that no line of source holds them. The first is in no text; the second is, and is known.
CANARY_OF_A_LOCAL = "canary-{}".format("of-a-local")
CANARY_OF_A_TEXT = "canary-{}".format("of-a-text")
remember_secret(CANARY_OF_A_TEXT)


@application.before_request
def note_route() -> None:
    if request.url_rule is not None:
        request.environ[ROUTE_KEY] = request.url_rule.rule


@application.get("/things/<name>")
def thing(name: str) -> str:
    logger.info("thing asked for", extra={"name_length": len(name)})
    return name


@application.post("/things/<name>")
def put_thing(name: str) -> str:
    return f"{name} {len(request.get_data())}"


@application.get("/livez")
@application.get("/readyz")
def alive() -> str:
    return "ok"


@application.get("/sessions/<session>")
def session(session: str) -> str:
    return session


@application.get("/stream")
def stream() -> Response:
    def events() -> Iterator[str]:
        logger.info("inside the stream")
        yield "event: hello\n\n"
        for _ in range(300):
            time.sleep(0.1)
            yield ": alive\n\n"

    return Response(events(), mimetype="text/event-stream")


@application.get("/changes")
def short_stream() -> Response:
    return Response(iter(["data: 1\n\n", "data: 2\n\n"]), mimetype="text/event-stream")


@application.post("/broken")
def broken() -> str:
    local = CANARY_OF_A_LOCAL
    secret = request.get_data(as_text=True)
    remember_secret(secret)
    logger.info("about to fail", extra={"length": len(local)})
    sentry_sdk.set_tag("tenant", "shop-7")
    sentry_sdk.set_context("order", {"number": 7, "card": secret})
    sentry_sdk.set_user({"id": "user-7"})
    sentry_sdk.set_extra("attempts", [1, secret])
    dsn = settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else ""
    message = f"order 7 failed with {secret} {request.headers['Authorization']} {request.args['q']} {dsn}"
    raise RuntimeError(message)


@application.get("/broken/stream")
def broken_stream() -> Response:
    def events() -> Iterator[str]:
        yield "event: hello\n\n"
        raise LookupError(CANARY_OF_A_TEXT)

    return Response(events(), mimetype="text/event-stream")


def _ending(kind: str) -> BaseException:
    endings = (gevent.Timeout(), gevent.GreenletExit(), SystemExit(3), KeyboardInterrupt(), LookupError("x"))
    return next(each for each in endings if type(each).__name__ == kind)


@application.get("/ends/<kind>")
def ends(kind: str) -> str:
    """Let a view end in a way that is no `Exception` most often."""
    raise _ending(kind)


@application.get("/ends/<kind>/body")
def body_that_ends(kind: str) -> Response:
    """Let a body end like that in its middle."""

    def chunks() -> Iterator[str]:
        yield "one"
        raise _ending(kind)

    return Response(chunks())


@application.get("/uncaught")
def uncaught() -> str:
    """Let exceptions end everywhere but in a view."""

    class Unraisable:
        def __del__(self) -> None:
            raise ValueError(CANARY_OF_A_TEXT)

    def fail() -> None:
        raise ArithmeticError(CANARY_OF_A_TEXT)

    warnings.warn("this is a warning\nof two lines", stacklevel=1)
    Unraisable()
    gc.collect()
    threading.Thread(target=fail).start()
    gevent.spawn(fail)
    gevent.sleep(0.05)
    return "done"
