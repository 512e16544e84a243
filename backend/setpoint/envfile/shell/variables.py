"""The variables of a shell while it sources a file, as far as they can be known without running it."""

from collections.abc import Mapping
from typing import NamedTuple

from setpoint.envfile.draft import ExpansionLimit
from setpoint.envfile.shell.dialect import ShellDialect


class Known(NamedTuple):
    """What is known about a variable: whether it can be known at all, and its value, None if it is not set."""

    certain: bool
    value: str | None = None


_UNKNOWN = Known(certain=False)


class ShellVariables:
    """What the file has set so far, over the environment.

    Attributes:
        limit: How much text references may still insert.
        demands_values: Whether a reference to a variable that is not set ends the shell.
        has_arguments: Whether `$1` and the like have values.
        referred: The names whose value in the file is used by a reference.
    """

    def __init__(self, environment: Mapping[str, str], dialect: ShellDialect) -> None:
        self.limit = ExpansionLimit()
        self._environment = environment
        self._dialect = dialect
        self._file: dict[str, str | None] = {}
        self._arrays: set[str] = set()
        self._frozen: set[str] = set()
        self._exports = True
        self.demands_values = False
        self.has_arguments = False
        self.referred: set[str] = set()

    @property
    def have_plain_rules(self) -> bool:
        """Whether every assignment sets a variable and passes it on."""
        return self._exports and not self._frozen and not self.demands_values

    def find(self, name: str) -> Known:
        """Return what is known about the variable `name`."""
        if name.isdecimal():
            return _UNKNOWN if self.has_arguments else Known(certain=True)
        if name in self._dialect.living_names or name in self._dialect.readonly_names:
            return _UNKNOWN
        if name in self._file:
            value = self._file[name]
            return _UNKNOWN if value is None else Known(certain=True, value=value)
        if name in self._environment:
            return Known(certain=True, value=self._environment[name])
        return _UNKNOWN if name in self._dialect.own_names else Known(certain=True)

    def refer_to(self, name: str) -> Known:
        """Return what a reference to the variable `name` finds."""
        if name in self._file:
            self.referred.add(name)
        return self.find(name)

    def assign(self, name: str, value: str | None) -> str | None:
        """Set a variable of the file, and return its value; None if that can't be known."""
        is_handed_on = self._exports or name in self._file or name in self._environment
        self._file[name] = value if is_handed_on and name not in self._arrays else None
        return self._file[name]

    def is_set_by_shell(self, name: str) -> bool:
        """Return whether the shell itself gives the variable a value, which the file does not say."""
        return not self.find(name).certain and name not in self._file

    def is_frozen(self, name: str) -> bool:
        """Return whether an assignment to the variable is an error."""
        return name in self._dialect.readonly_names or name in self._frozen

    def freeze(self, name: str) -> None:
        """Record that the variable can no longer be set."""
        self._frozen.add(name)

    def stop_exporting(self) -> None:
        """Record that variables that are new from here on are not passed on."""
        self._exports = False

    def make_array(self, name: str) -> None:
        """Record that a variable is an array from here on, and so is never passed on."""
        self._arrays.add(name)

    def of_the_file(self) -> dict[str, str]:
        """Return the variables that the file sets and whose value is known."""
        return {name: value for name, value in self._file.items() if value is not None}
