"""A variable with its value as a source holds it, before it is known which setting it is for."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from setpoint.envfile.reading import Binding
from setpoint.sources.env_file import EnvFile
from setpoint.text.guarded import Guarded


class Written(NamedTuple):
    """A binding, with the file in which it is written."""

    file: EnvFile
    binding: Binding

    @property
    def line(self) -> int:
        """Return the number of the line on which its name is, from 1."""
        return self.file.source.line_at(self.binding.name_span.start)

    @property
    def value(self) -> Guarded:
        """Return its value as written in the file, with its quotes."""
        return Guarded(self.binding.value_span.of(self.file.source.text))

    @property
    def value_with_blanks(self) -> Guarded:
        """Return the same with the blanks before it."""
        from setpoint.text.shown import with_blanks  # noqa: PLC0415 - only needed when a value is shown

        span = self.binding.value_span
        return Guarded(with_blanks(self.file.source.text, span.start, span.end))


class Entry(NamedTuple):
    """One name and one value.

    Attributes:
        name: The name as the source spells it.
        value: The text; None for a name in an env file without a value.
        written: Where it is written; None in the process environment.
    """

    name: str
    value: str | None
    written: Written | None = None

    @property
    def file(self) -> EnvFile | None:
        """Return the file in which it is written; None in the process environment."""
        return self.written.file if self.written else None


def entries_of(file: EnvFile) -> Iterator[Entry]:
    """Yield what a program takes from `file`: if a name is bound several times, one binding counts."""
    for binding in file.reading.bindings:
        if binding.value is None:
            if binding.name in file.reading.valueless:
                yield Entry(binding.name, None, Written(file, binding))
        elif file.variables.get(binding.name) == binding.value:
            yield Entry(binding.name, binding.value, Written(file, binding))


def entries_of_environment(environment: Mapping[str, str]) -> Iterator[Entry]:
    """Yield the variables of a process environment."""
    return (Entry(name, value) for name, value in environment.items())
