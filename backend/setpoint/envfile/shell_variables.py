"""The variables of a shell while it sources a file, as far as they can be known without running it."""

from collections.abc import Mapping
from typing import NamedTuple

from setpoint.envfile.expansion_limit import ExpansionLimit
from setpoint.envfile.shell_dialect import ShellDialect


class Known(NamedTuple):
    """What is known of a variable: whether it can be known at all, and its value, None where it is not set."""

    certain: bool
    value: str | None = None


_UNKNOWN = Known(certain=False)


class ShellVariables:
    """What the file has set so far, over the environment.

    Attributes:
        limit: How much text references may still put in.
    """

    def __init__(self, environment: Mapping[str, str], dialect: ShellDialect) -> None:
        self.limit = ExpansionLimit()
        self._environment = environment
        self._dialect = dialect
        self._file: dict[str, str | None] = {}
        self._arrays: set[str] = set()

    def find(self, name: str) -> Known:
        """Return what is known of the variable `name`."""
        if name.isdecimal():
            return Known(certain=True)
        if name in self._dialect.living_names or name in self._dialect.readonly_names:
            return _UNKNOWN
        if name in self._file:
            value = self._file[name]
            return _UNKNOWN if value is None else Known(certain=True, value=value)
        if name in self._environment:
            return Known(certain=True, value=self._environment[name])
        return _UNKNOWN if name in self._dialect.own_names else Known(certain=True)

    def assign(self, name: str, value: str | None) -> str | None:
        """Set a variable of the file, and return its value; None where that can't be known."""
        self._file[name] = None if name in self._arrays else value
        return self._file[name]

    def make_array(self, name: str) -> None:
        """Note that a variable is an array from here on, and so is never handed on."""
        self._arrays.add(name)

    def of_the_file(self) -> dict[str, str]:
        """Return the variables that the file sets and whose value is known."""
        return {name: value for name, value in self._file.items() if value is not None}
