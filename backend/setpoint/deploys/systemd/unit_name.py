"""The parts of a unit's name: `app-web@blue.service` is prefix, instance and type."""

import re
from typing import NamedTuple

_NAME = re.compile(
    r"(?P<prefix>[A-Za-z0-9:_.\\-]+)(?:(?P<at>@)(?P<instance>[A-Za-z0-9:_.\\@-]*))?\.(?P<type>service|socket|mount|swap)"
)
_LONGEST = 255
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})")
SECTIONS = {"service": "Service", "socket": "Socket", "mount": "Mount", "swap": "Swap"}
"""For each type of unit that starts processes, the section that says how."""


class UnitName(NamedTuple):
    """A unit's name, taken apart (systemd.unit(5)).

    Attributes:
        prefix: `app-web` of `app-web@blue.service`.
        instance: `blue`; empty for a template, None for a unit that is neither.
        type: `service`.
    """

    prefix: str
    instance: str | None
    type: str

    @classmethod
    def parsed(cls, name: str) -> "UnitName | None":
        """Return the parts of `name`; None if it is not the name of a unit that starts processes."""
        match = _NAME.fullmatch(name) if len(name) <= _LONGEST else None
        return cls(match["prefix"], match["instance"] if match["at"] else None, match["type"]) if match else None

    @property
    def full(self) -> str:
        """Return the whole name."""
        return self._named(self.prefix, self.instance)

    @property
    def template(self) -> str | None:
        """Return the name of the template of an instance; None for any other unit."""
        return self._named(self.prefix, "") if self.instance else None

    @property
    def section(self) -> str:
        """Return the section that says how its processes are started."""
        return SECTIONS[self.type]

    def dropin_names(self) -> tuple[str, ...]:
        """Return the names whose drop-ins count for it, its own first, such as `app-.service` for `app-web.service`."""
        found = []
        prefix = self.prefix
        while True:
            found.append(self._named(prefix, self.instance))
            if self.instance:
                found.append(self._named(prefix, ""))
            shorter = prefix[:-1].rpartition("-")[0] if prefix.endswith("-") else prefix.rpartition("-")[0]
            if not shorter:
                return tuple(found)
            prefix = shorter + "-"

    def _named(self, prefix: str, instance: str | None) -> str:
        return f"{prefix}.{self.type}" if instance is None else f"{prefix}@{instance}.{self.type}"


def unescaped(text: str) -> str | None:
    r"""Return an unescaped part of a name: `a-b` is `a/b`, `a\x2db` is `a-b`; None if an escape is invalid."""
    if "\\" in _ESCAPED.sub("", text):
        return None
    content = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text.replace("-", "/"))
    return content.encode("latin-1").decode("utf-8", "surrogateescape")
