"""A temporary environment and working directory for code under test."""

import os
from collections.abc import Mapping
from contextlib import ExitStack, chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from pydantic_settings import BaseSettings

from setpoint.application.gathering import of_a_start, of_files
from setpoint.application.importing import import_rules
from setpoint.application.judging import as_chosen, chosen_selection
from setpoint.check.checking import check
from setpoint.check.diagnostic import Diagnostic
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import find_project
from setpoint.sources.env_file import read_env_file

_KEPT = frozenset({"HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ"})


class TemporaryEnvironment:
    """Gives a test an environment with only its own variables, in an empty working directory.

    Within the `with` block, `os.environ` holds the given variables and what any program needs (`HOME`, `LANG`,
    `LC_ALL`, `PATH`, `TMPDIR`, `TZ`). Whatever the test changes in `os.environ` or in the working directory is undone
    at the end. Both belong to the whole process, so threads must not use two of these at a time.

    Attributes:
        path: The working directory; it is gone after the block.
    """

    path: Path

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = dict(variables or {})
        self._stack = ExitStack()
        self._started_in = Path()

    def __enter__(self) -> Self:
        self._started_in = Path.cwd()
        with ExitStack() as stack:
            self.path = Path(stack.enter_context(TemporaryDirectory(prefix="setpoint-"))).resolve()
            stack.enter_context(chdir(self.path))
            stack.callback(_replace_environment, dict(os.environ))
            kept = {name: value for name, value in os.environ.items() if name in _KEPT}
            _replace_environment({**kept, **self._variables})
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file below the working directory, with the folders that it needs, and return where it is.

        Args:
            path: The name, relative to the working directory: `.env`, `secrets/token`.
            content: What the file holds, byte for byte; a string is encoded as UTF-8.

        Raises:
            ValueError: `path` is outside the working directory.
        """
        target = (self.path / path).resolve()
        if not target.is_relative_to(self.path):
            message = f"`{path}` is outside the temporary environment"
            raise ValueError(message)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def check(
        self, settings_class: type[BaseSettings], *files: str | Path, loader: str | None = None
    ) -> tuple[Diagnostic, ...]:
        """Return what `setpoint check` finds, sorted by path, line and column; no secret is in it.

        `[tool.setpoint]` applies as usual: that of a `pyproject.toml` in the working directory, otherwise that of the
        project in which the test was started.

        Args:
            settings_class: The class that the files or the environment should satisfy.
            files: Env files, later ones over earlier; without any, what a process that starts here now would read.
            loader: The program to read `files` as, exactly; by default python-dotenv.

        Raises:
            setpoint.errors.UnableError: The class or the project can't be used.
        """
        own = self.path / "pyproject.toml"
        project = find_project(self.path if own.exists() else self._started_in)
        import_rules(project.rules, project.pythonpath)
        contract = SettingsContract.of(settings_class)
        if files:
            subject = of_files(contract, [read_env_file(str(each), {}, loader) for each in files], None, project)
        else:
            subject = of_a_start(contract, dict(os.environ), project)
        return as_chosen(check(subject), [subject], chosen_selection(project)).diagnostics


def _replace_environment(variables: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(variables)
