"""The `.env` of a compose project, or the files of `--env-file`: the values of references in compose files."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from setpoint.deploys.compose.files import ProjectFiles
from setpoint.deploys.compose.refusal import RefusedError, raise_for, refusal, refused
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.envfile.problem import Problem, ProblemKind
from setpoint.envfile.programs import compose
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import SourceText


class EnvFiles(NamedTuple):
    """The content of some env files.

    Attributes:
        values: The value of each name, from the last file that has it.
        places: Where it is written.
        problems: What is wrong with the files, without being refused.
    """

    values: Mapping[str, str]
    places: Mapping[str, Place]
    problems: tuple[DeployProblem, ...]


def read_env_files(
    paths: Iterable[tuple[str, Place | None]], files: ProjectFiles, environment: Mapping[str, str]
) -> EnvFiles:
    """Read env files for a project.

    Args:
        paths: Absolute paths, each with the place that names it.
        files: The files on this machine.
        environment: What overrides the files' own names in their references.

    Raises:
        RefusedError: A file is missing or malformed.
    """
    values: dict[str, str] = {}
    places: dict[str, Place] = {}
    problems: list[DeployProblem] = []
    for path, named in paths:
        source = env_file(path, files, named, hint="create it, or name another one")
        reading = compose.read(source.text, environment, values)
        raise_for(problems_of(reading, source, refuses=True))
        problems += problems_of(reading, source, refuses=False)
        values.update(reading.variables)
        places.update({binding.name: Place(source, binding.value_span) for binding in reading.bindings})
    return EnvFiles(values, places, tuple(problems))


def env_file(
    path: str, files: ProjectFiles, named: Place | None, *, hint: str, process: str | None = None
) -> SourceText:
    """Return the env file at the absolute `path`; `hint` says what to do if there is none.

    Raises:
        RefusedError: It does not exist, or can't be read.
    """
    shown = files.shown(path)
    try:
        return files.read(path)
    except FileNotFoundError:
        message = f"the env file `{shown}` does not exist"
        problem = refusal(DeployProblemKind.MISSING_ENV_FILE, message, named, hint=hint, process=process)
        raise RefusedError([problem]) from None
    except IsADirectoryError:
        raise refused(DeployProblemKind.UNREADABLE_FILE, f"`{shown}` is a folder, not an env file", named) from None
    except OSError as error:
        raise refused(DeployProblemKind.UNREADABLE_FILE, f"`{shown}`: {error.strerror}", named) from None


def problems_of(
    reading: Reading, source: SourceText, *, refuses: bool, process: str | None = None
) -> list[DeployProblem]:
    """Return what is wrong with an env file; of a refused one, only the last problem is the reason."""
    refusing = reading.problems[-1:] if reading.refused else ()
    wanted = refusing if refuses else [problem for problem in reading.problems if problem not in refusing]
    return [
        DeployProblem(
            DeployProblemKind.REFUSED_ENV_FILE if refuses else _kind(problem),
            problem.message,
            Place(source, problem.span),
            process,
            problem.name,
            problem.hint,
            refuses,
        )
        for problem in wanted
    ]


def _kind(problem: Problem) -> DeployProblemKind:
    if problem.kind is ProblemKind.UNDEFINED_REFERENCE:
        return DeployProblemKind.UNDEFINED_VARIABLE
    return DeployProblemKind.ENV_FILE_LINE
