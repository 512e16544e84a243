"""Has reads of different apps take turns in this process, and tells whom a request is for."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.turns import Turns, acts_for

_READS_AT_ONCE = 1
_APPS = "/v1/apps/"
_READS = frozenset({"GET", "HEAD"})


class ReadsInTurns:
    """WSGI middleware: of the reads of one app, one goes on at once; what is not about one app goes by who sends it.

    Writes take turns where they are stored: their bodies may come slowly, and nobody is to wait for that.
    """

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        self._wsgi_app = wsgi_app
        self._turns = Turns(_READS_AT_ONCE)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        whose = _whose(environ)
        acts_for.set(whose)
        if environ["REQUEST_METHOD"] not in _READS or not whose:
            return self._wsgi_app(environ, start_response)
        with self._turns.taken(whose):
            return self._wsgi_app(environ, start_response)


def _whose(environ: WSGIEnvironment) -> str:
    """Return the app that a request is about, or the public part of the token that it shows; empty for neither."""
    path: str = environ.get("PATH_INFO", "")
    if path.startswith(_APPS):
        return path[len(_APPS) :].partition("/")[0]
    authorization: str = environ.get("HTTP_AUTHORIZATION", "")
    return authorization.partition(" sp_")[2].partition("_")[0]
