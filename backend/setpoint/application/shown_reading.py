"""What a program reads in an env file, in a form that may be shown."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from setpoint.envfile.location import Location
from setpoint.envfile.reading import Binding
from setpoint.envfile.source_text import Span
from setpoint.sources.env_file import EnvFile
from setpoint.text.guarded import MASK, Guarded
from setpoint.text.secret_values import is_token_as_name
from setpoint.text.shown import COMMENT, Door, comment_in, is_name, is_secret_of_stranger, with_blanks


@dataclass(frozen=True, slots=True)
class Judgement:
    """Decides which names and values of a file may be shown.

    Attributes:
        shows: Returns whether the value of a name may be shown.
        shows_name: Returns whether what is read as a name may be shown.
    """

    shows: Callable[[str, str], bool]
    shows_name: Callable[[str], bool]


REVEALED = Judgement(lambda *_: True, lambda _: True)
"""Shows everything, because the user asked for it."""


def by_looks(file: EnvFile, given: Mapping[str, str]) -> Judgement:
    """Return a judgement by names and looks alone, for when no settings class is known.

    Args:
        file: The file that was read.
        given: What references may have put into values, apart from the file's own names.
    """
    of_file = {each.name: each.value for each in file.reading.bindings if each.value}
    secrets = [value for name, value in [*given.items(), *of_file.items()] if _is_secret(name, value)]
    door = Door(secrets)
    return Judgement(
        lambda name, value: door.lets_through(Guarded(value), secret=_is_secret(name, value)),
        lambda name: door.lets_through(Guarded(name), secret=is_token_as_name(name)),
    )


def _is_secret(name: str, value: str) -> bool:
    return is_secret_of_stranger(name, Guarded(value), in_process=False)


@dataclass(frozen=True)
class ShownReading:
    """A reading, in a form that may be shown.

    Attributes:
        file: What was read.
        judgement: What decides what may be shown.
    """

    file: EnvFile
    judgement: Judgement

    def lines(self) -> Iterator[tuple[str, str | None, bool]]:
        """Yield each name, its value, and whether the value may be shown; None for a name without a value.

        Masked names are numbered, to tell them apart.
        """
        masked = 0
        pairs = [*self.file.reading.variables.items(), *((name, None) for name in self.file.reading.valueless)]
        for name, value in pairs:
            shown = self.name(name, has_value=value is not None)
            if shown == MASK:
                masked += 1
                shown = MASK if masked == 1 else f"{MASK} ({masked})"
            is_shown = value is None or self.judgement.shows(name, value)
            yield shown, self._without_comment(name, value) if is_shown else MASK, is_shown

    def _without_comment(self, name: str, value: str | None) -> str | None:
        """Return `value` without what was meant as a comment, but is not one to the program."""
        bindings = self.file.reading.bindings_by_name.get(name, ())
        binding = next((each for each in reversed(bindings) if each.value == value), None)
        if value is None or binding is None or self.judgement is REVEALED:
            return value
        comment = comment_in(value, with_blanks(self.file.source.text, *binding.value_span))
        return value if comment is None else f"{value[:comment]}{COMMENT}"

    def name(self, name: str, *, has_value: bool = True) -> str:
        """Return `name` in a form that may be shown: what can't be a name may be part of a key that spans lines."""
        if self.judgement is REVEALED:
            return name
        return name if is_name(name, has_value=has_value) and self.judgement.shows_name(name) else MASK

    def location(self, span: Span) -> Location:
        """Return where `span` is, as editors count it; a place after something hidden does not give away its length."""
        source = self.file.source
        first = self._told(span.start)
        is_hidden = first != span.start or self._told(span.end) != span.end
        last = first + 1 if is_hidden and span.end > span.start else max(first, span.end)
        return Location.of(Span(first, last), source)

    def _told(self, offset: int) -> int:
        line = self.file.source.line_span(self.file.source.line_at(offset))
        for binding in self.file.reading.bindings:
            hides_name = self.name(binding.name, has_value=binding.value is not None) == MASK
            start = (binding.name_span if hides_name else binding.value_span).start
            hides = hides_name or not self._shows_value(binding)
            if hides and start < offset and (binding.value_span.end >= offset or start >= line.start):
                return start
        is_read = any(
            each.name_span.start <= offset <= each.value_span.end or line.start <= each.name_span.start <= offset
            for each in self.file.reading.bindings
        )
        return offset if is_read or self.judgement is REVEALED else line.start

    def _shows_value(self, binding: Binding) -> bool:
        written = binding.value_span.of(self.file.source.text)
        return self.judgement.shows(binding.name, binding.value or "") and self.judgement.shows(binding.name, written)
