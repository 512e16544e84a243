"""The destination of a webhook: its URL, and an address that is checked before anything connects to it.

The host is resolved once, and the connection goes to exactly the address that was checked, so that a name that resolves
differently the next time (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_URL = 2_000
_PORTS = {"https": 443, "http": 80}
_PRIVATE = "webhooks are not sent to private addresses unless `WEBHOOKS_ALLOW_PRIVATE=true`"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All globally reachable IPv6 addresses; other ranges have forms that hide an IPv4 address."""

_RELAYS = ipaddress.ip_network("192.88.99.0/24")
"""The range of 6to4, which is obsolete (RFC 7526); whoever answers there is nearby."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnfitReceiverError(Exception):
    """Nothing can be sent there; the text says why."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """The parts of a URL.

    Attributes:
        scheme: `https` or `http`.
        host: The host, as a name or an address.
        port: The port.
        target: The path with the query.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The host, and the port if it is not the usual one, as `Host` has them (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse_receiver(url: str, *, allow_private: bool) -> Receiver:
    """Return the parts of `url`.

    Raises:
        UnfitReceiverError: It is not a URL to send webhooks to, or names a private address outright.
    """
    schemes = ("https", "http") if allow_private else ("https",)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UnfitReceiverError(_no_url(schemes)) from None
    is_plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    if parts.scheme not in schemes or not parts.hostname or not is_plain or port == 0:
        raise UnfitReceiverError(_no_url(schemes))
    if "@" in parts.netloc or "#" in url:
        message = "the URL of a webhook must not have a user, password or fragment"
        raise UnfitReceiverError(message)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    receiver = Receiver(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], target)
    if not allow_private and (literal := _literal(receiver.host)) is not None and not is_public(literal):
        raise UnfitReceiverError(_PRIVATE)
    return receiver


def addresses_of(receiver: Receiver, *, allow_private: bool) -> list[str]:
    """Return the addresses of the host.

    Raises:
        UnfitReceiverError: It has none, or a private one.
    """
    try:
        found = socket.getaddrinfo(receiver.host, receiver.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        message = "the host name can't be resolved"
        raise UnfitReceiverError(message) from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not allow_private and not all(is_public(ipaddress.ip_address(each)) for each in addresses):
        raise UnfitReceiverError(_PRIVATE)
    return addresses


def is_public(address: Address) -> bool:
    """Return whether `address`, and each IPv4 address that is inside it, can be reached from anywhere."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or _translated(address)
        if inside is not None and not is_public(inside):
            return False
        if address.ipv4_mapped is not None:
            return True
        if address.teredo is not None or not (address in _UNICAST or address in _NAT64):
            return False
    return address.is_global and not address.is_multicast and address not in _RELAYS


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that NAT64 maps `address` to (RFC 6052); None if it maps to none."""
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def _literal(host: str) -> Address | None:
    """Return the address that `host` spells, including C's notations (`0x7f.1`); None if it is a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _no_url(schemes: tuple[str, ...]) -> str:
    return f"the URL of a webhook begins with {' or '.join(f'`{each}://`' for each in schemes)} and names a host"
