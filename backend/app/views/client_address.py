"""Finds out which address a request comes from, where proxies that are trusted say it; nobody else is believed."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address, ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from config.proxy_types import Network


class ClientAddresses:
    """WSGI middleware: gives a request from a trusted proxy the address of the client for which that proxy asks."""

    def __init__(self, wsgi_app: WSGIApplication, trusted: Sequence[Network]) -> None:
        self._wsgi_app = wsgi_app
        self._trusted = trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        peer, forwarded = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = client_address(peer, forwarded, self._trusted)
        return self._wsgi_app(environ, start_response)


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the address of the client.

    Each proxy adds the address that it sees to the end, and a client may have written anything before that. So the
    list is read from its end, as far as those who added to it are trusted.

    Args:
        peer: The address of the connection.
        forwarded: What its `X-Forwarded-For` says; empty if there is none.
        trusted: The networks of the proxies that are believed.
    """
    address = _plain(peer) or peer
    for said in reversed(forwarded.split(",")):
        named = _plain(said.strip())
        if named is None or not _is_within(trusted, address):
            break
        address = named
    return address


def _plain(text: str) -> str | None:
    """Return an address as it is usually written, an IPv4 address in IPv6 as the former; None if it is not one."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return str((isinstance(address, IPv6Address) and address.ipv4_mapped) or address)


def _is_within(networks: Sequence[Network], address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in each for each in networks)
