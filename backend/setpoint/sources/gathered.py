"""What a settings class would read, gathered from everywhere: files, the process environment, secrets, a deploy."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from setpoint.contract.settings_class import SettingsContract
from setpoint.sources.entry import Entry, entries_of, entries_of_environment
from setpoint.sources.env_file import EnvFile, SourceKind
from setpoint.sources.secret_files import FileVariable, file_variables, own_secrets_directories

if TYPE_CHECKING:
    from setpoint.sources.deployed_process import DeployedProcess


class ProcessEnvironment(NamedTuple):
    """The environment of a process."""

    variables: Mapping[str, str]

    @property
    def kind(self) -> SourceKind:
        """Return which kind of source it is."""
        return SourceKind.PROCESS_ENVIRONMENT

    @classmethod
    def of_this_process(cls) -> "ProcessEnvironment":
        """Return a copy of this process's environment."""
        return cls(dict(os.environ))


@dataclass(frozen=True, eq=False, repr=False)
class Gathered:
    """The sources that a settings class would read.

    Attributes:
        files: Env files, later ones over earlier.
        environment: The process environment, over all files; None if it is not checked.
        secret_files: Files that hold one value each, under all env files.
        file_variables: The variables that name files which hold values.
        secrets_directories: Where the class looks for secret files; None if it looks in its own.
        unseen_directories: Secrets directories of the settings class that were not read.
        left_out: Files that the settings class names, but does not read because it leaves their source out.
        starts_here: Whether a process would start here now, so that every file that it reads must be here.
        process: The process of a deploy that gets all this, if any; its files are `files`.
    """

    files: tuple[EnvFile, ...] = ()
    environment: ProcessEnvironment | None = None
    secret_files: tuple[EnvFile, ...] = ()
    file_variables: tuple[FileVariable, ...] = ()
    secrets_directories: tuple[str, ...] | None = ()
    unseen_directories: tuple[str, ...] = ()
    left_out: tuple[EnvFile, ...] = ()
    starts_here: bool = False
    process: "DeployedProcess | None" = None

    @property
    def all_files(self) -> tuple[EnvFile, ...]:
        """Return all files that set values, later ones over earlier."""
        return (*self.secret_files, *self.files)

    def entries(self) -> Iterator[Entry]:
        """Yield all entries from everywhere, later ones over earlier."""
        for file in self.all_files:
            yield from entries_of(file)
        if self.environment is not None:
            yield from entries_of_environment(self.environment.variables)


def given_alone(contract: SettingsContract, file: EnvFile) -> Gathered:
    """Return `file` as the only source; no file that it names is opened, and no secrets directory is read."""
    return Gathered(
        (file,),
        file_variables=tuple(file_variables(contract, (file,), {}, opens=False)),
        unseen_directories=own_secrets_directories(contract),
    )
