"""Builds the settings of a class from exactly the variables that are given."""

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from inspect import Parameter, signature
from io import StringIO
from threading import Lock
from typing import Any

from pydantic_settings import BaseSettings

from setpoint.contract.settings_class import SettingsContract, environment_names

_environment_lock = Lock()

_MOST_GIVEN_TO_THE_SYSTEM = 2_000
"""More variables than that the C library is not told of: it looks through all of them for each."""


def build(settings_class: type[BaseSettings], variables: Mapping[str, str]) -> BaseSettings:
    """Return the settings that a process with exactly `variables` would have.

    Raises:
        Exception: Whatever the class and its validators raise.
    """
    with _process_environment(variables), warnings.catch_warnings(), silence():
        warnings.simplefilter("ignore")
        return settings_class(**_own_sources_off(settings_class))


def _own_sources_off(settings_class: type[BaseSettings]) -> dict[str, Any]:
    """Return the arguments that keep the class from files and the command line, as far as it takes them."""
    parameters = signature(settings_class.__init__).parameters
    takes_any = any(each.kind is Parameter.VAR_KEYWORD for each in parameters.values())
    # Whoever gives the variables has left out the empty ones that do not count.
    switches: dict[str, Any] = {"_env_file": None, "_secrets_dir": (), "_env_ignore_empty": False}
    if settings_class.model_config.get("cli_parse_args"):
        # Even to say no makes a command line of the fields, and not every class can be one: `h` is taken.
        switches["_cli_parse_args"] = False
    return {name: value for name, value in switches.items() if takes_any or name in parameters}


@contextmanager
def _process_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Make `variables` the whole environment of this process for a moment.

    Sources and validators of the app's own read `os.environ` where they like, so that nothing less
    shows what a process started with these variables would do.
    """
    with _environment_lock:
        if len(variables) > _MOST_GIVEN_TO_THE_SYSTEM:
            with _as_python_sees_it(variables):
                yield
            return
        saved = dict(os.environ)
        try:
            _become(variables)
            yield
        finally:
            _become(saved)


@contextmanager
def _as_python_sees_it(variables: Mapping[str, str]) -> Iterator[None]:
    """Make `variables` what `os.environ` and `os.getenv` know, and leave the C library's own list as it is."""
    environment: Any = os.environ
    saved = environment._data  # noqa: SLF001 - its own methods tell the C library of each variable
    given = {environment.encodekey(name): environment.encodevalue(value) for name, value in variables.items()}
    try:
        environment._data = given  # noqa: SLF001 - see above
        yield
    finally:
        environment._data = saved  # noqa: SLF001 - see above


def _become(variables: Mapping[str, str]) -> None:
    # `clear()` would look for the first of the rest once for each variable.
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)


@contextmanager
def silence() -> Iterator[None]:
    """Drop what code of the app's prints: it may be values that are wrong, and would stand inside the report."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        yield


def without(contract: SettingsContract, variables: Mapping[str, str], fields: Iterable[str]) -> dict[str, str]:
    """Return `variables` but for those that set one of `fields`, or a part of one."""
    spellings = [
        contract.canonical(spelling)
        for name in fields
        for spelling in environment_names(contract.settings_class, name, contract.settings_class.model_fields[name])
    ]
    heads = tuple(spelling + contract.canonical(contract.delimiter) for spelling in spellings if contract.delimiter)
    return {
        name: value
        for name, value in variables.items()
        if (canonical := contract.canonical(name)) not in spellings and not (heads and canonical.startswith(heads))
    }
