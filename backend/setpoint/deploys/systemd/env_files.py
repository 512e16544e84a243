"""Reads the files of `EnvironmentFile=`: patterns, files that may be missing, and lines that systemd ignores."""

import re
from collections.abc import Iterator, Sequence

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Given, Place
from setpoint.deploys.file_tree import FileTree
from setpoint.deploys.systemd.unit_settings import EnvironmentFile
from setpoint.envfile.problem import Problem, ProblemKind
from setpoint.envfile.programs.systemd import read
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import SourceText

_KINDS = {
    ProblemKind.INVALID_NAME: DeployProblemKind.ENV_FILE_LINE,
    ProblemKind.MALFORMED_LINE: DeployProblemKind.ENV_FILE_LINE,
    ProblemKind.UNCLOSED_QUOTE: DeployProblemKind.BROKEN_QUOTING,
}
_EXPORTED = re.compile(r"(?:export )?([A-Za-z_][A-Za-z0-9_]*)")
_BYTE_ORDER_MARK = "\ufeff"


class EnvFileReader:
    """Reads the env files of one unit.

    Attributes:
        problems: Files that are not read, and lines that are ignored.
        elsewhere: Files whose variables are unknown, in words.
    """

    def __init__(self, tree: FileTree, process: str, *, is_whole: bool) -> None:
        self.problems: list[DeployProblem] = []
        self.elsewhere: list[str] = []
        self._tree = tree
        self._process = process
        self._is_whole = is_whole

    def read(self, files: Sequence[EnvironmentFile]) -> Iterator[tuple[EnvironmentFile, Given]]:
        """Yield what the files set, in order, each with the directive that names its file."""
        last = {file.path: at for at, file in enumerate(files)}
        for at, file in enumerate(files):
            if last[file.path] != at:
                continue  # what it sets is set again by the last line that names it
            paths = () if file.unknown else self._tree.matches(file.path)
            if not paths:
                self._report_missing(file)
            for path in paths:
                yield from ((file, given) for given in self._read_file(path, file))

    def _read_file(self, path: str, file: EnvironmentFile) -> Iterator[Given]:
        try:
            source = self._tree.read(path)
        except OSError:
            self._report_unread(file, "this env file is a folder or can't be read", file.place)
            return
        reading = read(source.text, {})
        if reading.refused:
            self._report_refused(reading, source, file)
            return
        self.problems += (self._problem(problem, source) for problem in reading.problems if problem.kind in _KINDS)
        for binding in reading.bindings:
            via = f"EnvironmentFile={'-' if file.optional else ''}{file.path}"
            named = Place(source, binding.name_span)
            yield Given(binding.name, binding.value, via, Place(source, binding.value_span), named=named)

    def _report_missing(self, file: EnvironmentFile) -> None:
        if file.unknown or not self._is_whole:
            self.elsewhere.append(f"EnvironmentFile {file.path}")
            message = "this env file is not among the files being checked, so its variables are not known"
            hint = "name the folder tree that holds it with `--root`"
            self._report(DeployProblemKind.ENV_FILE_ELSEWHERE, message, file, hint)
        elif file.optional:
            message = "this env file does not exist, and because of the `-` systemd silently starts without it"
            self._report(DeployProblemKind.SKIPPED_ENV_FILE, message, file, "remove the `-` if the file is needed")
        else:
            hint = "create it, or write `-` before the path if the unit does not need it"
            hint = "name each file on a line of its own" if re.search(r"\s", file.path) else hint
            self._report(DeployProblemKind.MISSING_ENV_FILE, "this env file does not exist", file, hint, refuses=True)

    def _report_refused(self, reading: Reading, source: SourceText, file: EnvironmentFile) -> None:
        for problem in reading.problems:
            if problem.kind in (ProblemKind.NOT_UTF_8, ProblemKind.NUL_BYTE):
                self._report_unread(file, problem.message, Place(source, problem.span))

    def _report_unread(self, file: EnvironmentFile, message: str, place: Place) -> None:
        if file.optional:
            message, kind = (
                f"{message}; because of the `-` the unit starts without it",
                DeployProblemKind.SKIPPED_ENV_FILE,
            )
        else:
            kind = DeployProblemKind.REFUSED_ENV_FILE
        self.problems.append(DeployProblem(kind, message, place, self._process, refuses=not file.optional))

    def _problem(self, problem: Problem, source: SourceText) -> DeployProblem:
        place = Place(source, problem.span)
        if problem.kind is ProblemKind.INVALID_NAME and source.text.startswith(_BYTE_ORDER_MARK, problem.span.start):
            message = "systemd reads the byte order mark as part of the name, and ignores this variable"
            hint = "save the file without a byte order mark"
            return DeployProblem(DeployProblemKind.BYTE_ORDER_MARK, message, place, self._process, hint=hint)
        return DeployProblem(_KINDS[problem.kind], problem.message, place, self._process, _meant(problem), problem.hint)

    def _report(
        self, kind: DeployProblemKind, message: str, file: EnvironmentFile, hint: str, *, refuses: bool = False
    ) -> None:
        self.problems.append(DeployProblem(kind, message, file.place, self._process, hint=hint, refuses=refuses))


def _meant(problem: Problem) -> str | None:
    """Return the variable that a line concerns; None if its text may be part of a secret."""
    name = None if problem.kind is ProblemKind.MALFORMED_LINE else problem.name
    match = _EXPORTED.fullmatch(name or "")
    return match[1] if match else None
