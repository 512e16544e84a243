"""Gathers everything a settings class would read: env files, the process environment, secret files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.entry import Entry, entries_of, entries_of_environment
from setpoint.sources.env_file import (
    DEFAULT_LOADER,
    EnvFile,
    SourceKind,
    find_env_file,
    read_env_file,
)
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from setpoint.sources.secret_files import file_variables, files_in, own_secrets_directories
from setpoint.validation.asking import ask
from setpoint.validation.record import Given, Record

if TYPE_CHECKING:
    from setpoint.sources.deployed_process import DeployedProcess


def of_a_start(
    contract: SettingsContract,
    environment: Mapping[str, str],
    project: Project,
    *,
    laid_over: Sequence[EnvFile] = (),
    directories: Sequence[str] = (),
    has_values: bool = False,
    command_line: bool = False,
    recovers: bool = True,
) -> Subject:
    """Return what a process with `environment` would read if it started here now.

    Args:
        contract: What the app expects.
        environment: The process environment.
        project: The configuration of the app's project.
        laid_over: Env files whose variables are in its environment as well.
        directories: Secrets directories; by default those that the class names.
        has_values: Whether a parent process has read the env file that the environment names, and added its variables.
        command_line: Whether this process was started with the app's own arguments.
        recovers: Whether to read the lines of env files that an unclosed quote swallows.
    """
    named = () if has_values else named_env_file(contract, environment, recovers=recovers)
    entries = (*entries_of_a_start(contract, environment, named), *_of(contract, laid_over))
    given = Given(
        entries,
        None,
        secrets_directories=tuple(directories) or None,
        command_line=command_line,
        recovers=recovers,
    )
    record = ask(contract, given)
    files = (*record.counting_files, *named, *laid_over)
    variables = tuple(file_variables(contract, files, environment))
    gathered = Gathered(
        files,
        ProcessEnvironment(_not_from(files, environment)),
        secret_files=(*_secret_files(contract, record), *(each.content for each in variables)),
        file_variables=variables,
        left_out=() if record.settings is not None else tuple(_left_out(contract, record)),
        starts_here=True,
    )
    return Subject(contract, gathered, project.ignored, record=record)


def entries_of_a_start(
    contract: SettingsContract, environment: Mapping[str, str], named: Sequence[EnvFile] | None = None
) -> tuple[Entry, ...]:
    """Return the variables in `environment`, and in the env file that it names.

    Args:
        contract: What the app expects.
        environment: The process environment.
        named: That env file; None if it has not been read yet.
    """
    files = named_env_file(contract, environment) if named is None else named
    return (*_of(contract, files), *entries_of_environment(environment))


def _of(contract: SettingsContract, files: Sequence[EnvFile]) -> Iterator[Entry]:
    """Yield what `files` give to a process; the variable that names the env file is read before there is one."""
    for file in files:
        yield from (each for each in entries_of(file) if not contract.names_env_file(contract.find(each.name)))


def _secret_files(contract: SettingsContract, record: Record) -> Iterator[EnvFile]:
    for made in record.builds:
        for source in made.sources:
            if source.kind is SourceKind.SECRETS_DIRECTORY:
                read = contract.names_read_by(*source.naming) if source.naming else None
                yield from files_in(contract, source.paths, source.nested_secrets, read)


def _left_out(contract: SettingsContract, record: Record) -> Iterator[EnvFile]:
    """Yield the files that the class names, and whose source it leaves out in `settings_customise_sources`."""
    yield from (each for each in record.files.values() if each not in record.counting_files)
    if record.top and all(each.kind is not SourceKind.SECRETS_DIRECTORY for each in record.top.sources):
        yield from files_in(contract, own_secrets_directories(contract))


def _not_from(files: Sequence[EnvFile], environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return `environment` without what `files` give as well.

    Some frameworks, and `load_dotenv()`, put what an env file holds into the environment before the settings are
    read. Such a value counts as the file's, so that nothing is reported twice, and each finding is where it is written.
    """
    in_files = {(each.name, each.value) for file in files for each in entries_of(file)}
    return {name: value for name, value in environment.items() if (name, value) not in in_files}


def of_files(
    contract: SettingsContract,
    files: Sequence[EnvFile],
    environment: ProcessEnvironment | None,
    project: Project,
    *,
    directories: Sequence[str] = (),
    process: "DeployedProcess | None" = None,
    record: Record | None = None,
) -> Subject:
    """Return what a process that is given `files` would read, here or on another machine.

    Files that variables name are read if they exist, but not for the process of a deploy, which has its own file
    system. Only the given secrets directories count: what the class finds in its own ones, on the
    machine where it starts, can't be known here. `record` is what the class did with all of that, if it has been asked.
    """
    variables = environment.variables if environment else {}
    named = tuple(file_variables(contract, files, variables, opens=process is None))
    contents = tuple(each.content for each in named)
    gathered = Gathered(
        tuple(files),
        environment,
        secret_files=contents,
        file_variables=named,
        secrets_directories=tuple(directories),
        unseen_directories=() if directories else own_secrets_directories(contract),
        process=process,
    )
    subject = Subject(contract, gathered, project.ignored, record=record)
    if not directories:
        return subject
    record = subject.asked
    gathered = replace(gathered, secret_files=(*_secret_files(contract, record), *contents))
    return replace(subject, gathered=gathered, record=record)


def of_deployed(
    contract: SettingsContract, process: "DeployedProcess", project: Project, *, directories: Sequence[str] = ()
) -> Subject:
    """Return what the `process` of a deploy would read."""
    environment = ProcessEnvironment(process.environment) if process.environment else None
    return of_files(contract, process.files, environment, project, directories=directories, process=process)


def beside_each_other(subjects: Sequence[Subject]) -> list[Subject]:
    """Return `subjects`, one per settings class of the app, each with what the others read."""
    return in_one_run([subjects])[0]


def in_one_run(processes: Iterable[Sequence[Subject]]) -> list[list[Subject]]:
    """Return the subjects of several processes, those of each with what they read, and all with one set of secrets."""
    run: list[Subject] = []
    found: list[list[Subject]] = []
    for subjects in processes:
        contracts = [each.contract for each in subjects]
        beside = [tuple(other for other in contracts if other is not own) for own in contracts]
        found.append([replace(each, beside=others, run=run) for each, others in zip(subjects, beside, strict=True)])
        run += found[-1]
    return found


def named_env_file(
    contract: SettingsContract, environment: Mapping[str, str], *, recovers: bool = True
) -> tuple[EnvFile, ...]:
    """Return the env file that the environment names, if the class has a variable for that, or the default one.

    A file that the environment names must exist; a default one need not.
    """
    if contract.env_file_variable is None:
        return ()
    variable, default = contract.env_file_variable
    named = [value for name, value in environment.items() if value and contract.canonical(name) == variable.name]
    path = named[-1] if named else find_env_file(default.default)
    return () if path is None else (read_env_file(path, environment, None if recovers else DEFAULT_LOADER),)
