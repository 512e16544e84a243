"""Imports a settings class by its name, even from a module that fails because of bad settings."""

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from types import TracebackType

from pydantic_settings import BaseSettings


class UnusableSettingsError(Exception):
    """The settings class can't be had; the text says why, for people, and holds no value."""


def import_settings_class(reference: str, pythonpath: Iterable[Path] = ()) -> type[BaseSettings]:
    """Return the class that `reference` (`module:Class`) names.

    A module that builds its settings when it is imported (`SETTINGS = Settings()`) fails there
    under a bad environment. The class exists by then, and is taken from the failed module.

    Args:
        reference: Module and class.
        pythonpath: Folders to look in besides the working directory.

    Raises:
        UnusableSettingsError: There is no such module or class, or the module fails for another reason.
    """
    module_name, colon, class_name = reference.partition(":")
    if not colon or not module_name or not class_name:
        message = f"`{reference}` is no settings class; write `module:Class`"
        raise UnusableSettingsError(message)
    _put_on_module_path((*pythonpath, Path.cwd()))
    with redirect_stdout(sys.stderr):
        try:
            namespace = vars(importlib.import_module(module_name))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - importing runs the app's own code
            found = _from_failed_module(error, module_name, class_name)
            if found is None:
                message = f"cannot import `{module_name}`: {_described(error)}"
                raise UnusableSettingsError(message) from None
            return found
    return _class_in(namespace, module_name, class_name)


def _put_on_module_path(folders: Iterable[Path]) -> None:
    """Put `folders` first on the module path, for good: a class may import more of its app when it validates."""
    for folder in folders:
        text = str(folder)
        if text not in sys.path:
            sys.path.insert(0, text)


def _class_in(namespace: dict[str, object], module_name: str, class_name: str) -> type[BaseSettings]:
    found = _resolve(namespace, class_name)
    if found is None:
        classes = [name for name in namespace if _resolve(namespace, name) not in {None, BaseSettings}]
        there = f"; there are {', '.join(f'`{name}`' for name in classes)}" if classes else ""
        message = f"`{module_name}` has no settings class `{class_name}`{there}"
        raise UnusableSettingsError(message)
    return found


def _resolve(namespace: dict[str, object], class_name: str) -> type[BaseSettings] | None:
    found: object = namespace.get(class_name.partition(".")[0])
    for part in class_name.split(".")[1:]:
        found = getattr(found, part, None)
    return found if isinstance(found, type) and issubclass(found, BaseSettings) else None


def _from_failed_module(error: BaseException, module_name: str, class_name: str) -> type[BaseSettings] | None:
    for frame in _frames(error.__traceback__):
        if frame.get("__name__") == module_name and (found := _resolve(frame, class_name)):
            return found
    return None


def _frames(traceback: TracebackType | None) -> Iterator[dict[str, object]]:
    while traceback is not None:
        yield traceback.tb_frame.f_globals
        traceback = traceback.tb_next


def _described(error: BaseException) -> str:
    """Return what went wrong; the text of an exception shows only where it can't hold a value."""
    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        return f"{kind} at {error.filename}:{error.lineno}: {error.msg}"
    if isinstance(error, ImportError | NameError):
        return f"{kind}: {error}"
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
    return f"{kind}{where}"
