"""Turns a place in an env file into a location and an excerpt: what may show of its line, and what may not."""

from setpoint.check.diagnostic import Excerpt
from setpoint.check.finding import Place
from setpoint.envfile.source_text import Location, SourceText, Span
from setpoint.resolution.statement import Line, Statement
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile
from setpoint.text.mask import MASK
from setpoint.text.shown_line import Extent, Name, ShownLine, line_of_binding, line_that_is_not_read


class Places:
    """Turns places in files into locations and excerpts."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._shown: dict[tuple[int, int], ShownLine] = {}
        self._by_number: dict[tuple[int, int], Line] = {}
        for line in subject.lines:
            for number in self._numbers(line.file, line.span):
                self._by_number.setdefault((id(line.file), number), line)

    def location(self, place: Place) -> Location:
        """Return where `place` is, as editors count it; one character for what is hidden, whatever its length."""
        place = _widened(place)
        source, line = place.file.source, self._line(place)
        first = line.told(place.span.start) if line else place.span.start
        return source.location(Span(first, self._told_end(place, first)))

    def excerpt(self, place: Place) -> Excerpt | None:
        """Return the line of `place`, fit to print; None for a place in a file that could not be read."""
        line, place = self._line(place), _widened(place)
        return Excerpt(*line.excerpt(place.span.start, place.span.end)) if line else None

    def _told_end(self, place: Place, first: int) -> int:
        """Return the end of `place` to tell, which begins at `first`: nothing after the start of something hidden."""
        source = place.file.source
        for number in range(source.position(first).line, source.position(place.span.end).line + 1):
            line, end = self._numbered(place.file, number), min(place.span.end, source.line_span(number).end)
            if line and (told := line.told(end)) < end:
                return max(told, first + 1)
        return place.span.end

    def _line(self, place: Place) -> ShownLine | None:
        return self._numbered(place.file, place.file.source.position(place.span.start).line)

    def _numbered(self, file: EnvFile, number: int) -> ShownLine | None:
        """Return line `number` of `file` as it may be shown; None for a file that could not be read."""
        if file.trouble:
            return None
        key = (id(file), number)
        if key not in self._shown:
            line = self._by_number.get(key)
            shows = isinstance(line, Statement) and self._subject.shown.shows_as_written(line)
            self._shown[key] = _shown_line(file.source, number, line, shows_value=shows)
        return self._shown[key]

    @staticmethod
    def _numbers(file: EnvFile, span: Span) -> range:
        return range(file.source.position(span.start).line, file.source.position(span.end).line + 1)


def _widened(place: Place) -> Place:
    """Return `place` with the blanks before it where it is empty: they are what an empty value looks like."""
    end = place.span.end
    if place.span.start < end:
        return place
    start = end
    while start and place.file.source.text[start - 1] in " \t":
        start -= 1
    return Place(place.file, Span(start, end))


def _shown_line(source: SourceText, number: int, content: Line | None, *, shows_value: bool) -> ShownLine:
    """Return line `number` (from 1) of `source`, on which `content` is, as it may show."""
    line = Extent(*source.line_span(number))
    if isinstance(content, Statement):
        name = Name(Extent(*content.binding.name_span), content.name, content.shown_name)
        return line_of_binding(
            source.text,
            line,
            None if content.file.holds_one_value else name,
            Extent(*content.binding.value_span),
            is_empty=not content.value,
            shows_value=shows_value,
        )
    if content is None:
        return line_that_is_not_read(source.text, line, None, MASK)
    return line_that_is_not_read(source.text, line, content.name, content.shown_name)
