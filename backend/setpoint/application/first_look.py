"""Looks at an env file as the settings class does, before importing anything that explains problems.

For most good files, that is enough to know that no rule has anything to report, like `sure_pass` for exported
contracts. Anything that is not obvious here is left to the full check, which continues with what was found.
"""

import sys
from typing import NamedTuple

from pydantic_settings import BaseSettings

from setpoint.check.outcome import Severity
from setpoint.check.report import Report, SourceSummary
from setpoint.contract.settings_class import SettingsContract
from setpoint.sources.entry import entries_of
from setpoint.sources.env_file import EnvFile, read_env_file
from setpoint.sources.plain_file import reads_plainly
from setpoint.text.escape import printable
from setpoint.validation.asking import ask
from setpoint.validation.record import Given, Record

_UTF_8 = {None, "utf-8", "utf8", "UTF-8"}


class FirstLook(NamedTuple):
    """The result of a first look at the only settings class of an app and the only env file that it is given.

    Attributes:
        contract: The class seen from the environment.
        file: The env file as python-dotenv reads it.
        record: What the class did with it; None if it was not asked, because the file needs a full check anyway.
    """

    contract: SettingsContract
    file: EnvFile
    record: Record | None

    def report(self, fail_on: Severity) -> Report | None:
        """Return the report if no rule has anything to report; otherwise None.

        Args:
            fail_on: The lowest severity that fails the check.
        """
        if self.record is None or not _is_taken(self.record, self.file):
            return None
        file = self.file
        source = SourceSummary(file.kind, printable(file.path), file.loader, len(file.variables))
        return Report(self.contract.reference, (source,), (), fail_on)


def first_look(settings_class: type[BaseSettings], path: str) -> FirstLook | None:
    """Look at the env file at `path`; None if the class reads its variables in its own way.

    Raises:
        UnableError: It can't be seen from outside which variables the class reads.
    """
    if "setpoint.check.catalogue.app_rule" in sys.modules:
        return None  # The module of the class may have registered the app's own rules.
    contract = SettingsContract.of(settings_class)
    if not _is_plain(contract):
        return None
    file = read_env_file(path, {})
    is_plain = reads_plainly(file) and _is_known(contract, file)
    return FirstLook(contract, file, ask(contract, Given(files=(tuple(entries_of(file)),))) if is_plain else None)


def _is_plain(contract: SettingsContract) -> bool:
    """Return whether the class reads its variables as pydantic-settings does, and builds no other settings class."""
    settings_class = contract.settings_class
    return (
        settings_class.settings_customise_sources.__func__ is BaseSettings.settings_customise_sources.__func__  # type: ignore[attr-defined]
        and not contract.parts
        and not contract.reads_file_variables
        and not contract.is_exported
        and settings_class.model_config.get("env_file_encoding") in _UTF_8
    )


def _is_known(contract: SettingsContract, file: EnvFile) -> bool:
    """Return whether each name is the first name of one setting, and of no other."""
    settings: set[tuple[str, ...]] = set()
    for name in file.variables:
        named = contract.named(name)
        if len(named) != 1:
            return False
        only = named[0]
        first = contract.variables_at(only.setting)[0]
        if first is not only or only.holds_parts or only.reader or only.field.deprecated:
            return False
        if contract.names_env_file(only):
            return False
        settings.add(only.setting)
    return len(settings) == len(file.variables)


def _is_taken(record: Record, file: EnvFile) -> bool:
    """Return whether the class accepts everything in the file, and none of its sources fails."""
    sources = [each for made in record.builds for each in made.sources]
    if record.settings is None or any(each.error or each.undecodable for each in sources):
        return False
    return file.variables.keys() <= {entry.name for each in sources for entry in each.entries}
