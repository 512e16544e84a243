"""Finds what a request carries that must not leave the process: credentials, and the values of its query.

A token is one wherever it is, so one that was put into the path by mistake counts, too.
"""

import base64
from collections.abc import Iterator
from urllib.parse import unquote_plus
from wsgiref.types import WSGIEnvironment

from setpoint.text.secret_values import holds_marked_token

_CREDENTIALS = (
    "HTTP_AUTHORIZATION",
    "HTTP_PROXY_AUTHORIZATION",
    "HTTP_X_API_KEY",
    "HTTP_X_AUTH_TOKEN",
    "HTTP_X_CSRF_TOKEN",
)
# The first word of any other header may be the secret itself.
_SCHEMES = frozenset({"basic", "bearer"})
_SHORTEST_VALUE = 8


def credentials_of(environ: WSGIEnvironment) -> Iterator[str]:
    """Yield the credentials, the cookies, the long values of the query and the tokens in the path of a request."""
    for name in _CREDENTIALS:
        if value := environ.get(name):
            yield from _parts_of_credentials(value)
    if cookies := environ.get("HTTP_COOKIE"):
        yield from _values(cookies, ";")
    if query := environ.get("QUERY_STRING"):
        yield from _values(query, "&")
    if holds_marked_token(path := environ.get("PATH_INFO", "")):
        yield from filter(holds_marked_token, path.split("/"))


def _parts_of_credentials(value: str) -> Iterator[str]:
    """Yield credentials without their scheme, and what `Basic` encodes (RFC 7617)."""
    scheme, _, rest = value.partition(" ")
    yield rest.strip()
    if scheme.lower() not in _SCHEMES:
        yield value
    if scheme.lower() == "basic":
        try:
            decoded = base64.b64decode(rest, validate=True).decode("utf-8", "replace")
        except ValueError:  # it is no base64, or not even ASCII
            return
        yield decoded
        yield decoded.partition(":")[2]


def _values(text: str, separator: str) -> Iterator[str]:
    """Yield the values of `name=value` pairs, as written and as decoded."""
    for pair in text.split(separator):
        value = pair.partition("=")[2].strip()
        if len(value) >= _SHORTEST_VALUE:
            yield value
            yield unquote_plus(value)
