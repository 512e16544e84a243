"""Which files make up a compose project, where it is, and the values of its references."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from setpoint.deploys.compose.dotenv import EnvFiles, read_env_files
from setpoint.deploys.compose.files import ProjectFiles
from setpoint.deploys.compose.refusal import refused
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place

_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_OVERRIDES = (
    *("compose.override.yml", "compose.override.yaml"),
    *("docker-compose.override.yml", "docker-compose.override.yaml"),
)
_TRUE, _FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")
_PROJECT_NAME = "COMPOSE_PROJECT_NAME"


class Invocation(NamedTuple):
    """How docker compose is called.

    Attributes:
        files: What follows each `-f`; none for the files that docker compose finds itself.
        env_files: What follows each `--env-file`.
        profiles: What follows each `--profile`.
        environment: The process environment of docker compose.
        knows_caller: Whether that is all of it.
    """

    files: Sequence[str]
    env_files: Sequence[str]
    profiles: Sequence[str]
    environment: Mapping[str, str]
    knows_caller: bool


class Project(NamedTuple):
    """A project, before its compose files are read.

    Attributes:
        paths: The absolute paths of its compose files.
        folder: Where its relative paths start from.
        profiles: The enabled ones.
        environment: The values of its references.
        places: Where `.env` has them.
        problems: What is wrong, without being refused.
    """

    paths: tuple[str, ...]
    folder: str
    profiles: tuple[str, ...]
    environment: dict[str, str]
    places: Mapping[str, Place]
    problems: tuple[DeployProblem, ...]


class _Finder:
    def __init__(self, invocation: Invocation, files: ProjectFiles) -> None:
        self._invocation = invocation
        self._files = files
        self._read: set[str] = set()
        self._environment = {"PWD": files.folder, **invocation.environment}
        self.environment = dict(self._environment)
        self.places: dict[str, Place] = {}
        self.problems: list[DeployProblem] = []

    def project(self) -> Project:
        paths = tuple(self._files.absolute(path) for path in self._invocation.files)
        self._add_env_files(posixpath.dirname(paths[0]) if paths else self._files.folder)
        self._heed_own_switch()
        paths = paths or self._paths_of_variable() or self._discovered()
        folder = posixpath.dirname(paths[0])
        self._add_env_files(folder)
        return Project(paths, folder, self._profiles(), self.environment, self.places, tuple(self.problems))

    def _heed_own_switch(self) -> None:
        """Ignore `.env` except for the variables of docker compose itself, if one of them switches it off."""
        name = "COMPOSE_DISABLE_ENV_FILE"
        if name in self._environment or name not in self.environment:
            return
        own = {name: value for name, value in self.environment.items() if name.startswith("COMPOSE_")}
        self._environment = {**own, **self._environment}
        if not self._given_env_files() and self._is_disabled():
            self.environment = dict(self._environment)

    def _paths_of_variable(self) -> tuple[str, ...]:
        text = self.environment.get("COMPOSE_FILE")
        if text is None:
            return ()
        separator = self.environment.get("COMPOSE_PATH_SEPARATOR") or ":"
        return tuple(self._files.absolute(path) for path in text.split(separator))

    def _discovered(self) -> tuple[str, ...]:
        folder = self._files.folder
        while True:
            if found := self._only_first(folder, _NAMES):
                return found + self._only_first(folder, _OVERRIDES)
            parent = posixpath.dirname(folder)
            if parent == folder:
                message = f"there is no `{_NAMES[0]}` here, or in a folder above it"
                raise refused(DeployProblemKind.NO_COMPOSE_FILE, message, None, hint="name the file")
            folder = parent

    def _only_first(self, folder: str, names: Sequence[str]) -> tuple[str, ...]:
        found = [path for name in names if self._files.is_file(path := self._files.absolute(name, folder))]
        if len(found) > 1:
            ignored = ", ".join(f"`{self._files.shown(path)}`" for path in found[1:])
            message = f"docker compose uses `{self._files.shown(found[0])}` and ignores {ignored}"
            self.problems.append(DeployProblem(DeployProblemKind.SEVERAL_COMPOSE_FILES, message))
        return tuple(found[:1])

    def _add_env_files(self, folder: str) -> None:
        """Add the content of env files to the environment; existing variables are kept."""
        paths = [path for path in self._env_files(folder) if path not in self._read]
        self._read.update(paths)
        found: EnvFiles = read_env_files([(path, None) for path in paths], self._files, self.environment)
        self.problems += found.problems
        self.places.update({name: place for name, place in found.places.items() if name not in self.environment})
        self.environment = {**found.values, **self.environment}

    def _env_files(self, folder: str) -> list[str]:
        if given := self._given_env_files():
            return [self._files.absolute(path) for path in given]
        if self._is_disabled():
            return []
        default = self._files.absolute(".env", folder)
        return [default] if self._files.is_file(default) else []

    def _given_env_files(self) -> Sequence[str]:
        listed = _listed(self._invocation.environment.get("COMPOSE_ENV_FILES"))
        return self._invocation.env_files or [path for path in listed if path]

    def _is_disabled(self) -> bool:
        name = "COMPOSE_DISABLE_ENV_FILE"
        text = self._environment.get(name)
        if text is not None and text not in (*_TRUE, *_FALSE):
            message = f"`{name}` must be `true` or `false`"
            raise refused(DeployProblemKind.BAD_OPTION, message, None)
        return text in _TRUE

    def _profiles(self) -> tuple[str, ...]:
        if self._invocation.profiles:
            return tuple(self._invocation.profiles)
        return tuple(profile.strip() for profile in _listed(self.environment.get("COMPOSE_PROFILES")))


def _listed(text: str | None) -> list[str]:
    return text.split(",") if text else []


def found_project(invocation: Invocation, files: ProjectFiles) -> Project:
    """Find out what docker compose would read.

    Raises:
        RefusedError: There is no compose file, or an env file is missing or malformed.
    """
    return _Finder(invocation, files).project()


def project_name(project: Project, declared: str | None) -> str:
    """Return the name of a project.

    Args:
        project: The project.
        declared: What `name:` in its compose files says, with references expanded; None if there is none.

    Raises:
        RefusedError: `COMPOSE_PROJECT_NAME` is not a valid name, or nothing is left of another one.
    """
    given = project.environment.get(_PROJECT_NAME)
    name = given or normalized(posixpath.basename(project.folder) if declared is None else declared)
    if not name or normalized(name) != name:
        message = (
            "the project name must consist of lowercase letters, digits, `-` and `_`, and begin with a letter or digit"
        )
        raise refused(DeployProblemKind.BAD_OPTION, message, None, hint=f"set `{_PROJECT_NAME}`, or write `name:`")
    return name


def normalized(name: str) -> str:
    """Return docker compose's form of a project name: lowercase, without disallowed characters."""
    return re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-")
