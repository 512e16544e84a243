"""A variable with its value as a source holds it, before anyone knows which setting it is for."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from setpoint.envfile.reading import Binding
from setpoint.sources.env_file import EnvFile


class Entry(NamedTuple):
    """One name and one value.

    Attributes:
        name: The name as the source spells it.
        value: The text; None for a name that an env file knows and to which it gives no value.
        file: The file in which it is written; None in the process environment.
        binding: Where in the file.
    """

    name: str
    value: str | None
    file: EnvFile | None = None
    binding: Binding | None = None


def entries_of(file: EnvFile) -> Iterator[Entry]:
    """Yield what a program takes from `file`: of several bindings of one name just one counts."""
    for binding in file.reading.bindings:
        if binding.value is None:
            if binding.name in file.reading.valueless:
                yield Entry(binding.name, None, file, binding)
        elif file.variables.get(binding.name) == binding.value:
            yield Entry(binding.name, binding.value, file, binding)


def entries_of_environment(environment: Mapping[str, str]) -> Iterator[Entry]:
    """Yield what a process environment holds."""
    return (Entry(name, value) for name, value in environment.items())
