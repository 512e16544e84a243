"""Variables that were not sent as a file, in the form in which files are checked."""

from collections.abc import Mapping

from setpoint.envfile.reading import Binding, Reading
from setpoint.envfile.source_text import SourceText, Span
from setpoint.sources.env_file import EnvFile


def as_file(variables: Mapping[str, str]) -> EnvFile:
    """Return an env file without a name that holds `variables`, whatever their values are."""
    lines, bindings, at = [], [], 0
    for name, value in variables.items():
        value_at = at + len(name) + 1
        bindings.append(Binding(name, value, Span(at, at + len(name)), Span(value_at, value_at + len(value))))
        lines.append(f"{name}={value}\n")
        at += len(lines[-1])
    return EnvFile("", SourceText("", "".join(lines)), Reading(tuple(bindings), dict(variables), ()))
