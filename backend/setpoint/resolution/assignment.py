"""A value that a source gives to a variable."""

from typing import NamedTuple

from setpoint.contract.variable import Variable
from setpoint.sources.entry import Written
from setpoint.sources.env_file import EnvFile
from setpoint.text.guarded import MASK, Guarded
from setpoint.text.secret_values import is_token_as_name
from setpoint.text.shown import is_secret_of_stranger
from setpoint.validation.record import SourceRecord


class Assignment(NamedTuple):
    """A value and where it comes from.

    Attributes:
        name: The name as the source spells it.
        value: The text; only the door may show it.
        variable: The variable of the settings class; None if it has no such variable.
        written: Where it is written, if it comes from a file.
        source: The source that sets it, if that has no variables: a config file, or one of the app's own sources.
        place: The path of what it sets, if the name does not say: for secret files, the folders do.
    """

    name: str
    value: Guarded
    variable: Variable | None
    written: Written | None = None
    source: SourceRecord | None = None
    place: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """Return the path of what it sets: attributes, and keys of an open variable."""
        if self.place:
            return self.place
        return () if self.variable is None else self.variable.path_of(self.name)

    @property
    def shown_name(self) -> str:
        """Return the name in a form that may be shown."""
        if self.variable is None:
            return MASK if is_token_as_name(self.name) else self.name
        return self.variable.shown_name(self.name)

    @property
    def file(self) -> EnvFile | None:
        """Return the file in which it is written, if it comes from one."""
        return self.written.file if self.written else None

    @property
    def in_process(self) -> bool:
        """Return whether it comes from the process environment."""
        return self.written is None and self.source is None

    @property
    def shows_value(self) -> bool:
        """Return whether its value may be shown, as far as can be decided by itself: a known setting and no secret."""
        if self.variable is None or (self.file is not None and self.file.holds_one_value):
            return False
        return self.variable.shows(self.name, self.value)

    @property
    def holds_secret(self) -> bool:
        """Return whether its value is a secret, known or by its looks, which no other value may show either."""
        if self.variable is not None:
            return not self.shows_value
        return is_secret_of_stranger(self.name, self.value, in_process=self.in_process)
