"""What a project configures under `[tool.setpoint]` in its pyproject.toml."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from setpoint.errors import UnableError

_LONGEST_SLIP = 3
_TEXT = "a string"
_TEXTS = "an array of strings"
_OWN_TABLE = r"(?m)^\[tool\.setpoint\](?:.*\n(?!\[))*.*"
# Tables inside it, and multi-line strings, which may hold what looks like it.
_NOT_TOLD_FROM_LINES = ("tool.setpoint.", '"""', "'''")
_TEXT_OR_TEXTS = "a string or an array of strings"
_TABLES = 'a table of tables: `[tool.setpoint.deploys.production]`, then `files = ["compose.yaml"]`'
_KIND = '"compose", "systemd" or "kubernetes"'
_CLASSES = 'a table of settings classes: `services = {web = "MODULE:CLASS"}`'
_KINDS = ("compose", "systemd", "kubernetes")
_KEYS = {
    "settings": _TEXT_OR_TEXTS,
    "ignore-variables": _TEXTS,
    "loaders": _TEXTS,
    "rules": _TEXT_OR_TEXTS,
    "select": _TEXTS,
    "ignore": _TEXTS,
    "pythonpath": _TEXTS,
    "example": _TEXT,
    "docs": _TEXT,
    "schema": _TEXT,
    "deploys": _TABLES,
}
_KEYS_OF_DEPLOY = {
    "files": _TEXT_OR_TEXTS,
    "kind": _KIND,
    "services": _CLASSES,
    "env-files": _TEXTS,
    "profiles": _TEXTS,
    "root": _TEXT,
}


class InvalidProjectError(UnableError):
    """`[tool.setpoint]` can't be used; the text says why, for people."""


class ProjectDeploy(NamedTuple):
    """A deploy of the project.

    Attributes:
        name: What the project calls it.
        files: The deploy files.
        services: The settings classes, `module:Class` each, by the service that runs them; none if the project doesn't
            say.
        kind: The program that reads the files; None if their names tell it.
        env_files: The files that replace compose's `.env`.
        profiles: The enabled compose profiles.
        root: The root of systemd's file system.
    """

    name: str
    files: tuple[str, ...]
    services: Mapping[str, tuple[str, ...]] = {}
    kind: str | None = None
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    root: str | None = None


class Project(NamedTuple):
    """The project in which a command is run.

    Attributes:
        root: The folder of its pyproject.toml.
        settings: The settings classes, `module:Class` each; none if the project doesn't say.
        ignored: Patterns of names that other programs read.
        loaders: The programs that read the project's env files.
        rules: The modules with the app's own rules.
        selected: Which rules to report, by code, start of a code or name; None for all.
        deselected: Which of those not to report.
        pythonpath: Folders from which the settings class is imported besides the working directory.
        example: Where the generated env file with examples is.
        docs: Where the generated reference of the settings is.
        schema: Where the generated JSON Schema of the settings is.
        deploys: The deploys that `check` without files looks at.
    """

    root: Path
    settings: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    loaders: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    selected: tuple[str, ...] | None = None
    deselected: tuple[str, ...] = ()
    pythonpath: tuple[Path, ...] = ()
    example: Path | None = None
    docs: Path | None = None
    schema: Path | None = None
    deploys: tuple[ProjectDeploy, ...] = ()


def find_project(start: Path) -> Project:
    """Return the project of `start`: the nearest pyproject.toml in it or above it that knows setpoint.

    Raises:
        InvalidProjectError: There is one, but it can't be used.
    """
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        if os.path.isfile(path):  # noqa: PTH113 - `Path.is_file` raises in a folder that can't be searched
            table = _table(path)
            if table is not None:
                return _project(folder, path, table)
    return Project(start)


def _table(path: Path) -> Mapping[str, Any] | None:
    try:
        text = path.read_text(encoding="utf-8")
        if "setpoint" not in text:
            return None
        tool = _parsed(text).get("tool")
    except OSError as error:
        message = f"cannot read `{path}`: {error.strerror}"
        raise InvalidProjectError(message) from None
    except ValueError as error:
        message = f"cannot read `{path}`: {error}"
        raise InvalidProjectError(message) from None
    table = tool.get("setpoint") if isinstance(tool, dict) else None
    if table is None or isinstance(table, dict):
        return table
    message = f"`tool.setpoint` in `{path}` is not a table"
    raise InvalidProjectError(message)


def _parsed(text: str) -> dict[str, Any]:
    """Return what `text` says; only the table of setpoint, where it can be found by looking at lines.

    Parsing the whole of a long file takes longer than checking an env file.

    Raises:
        TOMLDecodeError: It is not valid TOML.
    """
    import tomllib

    table = None if any(each in text for each in _NOT_TOLD_FROM_LINES) else re.search(_OWN_TABLE, text)
    if table:
        with suppress(tomllib.TOMLDecodeError):  # When the whole file is read, the error names the right line.
            return tomllib.loads(table[0])
    return tomllib.loads(text)


def _project(root: Path, path: Path, table: Mapping[str, Any]) -> Project:
    problems = [problem for key, value in table.items() if (problem := _problem(key, value, _KEYS))]
    problems += [] if problems else _problems_of_deploys(table.get("deploys", {}))
    if problems:
        message = f"`[tool.setpoint]` in `{path}`: {'; '.join(problems)}"
        raise InvalidProjectError(message)
    return Project(
        root,
        settings=_texts(table, "settings"),
        ignored=_texts(table, "ignore-variables"),
        loaders=_texts(table, "loaders"),
        rules=_texts(table, "rules"),
        selected=_texts(table, "select") if "select" in table else None,
        deselected=_texts(table, "ignore"),
        pythonpath=(*(root / each for each in _texts(table, "pythonpath")), root),
        example=root / table["example"] if "example" in table else None,
        docs=root / table["docs"] if "docs" in table else None,
        schema=root / table["schema"] if "schema" in table else None,
        deploys=tuple(_deploy(root, name, each) for name, each in table.get("deploys", {}).items()),
    )


def _problems_of_deploys(deploys: Mapping[str, Mapping[str, Any]]) -> list[str]:
    problems = [
        f"in `deploys.{name}`, {problem}"
        for name, table in deploys.items()
        for key, value in table.items()
        if (problem := _problem(key, value, _KEYS_OF_DEPLOY))
    ]
    lacking = [name for name, table in deploys.items() if not table.get("files")]
    return problems + [f'`deploys.{name}` names no file; write `files = ["compose.yaml"]`' for name in lacking]


def _deploy(root: Path, name: str, table: Mapping[str, Any]) -> ProjectDeploy:
    def paths(key: str) -> tuple[str, ...]:
        return tuple(os.path.relpath(root / each) for each in _texts(table, key))

    services = {service: _texts(table["services"], service) for service in table.get("services", {})}
    root_of_units = os.path.relpath(root / table["root"]) if "root" in table else None
    kind, profiles = table.get("kind"), _texts(table, "profiles")
    return ProjectDeploy(name, paths("files"), services, kind, paths("env-files"), profiles, root_of_units)


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _problem(key: str, value: object, known: Mapping[str, str]) -> str | None:
    if key not in known:
        from setpoint.text.suggest import nearest  # noqa: PLC0415 - most keys are right

        meant = nearest(key, known, _LONGEST_SLIP)
        return f"unknown key `{key}`" + (f"; did you mean `{meant}`?" if meant else "")
    is_text = isinstance(value, str)
    is_texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
    inside = value.values() if isinstance(value, dict) else [None]
    is_right = {
        _TEXT: is_text,
        _TEXTS: is_texts,
        _TEXT_OR_TEXTS: is_text or is_texts,
        _KIND: value in _KINDS,
        _TABLES: all(isinstance(each, dict) for each in inside),
        _CLASSES: all(isinstance(each, str | list) for each in inside),
    }
    return None if is_right[known[key]] else f"`{key}` is not {known[key]}"
