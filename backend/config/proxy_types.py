"""The proxies in front of the service, which say where a request comes from."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator

from setpoint.contract.guidance import Guidance, PublicValueError

Network = IPv4Network | IPv6Network


def parse_networks(text: str) -> tuple[Network, ...]:
    """Return the addresses and networks in `text`, which commas separate: `10.0.0.7,10.1.0.0/16`.

    Raises:
        PublicValueError: One of them is neither; the message says which.
    """
    return tuple(_network(position, each.strip()) for position, each in enumerate(text.split(","), start=1))


def _network(position: int, text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        message = f"entry {position} is neither an address nor a network"
        raise PublicValueError(message) from None


def _checked(text: str) -> str:
    parse_networks(text)
    return text


TrustedProxies = Annotated[str, AfterValidator(_checked)]

PROXIES = Guidance(
    expected="addresses and networks, separated by commas",
    unset="the audit log has the address of the proxy while `TRUSTED_PROXIES` is unset",
    invalid="clients could make up their address, or all would have that of the proxy",
    example="127.0.0.1,10.0.0.0/8",
)
