"""What a project says of itself under `[tool.setpoint]` in its pyproject.toml."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from setpoint.errors import UnableError
from setpoint.text.suggest import nearest

_LONGEST_SLIP = 3
_TEXT = "a string"
_TEXTS = "an array of strings"
_OWN_TABLE = r"(?m)^\[tool\.setpoint\](?:.*\n(?!\[))*.*"
# Tables inside it, and strings of several lines, which may hold what looks like it.
_NOT_TOLD_FROM_LINES = ("tool.setpoint.", '"""', "'''")
_TEXT_OR_TEXTS = "a string or an array of strings"
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
}


class InvalidProjectError(UnableError):
    """`[tool.setpoint]` can't be used; the text says why, for people."""


class Project(NamedTuple):
    """The project in which a command is run.

    Attributes:
        root: The folder of its pyproject.toml.
        settings: The settings classes, `module:Class` each; none if the project doesn't say.
        ignored: Patterns of names that other programs read.
        loaders: The programs that read the project's env files.
        rules: The modules that hold rules of the app's own.
        selected: Which rules to report, by code, beginning of a code or name; None for all.
        deselected: Which rules not to report even so.
        pythonpath: Folders from which the settings class is imported besides the working directory.
        example: Where the generated env file with examples is.
        docs: Where the generated reference of the settings is.
        schema: Where the generated JSON Schema of the settings is.
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


def find_project(start: Path) -> Project:
    """Return the project of `start`: the nearest pyproject.toml in it or above it that knows setpoint.

    Raises:
        InvalidProjectError: There is one, and it can't be used.
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
    """Return what `text` says, of its tables just that of setpoint where it can be told from its lines.

    To parse the whole of a long file takes longer than to check an env file.

    Raises:
        TOMLDecodeError: It can't be read.
    """
    import tomllib

    table = None if any(each in text for each in _NOT_TOLD_FROM_LINES) else re.search(_OWN_TABLE, text)
    if table:
        with suppress(tomllib.TOMLDecodeError):  # Where the whole is read, the error names the right line.
            return tomllib.loads(table[0])
    return tomllib.loads(text)


def _project(root: Path, path: Path, table: Mapping[str, Any]) -> Project:
    problems = [problem for key, value in table.items() if (problem := _problem(key, value))]
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
    )


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _problem(key: str, value: object) -> str | None:
    if key not in _KEYS:
        meant = nearest(key, _KEYS, _LONGEST_SLIP)
        return f"unknown key `{key}`" + (f"; did you mean `{meant}`?" if meant else "")
    is_text = isinstance(value, str)
    is_texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
    is_right = {_TEXT: is_text, _TEXTS: is_texts, _TEXT_OR_TEXTS: is_text or is_texts}
    return None if is_right[_KEYS[key]] else f"`{key}` is not {_KEYS[key]}"
