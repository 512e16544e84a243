"""Resolves the specifiers of units, such as `%i`; some are known only to the host."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from setpoint.deploys.systemd.unit_name import UnitName, unescaped

_SPECIFIER = re.compile(r"%(?:([%A-Za-z0-9])|(?=(.|\Z)))", re.DOTALL)
_OF_THE_MANAGER = {
    "t": "/run",
    "S": "/var/lib",
    "C": "/var/cache",
    "L": "/var/log",
    "E": "/etc",
    "T": "/tmp",  # noqa: S108 - what the specifier says, nothing is written there
    "V": "/var/tmp",  # noqa: S108 - the same
    "h": "/root",
    "u": "root",
    "U": "0",
    "g": "root",
    "G": "0",
    "s": "/bin/bash",
    "%": "%",
}
_OF_THE_HOST = {
    "a": "architecture",
    "A": "image version",
    "b": "boot ID",
    "B": "build ID",
    "c": "control group",
    "H": "host name",
    "l": "short host name",
    "m": "machine ID",
    "M": "image ID",
    "o": "ID of the operating system",
    "q": "pretty host name",
    "r": "control group of the slice",
    "R": "control group of the manager",
    "v": "kernel release",
    "w": "version ID",
    "W": "variant ID",
}


class Resolved(NamedTuple):
    """A text whose specifiers are resolved.

    Attributes:
        text: What it says, as far as that is known.
        unknown: The first specifier in it that only the host knows, as in `%H (host name)`; None for most.
        bad: The first one that systemd does not know, so that it drops the text; None for most.
    """

    text: str
    unknown: str | None = None
    bad: str | None = None


class Specifiers:
    """The value of each specifier in one unit (systemd.unit(5), "Specifiers", system manager)."""

    def __init__(self, name: UnitName, fragment: str) -> None:
        self._meant: Mapping[str, str | None] = {**_OF_THE_MANAGER, **_of_the_unit(name, fragment)}

    def resolve(self, text: str) -> Resolved:
        """Resolve the specifiers of `text`; a `%` before what is neither letter nor digit is itself."""
        unknown: list[str] = []
        bad: list[str] = []

        def meant(specifier: re.Match[str]) -> str:
            letter = specifier[1]
            if letter is None:
                return "%"
            if letter in _OF_THE_HOST:
                unknown.append(f"%{letter} ({_OF_THE_HOST[letter]})")
                return ""
            found = self._meant.get(letter)
            if found is None:
                bad.append(f"%{letter}")
            return found or ""

        resolved = _SPECIFIER.sub(meant, text)
        return Resolved(resolved, next(iter(unknown), None), next(iter(bad), None))


def _of_the_unit(name: UnitName, fragment: str) -> dict[str, str | None]:
    full = name.full
    last = name.prefix.rpartition("-")[2]
    instance = name.instance or ""
    return {
        "n": full,
        "N": full.removesuffix(f".{name.type}"),
        "p": name.prefix,
        "P": unescaped(name.prefix),
        "i": instance,
        "I": unescaped(instance),
        "j": last,
        "J": unescaped(last),
        "f": _as_path(name.instance or name.prefix),
        "d": f"/run/credentials/{full}",
        "y": fragment,
        "Y": fragment.rpartition("/")[0],
    }


def _as_path(escaped: str) -> str | None:
    """Return the unescaped path of `escaped`; None if it is not one, so that `%f` is refused."""
    if escaped == "-":
        return "/"
    inside = unescaped(escaped)
    if inside is None or any(part in ("", ".", "..") for part in inside.split("/")):
        return None
    return f"/{inside}"
