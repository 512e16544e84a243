"""Gathers what a settings class would read: env files, the process environment, secrets in files."""

import errno
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile, ProcessEnvironment, read_env_file
from setpoint.sources.secret_files import file_variables, files_in, own_secrets_directories


def of_a_start(
    contract: SettingsContract,
    environment: Mapping[str, str],
    project: Project,
    *,
    files: Sequence[EnvFile] | None = None,
    directories: Sequence[str] = (),
) -> Subject:
    """Return what a process with `environment` would read if it started here now.

    Args:
        contract: What its app expects.
        environment: The process environment.
        project: What the project of the app says.
        files: The env files that it would read; by default those that the class names.
        directories: Secrets directories; by default those that the class names.
    """
    if files is None:
        files = env_files(contract, environment)
        environment = _not_from(contract, files, environment)
    chosen = tuple(files)
    named = tuple(file_variables(contract, chosen, environment))
    secrets = files_in(contract, directories or own_secrets_directories(contract))
    return Subject(
        contract,
        chosen,
        ProcessEnvironment(environment),
        project.ignored,
        secret_files=(*secrets, *(each.content for each in named)),
        file_variables=named,
        starts_here=True,
    )


def _not_from(
    contract: SettingsContract, files: Sequence[EnvFile], environment: Mapping[str, str]
) -> Mapping[str, str]:
    """Return `environment` without what `files` give as well.

    Some frameworks, and `load_dotenv()`, put what an env file holds into the environment before the settings are
    read. Such a value counts as the file's, so that nothing is said twice, and all of it where it stands.
    """
    in_files = Subject(contract, tuple(files)).assignments
    return {
        name: value
        for name, value in environment.items()
        if (each := in_files.get(contract.canonical(name))) is None or (each.name, each.value.raw) != (name, value)
    }


def of_files(
    contract: SettingsContract,
    files: Sequence[EnvFile],
    environment: ProcessEnvironment | None,
    project: Project,
    *,
    directories: Sequence[str] = (),
) -> Subject:
    """Return what a process would read that is given `files`, here or on another machine.

    Files that variables name are looked at if they are there. Secrets directories are those that are given
    alone: what the class finds in its own, on the machine where it starts, can't be known here.
    """
    named = tuple(file_variables(contract, files, environment.variables if environment else {}))
    return Subject(
        contract,
        tuple(files),
        environment,
        project.ignored,
        secret_files=(*files_in(contract, directories), *(each.content for each in named)),
        file_variables=named,
        unseen_directories=() if directories else own_secrets_directories(contract),
    )


def beside_each_other(subjects: Sequence[Subject]) -> list[Subject]:
    """Return `subjects`, one a settings class of the app, each of which knows what the others read."""
    contracts = [each.contract for each in subjects]
    return [
        replace(each, beside=tuple(other for other in contracts if other is not each.contract)) for each in subjects
    ]


def env_files(contract: SettingsContract, environment: Mapping[str, str]) -> tuple[EnvFile, ...]:
    """Return the env files that a process with this `environment` would read.

    A file that the environment names has to exist; a default one need not.
    """
    paths = _default_paths(contract)
    if contract.env_file_variable is not None:
        variable, default = contract.env_file_variable
        named = [value for name, value in environment.items() if value and contract.canonical(name) == variable.name]
        if named:
            return (read_env_file(named[-1], environment),)
        paths = [default.default]
    return tuple(read_env_file(path, environment) for path in paths if _is_there(path))


def _is_there(path: str) -> bool:
    """Return whether there is a file to read; a folder `.env` is most often a virtual environment."""
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        return error.errno not in {errno.ENOENT, errno.ENOTDIR}
    return not stat.S_ISDIR(mode)


def _default_paths(contract: SettingsContract) -> list[str]:
    configured = contract.settings_class.model_config.get("env_file") or ()
    if isinstance(configured, str | os.PathLike):
        configured = (configured,)
    return [str(Path(path).expanduser()) for path in configured]
