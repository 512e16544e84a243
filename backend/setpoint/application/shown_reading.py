"""What a program reads in an env file, as it may be shown."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from setpoint.contract.secret_values import looks_like_token, sounds_secret
from setpoint.envfile.reading import Binding
from setpoint.envfile.source_text import Span
from setpoint.resolution.location import Location
from setpoint.sources.env_file import EnvFile
from setpoint.text.escape import printable
from setpoint.text.mask import MASK
from setpoint.text.shown import Door, Guarded

Shows = Callable[[str, str], bool]
"""Says of a name and its value whether the value may show."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


def shows_all(name: str, value: str) -> bool:  # noqa: ARG001 - one signature for all that judge
    """Let everything through: somebody asked for it."""
    return True


def by_looks(file: EnvFile, given: Mapping[str, str]) -> Shows:
    """Return what judges by names and looks alone, where no settings class is known.

    Args:
        file: The file that was read.
        given: What references may have put into values besides the file's own names.
    """
    of_file = {each.name: each.value for each in file.reading.bindings if each.value}
    secrets = [value for name, value in [*given.items(), *of_file.items()] if _is_secret(name, value)]
    door = Door(secrets)
    return lambda name, value: door.lets_through(Guarded(value), secret=_is_secret(name, value))


def _is_secret(name: str, value: str) -> bool:
    return sounds_secret(name, value) or looks_like_token(value)


@dataclass(frozen=True)
class ShownReading:
    """A reading as it may be shown.

    Attributes:
        file: What was read.
        shows: What judges the values.
    """

    file: EnvFile
    shows: Shows

    def lines(self) -> Iterator[tuple[str, str | None, bool]]:
        """Yield each name, its value, and whether that shows; None for a name without a value.

        Masked names are numbered, so that none is taken for another.
        """
        masked = 0
        pairs = [*self.file.reading.variables.items(), *((name, None) for name in self.file.reading.valueless)]
        for name, value in pairs:
            shown = self.name(name)
            if shown == MASK:
                masked += 1
                shown = MASK if masked == 1 else f"{MASK} ({masked})"
            is_shown = value is None or self.shows(name, value)
            yield shown, value if is_shown else MASK, is_shown

    def name(self, name: str) -> str:
        """Return `name` as it may show: what can't be one may be a piece of a key that spans lines."""
        if self.shows is shows_all or (_NAME.fullmatch(name) and (name.isupper() or not looks_like_token(name))):
            return name
        return MASK

    def location(self, span: Span) -> Location:
        """Return where `span` is, as editors count it; a place behind something hidden tells nothing of its length."""
        source = self.file.source
        first = self._told(span.start)
        is_hidden = first != span.start or self._told(span.end) != span.end
        last = first + 1 if is_hidden and span.end > span.start else max(first, span.end)
        start, end = source.position(first), source.position(last)
        return Location(printable(self.file.path), start.line, start.column, end.line, end.column)

    def _told(self, offset: int) -> int:
        line = self.file.source.line_span(self.file.source.position(offset).line)
        for binding in self.file.reading.bindings:
            hides = self.name(binding.name) == MASK or not self._shows_value(binding)
            start = binding.name_span.start if self.name(binding.name) == MASK else binding.value_span.start
            if hides and start < offset and (binding.value_span.end >= offset or start >= line.start):
                return start
        is_read = any(
            each.name_span.start <= offset <= each.value_span.end or line.start <= each.name_span.start <= offset
            for each in self.file.reading.bindings
        )
        return offset if is_read or self.shows is shows_all else line.start

    def _shows_value(self, binding: Binding) -> bool:
        written = binding.value_span.of(self.file.source.text)
        return self.shows(binding.name, binding.value or "") and self.shows(binding.name, written)
