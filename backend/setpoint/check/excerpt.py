"""Turns a place in an env file into a location and an excerpt, and masks what must not be shown."""

from collections.abc import Collection

from setpoint.check.deployed_lines import DeployedLines
from setpoint.check.diagnostic import Excerpt
from setpoint.check.finding import Region
from setpoint.envfile.location import Location
from setpoint.envfile.source_text import SourceText, Span
from setpoint.resolution.statement import Line, Statement
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile
from setpoint.text.guarded import MASK
from setpoint.text.shown_line import Extent, Name, ShownLine, line_of_binding, line_that_is_not_read


class Regions:
    """Turns places in files into locations and excerpts."""

    def __init__(self, subject: Subject | None, processes: Collection[str] = ()) -> None:
        """Take the subject, without which no value may be shown, and the names of a deploy's processes."""
        self._subject = subject
        self._shown: dict[tuple[int, int], ShownLine] = {}
        self._values_shown: dict[tuple[int, Span], bool] = {}
        self._by_number: dict[tuple[int, int], Line] = {}
        self._deployed = DeployedLines.of(subject) if subject else DeployedLines((), processes)
        for line in subject.lines if subject else ():
            for number in self._numbers(line.file, line.span):
                self._by_number.setdefault((id(line.file), number), line)

    def location(self, region: Region) -> Location:
        """Return where `region` is, as editors count it; one character for what is hidden, whatever its length."""
        region = _widened(region)
        source, line = region.file.source, self._line(region)
        first = line.told(region.span.start) if line else region.span.start
        return Location.of(Span(first, self._told_end(region, first)), source)

    def excerpt(self, region: Region) -> Excerpt | None:
        """Return the line of `region` in a form that may be shown; None if the file could not be read."""
        line, region = self._line(region), _widened(region)
        return Excerpt(*line.excerpt(region.span.start, region.span.end)) if line else None

    def _told_end(self, region: Region, first: int) -> int:
        """Return the end of `region` to report, which begins at `first`: never after the start of something hidden."""
        source = region.file.source
        for number in range(source.line_at(first), source.line_at(region.span.end) + 1):
            line, end = self._numbered(region.file, number), min(region.span.end, source.line_span(number).end)
            if line and (told := line.told(end)) < end:
                return max(told, first + 1)
        return region.span.end

    def _shows(self, statement: Statement) -> bool:
        if self._subject is None:
            return False
        # A value may have thousands of lines.
        key = (id(statement.file), statement.span)
        if key not in self._values_shown:
            self._values_shown[key] = self._subject.shown.shows_as_written(statement)
        return self._values_shown[key]

    def _line(self, region: Region) -> ShownLine | None:
        return self._numbered(region.file, region.file.source.line_at(region.span.start))

    def _numbered(self, file: EnvFile, number: int) -> ShownLine | None:
        """Return line `number` of `file` in a form that may be shown; None for a file that could not be read."""
        if file.trouble:
            return None
        if file.is_deployed:
            return self._deployed.shown(file.source, number)
        key = (id(file), number)
        if key not in self._shown:
            line = self._by_number.get(key)
            shows = isinstance(line, Statement) and self._shows(line)
            self._shown[key] = _shown_line(file.source, number, line, shows_value=shows)
        return self._shown[key]

    @staticmethod
    def _numbers(file: EnvFile, span: Span) -> range:
        return range(file.source.line_at(span.start), file.source.line_at(span.end) + 1)


def _widened(region: Region) -> Region:
    """Return `region`; an empty one with the blanks before it, which are all that is visible of an empty value."""
    end = region.span.end
    if region.span.start < end:
        return region
    start = end
    while start and region.file.source.text[start - 1] in " \t":
        start -= 1
    return Region(region.file, Span(start, end))


def _shown_line(source: SourceText, number: int, content: Line | None, *, shows_value: bool) -> ShownLine:
    """Return line `number` (from 1) of `source`, which holds `content`, in a form that may be shown."""
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
