"""What a settings class is given from files and the process environment: everything that a process could have."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.source_text import first_bad_byte
from setpoint.sources.entry import Entry, entries_of, entries_of_environment
from setpoint.sources.env_file import DEFAULT_LOADER
from setpoint.sources.gathered import Gathered
from setpoint.validation.record import Given


def can_be_set(text: str) -> bool:
    """Return whether a process can have `text` in the name or value of a variable: no NUL, and all of it UTF-8."""
    return "\0" not in text and first_bad_byte(text) is None


class Receiver(Protocol):
    """A settings class and the sources that it would read."""

    @property
    def contract(self) -> SettingsContract:
        """Return the class seen from the environment."""
        ...

    @property
    def gathered(self) -> Gathered:
        """Return the sources."""
        ...

    @property
    def only_known(self) -> bool:
        """Return whether the class is given only its own variables."""
        ...

    @property
    def beside(self) -> Sequence[SettingsContract]:
        """Return the contracts of the app's other settings classes."""
        ...


def given_to(receiver: Receiver) -> Given:
    """Return what the class of `receiver` is given."""
    gathered = receiver.gathered
    process = entries_of_environment(gathered.environment.variables if gathered.environment else {})
    return Given(
        tuple(each for each in process if _may_be_given(receiver, each)),
        tuple(tuple(each for each in entries_of(file) if _may_be_given(receiver, each)) for file in gathered.files),
        by_another_program=any(file.loader != DEFAULT_LOADER for file in gathered.files),
        secrets_directories=gathered.secrets_directories,
        is_public=not receiver.only_known and not receiver.contract.is_exported,
    )


def _may_be_given(receiver: Receiver, entry: Entry) -> bool:
    """Return whether the class gets to see `entry`: not every name or value can be in a process."""
    contract = receiver.contract
    if not entry.name or "=" in entry.name or not can_be_set(entry.name + (entry.value or "")):
        return False
    if not entry.value and contract.ignores_empty:
        return False  # It does not hide anything in the source below.
    if entry.file is not None and not entry.file.is_deployed:
        if contract.names_env_file(contract.find(entry.name)):
            return False
        if _is_of_another_class(receiver, entry, entry.file.path):
            return False
    if contract.from_file(entry.name):
        is_there = all(each.name != entry.name or not each.content.trouble for each in receiver.gathered.file_variables)
        return is_there and not receiver.only_known
    return not receiver.only_known or contract.find(entry.name) is not None


def _is_of_another_class(receiver: Receiver, entry: Entry, path: str) -> bool:
    """Return whether `entry` is for another settings class of the app, which reads its own env files.

    One file replaces those of both, and neither class would otherwise see what belongs to the other.
    """
    contract = receiver.contract
    is_named = any(Path(each).expanduser().absolute() == Path(path).absolute() for each in contract.env_files)
    if is_named or contract.find(entry.name) or contract.from_file(entry.name):
        return False
    readers = [each for each in receiver.beside if each.find(entry.name) or each.from_file(entry.name)]
    return bool(readers) and all(set(contract.env_files).isdisjoint(each.env_files) for each in readers)
