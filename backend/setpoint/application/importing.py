"""Imports settings classes by reference, alone or composed, even from a module that fails because of bad settings."""

import importlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import is_dataclass
from io import StringIO
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from pydantic import BaseModel, PydanticUndefinedAnnotation, ValidationError
from pydantic_settings import BaseSettings

from setpoint.contract.app_code import AppCode
from setpoint.contract.made_at_import import watched
from setpoint.contract.spelling import reference_of
from setpoint.errors import InvalidRuleError, UnusableError
from setpoint.project import Project

if TYPE_CHECKING:
    from setpoint.contract.settings_class import SettingsContract

_PYTHONS_OWN_WORDS = r"(?:No module named|cannot import name|name) '.*"


class UnusableSettingsError(UnusableError):
    """The settings class can't be used."""


class NoSettingsClassError(UnusableSettingsError):
    """No settings class is named."""

    def __init__(self) -> None:
        where = 'write `settings = "MODULE:CLASS"` under `[tool.setpoint]` in pyproject.toml'
        super().__init__("no settings class is named", f"{where}, or use `--settings MODULE:CLASS`")


class UnusableRulesError(UnusableError):
    """The app's own rules can't be used."""


def contracts_of(references: Sequence[str], project: Project) -> "tuple[SettingsContract, ...]":
    """Return the contracts of the classes that `references` name, at least one.

    Raises:
        UnusableSettingsError: None is named, or one can't be used.
    """
    if not references:
        raise NoSettingsClassError
    from setpoint.contract.settings_class import SettingsContract  # noqa: PLC0415 - most good files need no contract

    classes = (each for reference in references for each in import_settings_classes(reference, project.pythonpath))
    return SettingsContract.of_all(classes)


def import_settings_classes(reference: str, pythonpath: Iterable[Path] = ()) -> tuple[type[BaseSettings], ...]:
    """Return the class that `reference` (`module:Class`) names, or the classes that make up a model of settings.

    A module that builds its settings when it is imported (`SETTINGS = Settings()`) fails there
    in a bad environment. The class exists by then, and is taken from the failed module. What the
    module prints is discarded: it may be the very values that are wrong.

    Args:
        reference: Module and class.
        pythonpath: Folders to search besides the working directory.

    Raises:
        UnusableSettingsError: There is no such module or class, or the module fails for another reason.
    """
    module_name, colon, class_name = reference.partition(":")
    if not colon or not module_name or not class_name or module_name.startswith("."):
        message = f"`{reference}` is not a settings class"
        raise UnusableSettingsError(message, "write `MODULE:CLASS`, such as `myapp.settings:Settings`")
    with AppCode() as module:
        namespace = _imported(module_name, pythonpath)
    if module.error is None:
        found = _classes_in(namespace, module_name, class_name)
    else:
        found = _from_failed_module(module.error, module_name, class_name)
    for each in found:
        _complete(each)
    return found


def imported_settings_classes(reference: str) -> tuple[type[BaseSettings], ...]:
    """Return the classes that `reference` names, if their module has already been imported; none otherwise."""
    module_name, _, class_name = reference.partition(":")
    module = sys.modules.get(module_name)
    return () if module is None else _resolve(vars(module), class_name)


def import_rules(modules: Iterable[str], pythonpath: Iterable[Path] = ()) -> None:
    """Import the modules with the app's own rules, which registers the rules.

    Args:
        modules: Dotted names.
        pythonpath: Folders to search besides the working directory.

    Raises:
        UnusableRulesError: There is no such module, or it fails.
    """
    for name in modules:
        with AppCode() as module:
            _imported(name, pythonpath)
        if (error := module.error) is not None:
            reason = str(error) if isinstance(error, InvalidRuleError) else _described(error)
            message = f"cannot import the rules in `{name}`: {reason}"
            raise UnusableRulesError(message, _advice(error, name))


def _imported(module_name: str, pythonpath: Iterable[Path] = (), *, leaves_blank: bool = False) -> Mapping[str, object]:
    """Return what the module defines; what it prints is discarded."""
    _put_on_module_path([Path.cwd(), *pythonpath])
    sink = StringIO()
    with redirect_stdout(sink), redirect_stderr(sink), watched(leaves_blank=leaves_blank):
        return vars(importlib.import_module(module_name))


def _put_on_module_path(folders: Iterable[Path]) -> None:
    """Put `folders` first on the module path, permanently: a class may import more of its app when it validates."""
    wanted = [str(folder) for folder in folders]
    sys.path[:] = [*dict.fromkeys(wanted), *(each for each in sys.path if each not in wanted)]


def _classes_in(namespace: Mapping[str, object], module_name: str, class_name: str) -> tuple[type[BaseSettings], ...]:
    found = _resolve(namespace, class_name)
    if not found:
        classes = [name for name in namespace if _resolve(namespace, name)]
        there = f"it has {', '.join(f'`{name}`' for name in classes)}" if classes else None
        message = f"`{module_name}` has no settings class `{class_name}`"
        raise UnusableSettingsError(message, there or "name a subclass of `pydantic_settings.BaseSettings`")
    return found


def _complete(settings_class: type[BaseSettings]) -> None:
    """Have pydantic look up the types that are annotated by name, as it does when the class is used first.

    Whatever else fails does so again when the class is used, and is reported then.

    Raises:
        UnusableSettingsError: One of them is not defined.
    """
    sink = StringIO()
    with AppCode() as building, redirect_stdout(sink), redirect_stderr(sink):
        settings_class.model_rebuild()
    if isinstance(building.error, PydanticUndefinedAnnotation):
        message = (
            f"`{reference_of(settings_class)}` is annotated with `{building.error.name}`,"
            " which is not defined when the class is used"
        )
        advice = "define or import it before, outside of `if TYPE_CHECKING:`, or call `model_rebuild` in its module"
        raise UnusableSettingsError(message, advice)


def _resolve(namespace: Mapping[str, object], class_name: str) -> tuple[type[BaseSettings], ...]:
    found: object = namespace.get(class_name.partition(".")[0])
    for part in class_name.split(".")[1:]:
        found = getattr(found, part, None)
    return tuple(dict.fromkeys(_settings_classes(found, ()))) if isinstance(found, type) else ()


def _settings_classes(found: object, inside: tuple[object, ...]) -> Iterator[type[BaseSettings]]:
    """Yield the settings classes that make up `found`: itself, or those of the fields of a model or a dataclass."""
    if isinstance(found, type) and issubclass(found, BaseSettings):
        if found is not BaseSettings:
            yield found
        return
    if isinstance(found, type) and found not in inside and (issubclass(found, BaseModel) or is_dataclass(found)):
        for annotation in _annotations(found).values():
            yield from _settings_classes(annotation, (*inside, found))
    for part in get_args(found):
        yield from _settings_classes(part, inside)


def _annotations(model: type) -> Mapping[str, Any]:
    if issubclass(model, BaseModel):
        return {name: field.annotation for name, field in model.model_fields.items()}
    with AppCode():  # An annotation is an expression, which may raise anything.
        return get_type_hints(model)
    return {}


def _from_failed_module(error: BaseException, module_name: str, class_name: str) -> tuple[type[BaseSettings], ...]:
    """Return the classes from the module itself, or from the one that failed while the module imported it."""
    namespaces = list(_namespaces(error.__traceback__))
    for namespace in sorted(namespaces, key=lambda each: each.get("__name__") != module_name):
        if found := _resolve(namespace, class_name):
            _keep(namespaces)
            return found
    if found := _from_module_with_blank_settings(module_name, class_name):
        return found
    for namespace in namespaces:
        has_classes = any(_resolve(namespace, name) for name in namespace)
        if namespace.get("__name__") == module_name and isinstance(error, SystemExit | ValidationError) and has_classes:
            _classes_in(namespace, module_name, class_name)
    message = f"cannot import `{module_name}`: {_described(error)}"
    raise UnusableSettingsError(message, _advice(error, module_name))


def _from_module_with_blank_settings(module_name: str, class_name: str) -> tuple[type[BaseSettings], ...]:
    """Return the classes if the module fails only because it builds settings before the classes are defined."""
    with AppCode():
        return _resolve(_imported(module_name, leaves_blank=True), class_name)
    return ()


def _keep(namespaces: Iterable[Mapping[str, Any]]) -> None:
    """Let modules that failed be imported again, as far as they got: the app's own rules import the class from them."""
    for namespace in namespaces:
        name = namespace.get("__name__")
        if namespace.get("__spec__") is not None and isinstance(name, str) and name not in sys.modules:
            sys.modules[name] = ModuleType(name)
            vars(sys.modules[name]).update(namespace)


def _namespaces(traceback: TracebackType | None) -> Iterator[dict[str, object]]:
    while traceback is not None:
        yield traceback.tb_frame.f_globals
        traceback = traceback.tb_next


def _described(error: BaseException) -> str:
    """Return what went wrong; the text of an exception is shown only if it can't hold a value."""
    from setpoint.text.raised import kind_and_place  # noqa: PLC0415 - most modules can be imported

    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        return f"{kind} at {error.filename}:{error.lineno}"
    if isinstance(error, ImportError | NameError) and re.fullmatch(_PYTHONS_OWN_WORDS, str(error)):
        return f"{kind}: {error}"
    return kind_and_place(error)


def _advice(error: BaseException, module_name: str) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name in {module_name, module_name.partition(".")[0]}:
        return "run it in the folder that holds the module, or name that folder in `pythonpath` of `[tool.setpoint]`"
    if isinstance(error, ModuleNotFoundError):
        return "run it with the Python that runs the app, so that the app's packages are there"
    return f"make `python -c 'import {module_name}'` work; nothing was checked"
