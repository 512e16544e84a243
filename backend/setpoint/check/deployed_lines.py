"""Lines of deploy files in a form that may be shown: keywords, names and harmless values; the rest is masked."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from setpoint.envfile.source_text import SourceText, Span
from setpoint.resolution.statement import Statement
from setpoint.resolution.subject import Subject
from setpoint.text.shown_line import Extent, Name, Piece, ShownLine, piece_of_name, pieces_of_value

# What compose, systemd and Kubernetes call the parts of their files; none of these words is a secret.
_WORDS = frozenset(
    re.findall(
        r"\w+",
        """services environment env_file path required format extends service include profiles name value valueFrom
        configMapKeyRef secretKeyRef fieldRef fieldPath resourceFieldRef resource containerName key optional env envFrom
        configMapRef secretRef prefix data stringData binaryData metadata spec template containers initContainers
        configMapGenerator secretGenerator literals envs files resources patches kind apiVersion image build depends_on
        Service Unit Install Description After Wants Requires Type User Group ExecStart ExecStartPre Restart
        Environment EnvironmentFile PassEnvironment UnsetEnvironment export true false
        Deployment StatefulSet DaemonSet Job CronJob Pod ConfigMap Secret Kustomization""",
    )
)
_PIECE = r"[\s{}\[\],:=\"'|>-]+|(?P<word>[A-Za-z_][\w.-]*)"


class _Part(NamedTuple):
    """A name or a value on a line: where it is, and what is shown of it."""

    extent: Extent
    pieces: tuple[Piece, ...]


class DeployedLines:
    """The lines of the files of a deploy, as far as they may be shown for one process."""

    def __init__(self, statements: Iterable[tuple[Statement, bool]] = (), names: Iterable[str] = ()) -> None:
        """Take what is written in the files, each with whether its value may be shown, and the names of processes."""
        self._words = _WORDS.union(*(each.split("/") for each in names))
        self._by_number: dict[tuple[str, int], list[tuple[Statement, bool]]] = {}
        for each in statements:
            written = each[0].written
            source = written.file.source
            for span in (written.binding.name_span, written.binding.value_span):
                for number in range(source.line_at(span.start), source.line_at(span.end) + 1):
                    on_line = self._by_number.setdefault((source.path, number), [])
                    on_line += [] if each in on_line else [each]

    @classmethod
    def of(cls, subject: Subject) -> "DeployedLines":
        """Return the lines of the deploy of `subject`, if it has one."""
        process = subject.gathered.process
        if process is None:
            return cls()
        statements = (*subject.statements, *subject.shadowed)
        deployed = (each for each in statements if each.file.is_deployed)
        apart = (each.shown_name for each in statements if each.name in process.named)
        shown = ((each, subject.shown.shows_as_written(each)) for each in deployed)
        return cls(shown, [process.name, *apart])

    def shown(self, source: SourceText, number: int) -> ShownLine:
        """Return line `number` (from 1) of `source` in a form that may be shown."""
        line = Extent(*source.line_span(number))
        parts = [
            part for each, shows in self._by_number.get((source.path, number), ()) for part in _parts(each, line, shows)
        ]
        pieces: list[Piece] = []
        at = line.start
        for part in sorted(parts, key=lambda each: each.extent):
            if part.extent.start >= at:
                pieces += [*self._between(source.text, at, part.extent.start), *part.pieces]
                at = part.extent.end
        if not source.text[at : line.end].lstrip().startswith("#"):
            pieces += self._between(source.text, at, line.end)
        return ShownLine.of(pieces, line)

    def _between(self, text: str, start: int, end: int) -> Iterator[Piece]:
        """Yield what is shown of the text from `start` to `end`, which is neither a name nor a value: its keywords."""
        at = start
        while at < end:
            found = re.compile(_PIECE).match(text, at, end)
            if found is None or (found["word"] and found["word"] not in self._words):
                break
            at = found.end()
        yield Piece.plain(text, start, at)
        if at < end:
            yield Piece.masked(at, end)


def _parts(each: Statement, line: Extent, shows: bool) -> Iterator[_Part]:  # noqa: FBT001 - it belongs to the statement
    text, binding = each.file.source.text, each.binding
    name, value = _on(binding.name_span, line), _on(binding.value_span, line)
    if name and binding.name_span.of(text) == binding.name:
        yield _Part(name, (piece_of_name(Name(name, each.name, each.shown_name)),))
    elif name:
        yield _Part(name, (Piece.masked(*name),))
    if value:
        yield _Part(value, tuple(pieces_of_value(text, *value)) if shows else (Piece.masked(*value),))


def _on(span: Span, line: Extent) -> Extent | None:
    """Return the part of `span` on `line`, if any."""
    start, end = max(span.start, line.start), min(span.end, line.end)
    return Extent(start, end) if start < end else None
