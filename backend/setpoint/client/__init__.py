"""Talks to the service that keeps configuration.

What `__all__` lists is public, like `setpoint` itself; the rest is for the command line.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from setpoint.client.following import Following, follow

__all__ = ["Following", "follow"]


def __getattr__(name: str) -> object:
    """Import a name when it is first asked for: commands that talk to the service need no pydantic."""
    if name in __all__:
        return getattr(import_module("setpoint.client.following"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
