"""What `check` knows about each line of an env file: which variable it sets, and what of it may be shown."""

from collections.abc import Iterator
from typing import NamedTuple

from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.envfile.problem import Problem, ProblemKind
from setpoint.envfile.reading import Binding
from setpoint.envfile.source_text import Span
from setpoint.resolution.assignment import Assignment
from setpoint.sources.entry import Written
from setpoint.sources.env_file import EnvFile
from setpoint.text.guarded import MASK, Guarded
from setpoint.text.shown import Names
from setpoint.text.suggest import allowed_steps

_BREAKS_THE_READING = {ProblemKind.MALFORMED_LINE, ProblemKind.UNCLOSED_QUOTE}


class Statement(NamedTuple):
    """One binding.

    Attributes:
        written: The binding and its file.
        shown_name: The name if it may be shown, otherwise a mask.
        variable: The variable of the settings class that it sets, if any.
        from_file: The variable whose value is in the file that this one names.
    """

    written: Written
    shown_name: str
    variable: Variable | None = None
    from_file: Variable | None = None

    @property
    def file(self) -> EnvFile:
        """Return the file in which it is."""
        return self.written.file

    @property
    def binding(self) -> Binding:
        """Return the binding itself."""
        return self.written.binding

    @property
    def name(self) -> str:
        """Return the name as it is written."""
        return self.binding.name

    @property
    def value(self) -> Guarded | None:
        """Return the value that the program reads; None if it reads none."""
        return None if self.binding.value is None else Guarded(self.binding.value)

    @property
    def span(self) -> Span:
        """Return where it is, from its name to the end of its value."""
        return Span(self.binding.name_span.start, self.binding.value_span.end)

    @property
    def is_known(self) -> bool:
        """Return whether the settings class knows the name."""
        return self.variable is not None or self.from_file is not None

    @property
    def assignment(self) -> Assignment:
        """Return the value that it sets."""
        return Assignment(self.name, self.value or Guarded(""), self.variable, self.written)


class UnreadableLine(NamedTuple):
    """One line that the program can't read.

    Attributes:
        file: The file in which it is.
        span: The line.
        name: What looks like its name; None if nothing does.
        shown_name: The name if it may be shown, otherwise a mask.
        is_known: Whether the settings class knows the name.
    """

    file: EnvFile
    span: Span
    name: str | None
    shown_name: str
    is_known: bool


Line = Statement | UnreadableLine
"""The parts of an env file."""


def lines_of(file: EnvFile, contract: SettingsContract) -> Iterator[Line]:
    """Yield the statements and the unreadable lines of `file` in order."""
    if file.holds_one_value:
        for only in file.reading.bindings:
            yield Statement(Written(file, only), only.name, contract.find(only.name))
        return
    if file.is_deployed:
        yield from (statement_of(Written(file, each), contract) for each in file.reading.bindings)
        return
    names, end = Names(), 0
    for item in _in_order(file):
        if _holds_an_unread_line(file.source.text[end : _start(item)]):
            names.pass_over()
        line = _line(file, item, contract)
        is_known = line.is_known or (line.name is not None and _is_almost_known(line.name, contract))
        shows = names.shows(line.name, _written_value(file, item), is_known=is_known)
        yield line._replace(shown_name=_shown_name(line, contract)) if shows else line
        end = max(end, line.span.end)


def _shown_name(line: Line, contract: SettingsContract) -> str:
    """Return the name on `line`, which may be shown except for keys that look like tokens."""
    name = line.name or MASK
    variable = contract.find(name)
    return variable.shown_name(name) if variable else name


def statement_of(written: Written, contract: SettingsContract) -> Statement:
    """Return what is known about a binding whose name can't be anything else, because of the form of its file."""
    name, value = written.binding.name, written.binding.value
    statement = Statement(written, MASK, contract.find(name), contract.from_file(name))
    is_known = statement.is_known or _is_almost_known(name, contract)
    shows = Names().shows(name, Guarded(value or "?"), is_known=is_known)
    return statement._replace(shown_name=_shown_name(statement, contract)) if shows else statement


def _line(file: EnvFile, item: Binding | Problem, contract: SettingsContract) -> Line:
    """Return what is known about `item`, with its name masked."""
    name = item.name
    variable, from_file = (contract.find(name), contract.from_file(name)) if name else (None, None)
    if isinstance(item, Binding):
        return Statement(Written(file, item), MASK, variable, from_file)
    return UnreadableLine(file, item.span, name, MASK, is_known=bool(variable or from_file))


def _is_almost_known(name: str, contract: SettingsContract) -> bool:
    return contract.known_names.nearest(name, allowed_steps(name)) is not None


def _written_value(file: EnvFile, item: Binding | Problem) -> Guarded | None:
    """Return the value of a binding; None for a bare name, to which some programs give an empty value."""
    if not isinstance(item, Binding) or item.value is None:
        return None
    between = file.source.text[item.name_span.end : item.value_span.start]
    return Guarded(item.value) if "=" in between or ":" in between else None


def _holds_an_unread_line(between: str) -> bool:
    """Return whether there is a line between two statements that the program ignores, and that is not a comment."""
    return any(line.strip() and line.strip()[0] not in "#;" for line in between.splitlines()[1:-1])


def _in_order(file: EnvFile) -> list[Binding | Problem]:
    bare = {binding.name_span for binding in file.reading.bindings if binding.value is None}
    broken = (each for each in file.reading.problems if each.kind in _BREAKS_THE_READING and each.span not in bare)
    return sorted([*file.reading.bindings, *broken], key=_start)


def _start(item: Binding | Problem) -> int:
    return item.name_span.start if isinstance(item, Binding) else item.span.start
