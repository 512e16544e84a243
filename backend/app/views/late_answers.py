"""Holds back the answers to those who were told to wait and did not, so that they take little of a process.

To find out that a token is wrong costs as much as to read with a good one. Nobody knows before that who has a good one.
"""

import random
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.views.server import Server

SECONDS_LATE = (1.0, 2.0)
"""At random, so that those who were refused together do not come back together."""

_LATE = "setpoint.late"


def answer_late(environ: WSGIEnvironment) -> None:
    """Mark the request with this WSGI environment as one whose client was told to wait before."""
    environ[_LATE] = True


class LateAnswers:
    """WSGI middleware that holds such answers back, outside of the turns in which others would wait for it too."""

    def __init__(self, wsgi_app: WSGIApplication, server: Server) -> None:
        self._wsgi_app = wsgi_app
        self._server = server

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        body = self._wsgi_app(environ, start_response)
        if _LATE in environ:
            self._server.rest(random.uniform(*SECONDS_LATE))  # noqa: S311 - it protects nothing
        return body
