"""Lets reads of different apps take turns in this process, and says which app a request concerns."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.turns import Turns, acts_for

_READS_AT_ONCE = 1
_APPS = "/v1/apps/"
_READS = frozenset({"GET", "HEAD"})


class ReadsInTurns:
    """WSGI middleware: one read of an app runs at a time. What does not concern a single app is let through.

    Writes take turns where they are stored: their bodies may arrive slowly, and nobody should wait for that.
    """

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        self._wsgi_app = wsgi_app
        self._turns = Turns(_READS_AT_ONCE)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        app = _app_of(environ)
        acts_for.set(app)
        if environ["REQUEST_METHOD"] not in _READS:
            return self._wsgi_app(environ, start_response)
        with self._turns.taken(app):
            return self._wsgi_app(environ, start_response)


def _app_of(environ: WSGIEnvironment) -> str:
    path: str = environ.get("PATH_INFO", "")
    return path[len(_APPS) :].partition("/")[0] if path.startswith(_APPS) else ""
