"""Where people find the service and where they sign in, as URLs that browsers can go to."""

import re
from ipaddress import ip_address
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

from pydantic import AfterValidator, Secret, StringConstraints

from setpoint.contract.guidance import Guidance, PublicValueError


def _checked_url(text: str) -> str:
    """Return `text` if it can be the URL of a service.

    Raises:
        PublicValueError: It can't be; the text names the part that is wrong.
    """
    if not (text.isascii() and text.isprintable()) or " " in text:
        _refuse("it contains whitespace or a character that is not ASCII")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        _refuse("the host or port is invalid")
    if parts.scheme not in {"https", "http"} or not host:
        _refuse("the scheme or the host is missing")
    if parts.scheme == "http" and not is_this_machine(host):
        _refuse("the scheme is `http`, which others on the network can read")
    if "@" in parts.netloc or "?" in text or "#" in text:
        _refuse("it has a user, a query or a fragment")
    return text


def _checked_origin(text: str) -> str:
    """Return `text` as an origin, without a slash at its end.

    Raises:
        PublicValueError: It is not one; the text names the part that is wrong.
    """
    if urlsplit(_checked_url(text)).path not in {"", "/"}:
        _refuse("it has a path, but the pages are at the root of the host")
    return text.removesuffix("/")


def is_this_machine(host: str) -> bool:
    """Return whether what is sent to `host` stays on this machine (RFC 6761, section 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse(message: str) -> NoReturn:
    raise PublicValueError(message)


PublicUrl = Annotated[str, AfterValidator(_checked_origin)]
IssuerUrl = Annotated[str, AfterValidator(_checked_url)]
ClientId = Annotated[str, StringConstraints(pattern=re.compile(r"^[\x21-\x7e]{1,255}$"))]
Scopes = Annotated[str, StringConstraints(pattern=re.compile(r"^openid(?: [\x21\x23-\x5b\x5d-\x7e]+)*$"))]
"""Scopes as in RFC 6749, section 3.3; the first one makes it OpenID Connect."""


class ClientSecret(Secret[Annotated[str, StringConstraints(min_length=1, max_length=2_000)]]):
    """The secret that identifies this service to the identity provider."""


_NOBODY = "nobody could sign in there"

PUBLIC_URL = Guidance(
    expected="`https://HOST` or `https://HOST:PORT`; `http` only on this machine",
    invalid="people who sign in elsewhere would not find their way back",
    example="https://setpoint.example.com",
)
ISSUER = Guidance(
    expected="`https://HOST/PATH`, exactly as in the `iss` of the provider's tokens",
    invalid=_NOBODY,
    example="https://<host>/<path>",
)
CLIENT_ID = Guidance(
    expected="1 to 255 characters without spaces",
    invalid=_NOBODY,
    obtain="register Setpoint with the provider, `/sign-in/openid/callback` below `PUBLIC_URL` as the redirect URI",
    example="<client id>",
)
CLIENT_SECRET = Guidance(
    expected="the secret that the identity provider shows next to the client id",
    invalid=_NOBODY,
    example="<client secret>",
)
SCOPES = Guidance(
    expected="`openid` and other words, separated by single spaces",
    invalid=_NOBODY,
    example="openid profile email groups",
)
