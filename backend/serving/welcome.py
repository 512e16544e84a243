"""Says in the terminal where the service listens and what to try: for `make run`, which asks for it."""

from collections.abc import Iterable

ASKED_BY = "SETPOINT_WELCOME"
"""Variable of the process environment that asks for the text."""

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - to say where such a service is found

_LOOK = (
    "In a browser, {address}/check shows what programs read from an env file.\n",
    "All pages are at {address}; sign in with what `setpoint token create me --kind person --role admin` prints.\n",
)
_TRY = (
    "setpoint schema push --app billing",
    'setpoint push billing/production prod.env -m "first"',
    "setpoint log billing/production",
    "curl {address}/v1/openapi.json",
)


def welcome(listeners: Iterable[object]) -> str:
    """Return what to try with a service that has these listening sockets, as gunicorn writes them."""
    addresses = [str(listener) for listener in listeners]
    reachable = [_reachable(address) for address in addresses if address.startswith("http")]
    calls = "".join(f"  {each.format(address=address)}\n" for address in reachable[:1] for each in _TRY)
    pages = "".join(each.format(address=address) for address in reachable[:1] for each in _LOOK)
    return (
        f"Setpoint runs at {' and '.join(addresses)}; press Ctrl-C to stop it.\n{pages}"
        f"In another terminal, after `. .venv/bin/activate`:\n{calls}"
    )


def _reachable(address: str) -> str:
    for every, one in _EVERY_ADDRESS.items():
        address = address.replace(f"//{every}:", f"//{one}:")
    return address
