"""Shows people the apps at `/`, where programs learn what this is."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

APPS = "/apps"
"""Where the page is, whoever asks."""


class FrontDoor:
    """WSGI middleware: one address has two views, which a URL map can't tell apart by what a client accepts."""

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") == "/" and wants_html(environ.get("HTTP_ACCEPT", "")):
            environ["PATH_INFO"] = APPS
        return self._wsgi_app(environ, start_response)


def wants_html(accept: str) -> bool:
    """Return whether a client asks for a page: it says so, as browsers do, and does not prefer JSON."""
    kinds = parse_accept_header(accept, MIMEAccept)
    return "text/html" in kinds.values() and kinds.best_match(["application/json", "text/html"]) == "text/html"
