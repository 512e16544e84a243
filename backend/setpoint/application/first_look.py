"""Looks at an env file as the settings class does, before importing anything that explains problems.

For most good files, that is enough to know that no rule has anything to report, like `sure_pass` for exported
contracts. Anything that is not obvious here is left to the full check, which continues with what was found.
"""

import sys

from pydantic_settings import BaseSettings

from setpoint.check.outcome import Severity
from setpoint.check.report import Report, SourceSummary
from setpoint.contract.field_type import models_from
from setpoint.contract.guidance import NamesEnvFile
from setpoint.contract.spelling import Spelling, alias_paths, in_capitals, reference_of, spellings_of
from setpoint.sources.entry import entries_of
from setpoint.sources.env_file import EnvFile, read_env_file
from setpoint.sources.plain_file import reads_plainly
from setpoint.text.escape import printable
from setpoint.validation.class_sources import build
from setpoint.validation.record import Given, Record

_UTF_8 = {None, "utf-8", "utf8", "UTF-8"}


class FirstLook:
    """The result of a first look at the only settings class of an app and the only env file that it is given.

    Attributes:
        settings_class: The class.
        file: The env file as python-dotenv reads it.
        record: What the class did with it; None if that is not to be used, because the file needs a full check anyway.
    """

    def __init__(self, settings_class: type[BaseSettings], file: EnvFile, record: Record | None) -> None:
        self.settings_class = settings_class
        self.file = file
        self.record = record

    def report(self, fail_on: Severity) -> Report | None:
        """Return the report if no rule has anything to report; otherwise None.

        Args:
            fail_on: The lowest severity that fails the check.
        """
        if self.record is None or not _is_taken(self.record, self.file):
            return None
        file = self.file
        source = SourceSummary(file.kind, printable(file.path), file.loader, len(file.variables))
        return Report(reference_of(self.settings_class), (source,), (), fail_on)


def first_look(settings_class: type[BaseSettings], path: str) -> FirstLook | None:
    """Look at the env file at `path`; None if the class reads its variables in its own way."""
    if "setpoint.check.catalogue.app_rule" in sys.modules:
        return None  # The module of the class may have registered the app's own rules.
    if not _is_plain(settings_class):
        return None
    file = read_env_file(path, {})
    if not (reads_plainly(file) and _is_known(settings_class, file)):
        return FirstLook(settings_class, file, None)
    record = build(settings_class, Given(files=(tuple(entries_of(file)),)))
    return FirstLook(settings_class, file, None if record.switches else record)


def _is_plain(settings_class: type[BaseSettings]) -> bool:
    """Return whether the class reads its variables as pydantic-settings does, and builds no other settings class."""
    return (
        settings_class.settings_customise_sources.__func__ is BaseSettings.settings_customise_sources.__func__  # type: ignore[attr-defined]
        and not any(place and issubclass(model, BaseSettings) for place, model in models_from(settings_class, ()))
        and settings_class.model_config.get("env_file_encoding") in _UTF_8
    )


def _is_known(settings_class: type[BaseSettings], file: EnvFile) -> bool:
    """Return whether each name is the first name of one setting, and of no other."""
    ignores_case = not settings_class.model_config.get("case_sensitive")
    first: dict[tuple[str, ...], Spelling] = {}
    by_name: dict[str, list[Spelling]] = {}
    for each in spellings_of(settings_class):
        first.setdefault(each.setting, each)
        by_name.setdefault(each.name, []).append(each)
    settings: set[tuple[str, ...]] = set()
    for name in file.variables:
        named = by_name.get(in_capitals(name) if ignores_case else name, [])
        if len(named) != 1 or first[named[0].setting] is not named[0] or _is_special(named[0]):
            return False
        settings.add(named[0].setting)
    return len(settings) == len(file.variables)


def _is_special(spelling: Spelling) -> bool:
    """Return whether a rule may have something to say of each value of the setting, or of where it is set."""
    info = spelling.field
    names_env_file = any(isinstance(each, NamesEnvFile) for each in info.metadata)
    return bool(info.deprecated or names_env_file or alias_paths(info))


def _is_taken(record: Record, file: EnvFile) -> bool:
    """Return whether the class accepts everything in the file, and none of its sources fails."""
    sources = [each for made in record.builds for each in made.sources]
    if record.settings is None or any(each.error or each.undecodable for each in sources):
        return False
    return file.variables.keys() <= {entry.name for each in sources for entry in each.entries}
