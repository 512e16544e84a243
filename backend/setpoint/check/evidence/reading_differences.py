"""Describes how programs read one value, without quoting it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from setpoint.envfile.reading import Binding, Reading
from setpoint.envfile.source_text import SourceText
from setpoint.text.guarded import Guarded

_LEFT_OUT = "leave it out"


@dataclass(frozen=True, slots=True)
class ReadValue:
    """What one program reads for one name.

    Attributes:
        value: The text; None if it hands over none.
        words: How programs like it treat what is written, to follow their names: "keep the quotes".
    """

    value: Guarded | None
    words: str


def read_value(source: SourceText, reading: Reading, name: str, written: str) -> ReadValue:
    """Return how the program with this `reading` reads `name`, whose value is `written` in the file.

    If it refuses the file for another reason: how it would read the name once that is fixed.
    """
    bindings = reading.bindings_by_name.get(name, ())
    fixed = bindings[-1].value if bindings else None
    value = fixed if reading.refused else reading.variables.get(name)
    if value is None and reading.refused:
        return ReadValue(None, "refuse the file")
    if value is None:
        unknown = any(binding.value is None for binding in bindings)
        return ReadValue(None, "would run something" if unknown and "=" in source.text else _LEFT_OUT)
    found = (words for words, holds in _HABITS if holds(written, value))
    return ReadValue(Guarded(value), next(found, "read it as written" if value == written else "read another value"))


def written_value(source: SourceText, bindings: Sequence[Binding]) -> str:
    """Return what is written as the value, to the end of its line: the longest value that any program would read."""
    starts = [binding.value_span.start for binding in bindings]
    ends = [binding.value_span.end for binding in bindings]
    line = source.line_span(source.line_at(min(starts)))
    return source.text[min(starts) : max(line.end, *ends)]


def grouped(read: Mapping[str, ReadValue]) -> list[tuple[list[str], ReadValue]]:
    """Return the loaders of `read`, grouped by what they read."""
    groups: dict[str | Guarded, tuple[list[str], ReadValue]] = {}
    for loader, each in read.items():
        key = each.words if each.value is None else each.value
        groups.setdefault(key, ([], each))[0].append(loader)
    return list(groups.values())


def _starts_with_a_quote(written: str) -> bool:
    return written.lstrip()[:1] in {'"', "'"}


def _keeps_quotes(written: str, value: str) -> bool:
    return _starts_with_a_quote(written) and value[:1] == written.lstrip()[:1]


def _takes_quotes_away(written: str, value: str) -> bool:
    return _starts_with_a_quote(written) and value[:1] != written.lstrip()[:1]


def _keeps_comment(written: str, value: str) -> bool:
    return " #" in written and value.rstrip() == written.strip()


def _cuts_comment(written: str, value: str) -> bool:
    return "#" in written and "#" not in value


def _keeps_carriage_return(written: str, value: str) -> bool:  # noqa: ARG001 - one signature for all habits
    return value.endswith("\r")


def _drops_carriage_return(written: str, value: str) -> bool:
    return written.endswith("\r") and not value.endswith("\r")


def _reads_escapes(written: str, value: str) -> bool:
    return "\\n" in written and "\n" in value and "\\n" not in value


def _keeps_escapes(written: str, value: str) -> bool:
    return "\\n" in written and "\\n" in value


def _joins_lines(written: str, value: str) -> bool:
    first, joint, _ = written.partition("\\\n")
    return bool(joint) and "\\\n" not in value and not value.endswith("\\") and len(value) > len(first)


def _keeps_backslash_at_end(written: str, value: str) -> bool:
    return written.partition("\n")[0].endswith("\\") and value.endswith("\\")


def _replaces_references(written: str, value: str) -> bool:
    return "$" in written and value.count("$") < written.count("$")


def _keeps_references(written: str, value: str) -> bool:
    return "$" in written and value.count("$") == written.count("$")


def _keeps_blanks(written: str, value: str) -> bool:  # noqa: ARG001 - one signature for all habits
    return value != value.strip()


def _takes_blanks_away(written: str, value: str) -> bool:
    return written != value == written.strip()


def _both(*habits: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    return lambda written, value: all(habit(written, value) for habit in habits)


_HABITS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("keep the quotes and the comment", _both(_keeps_quotes, _keeps_comment)),
    ("keep an invisible carriage return at the end", _keeps_carriage_return),
    ("drop a carriage return at the end", _drops_carriage_return),
    ("keep the quotes", _keeps_quotes),
    ("read `\\n` as a line end", _reads_escapes),
    ("keep `\\n` as two characters", _keeps_escapes),
    ("join the next line", _joins_lines),
    ("keep the `\\` at the line's end", _keeps_backslash_at_end),
    ("expand what follows `$`", _replaces_references),
    ("read the comment as part of the value", _keeps_comment),
    ("cut the value off at `#`", _cuts_comment),
    ("strip the quotes", _takes_quotes_away),
    ("keep `$` as is", _keeps_references),
    ("keep the whitespace", _keeps_blanks),
    ("strip the whitespace", _takes_blanks_away),
)
"""In this order: the first habit that applies says the most."""
