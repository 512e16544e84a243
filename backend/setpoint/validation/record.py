"""What a settings class was given when it was built, and what each of its sources made of that."""

import os
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_settings import BaseSettings

from setpoint.sources.entry import Entry
from setpoint.sources.env_file import EnvFile, SourceKind

if TYPE_CHECKING:
    from setpoint.contract.variable_names import SecretNames


class Given(NamedTuple):
    """What a settings class finds while it is built.

    Attributes:
        environment: The process environment, later entries over earlier ones.
        files: The content of env files that replace those that the class names, later ones over earlier; None
            if it reads its own. If it reads no env files, they are part of the environment.
        by_another_program: Whether a program other than the app reads `files`, and puts them into the environment.
        secrets_directories: Where secret files are, instead of what the class says; None to use what it says.
        is_public: Whether `os.environ` holds the same while the class is built, for the app's own code.
        command_line: Whether the arguments of this process are for the class; if not, it finds none.
        recovers: Whether to read the lines of its env files that an unclosed quote swallows, so that what
            is wrong in them is found.
    """

    environment: tuple[Entry, ...] = ()
    files: tuple[tuple[Entry, ...], ...] | None = ()
    by_another_program: bool = False
    secrets_directories: tuple[str, ...] | None = ()
    is_public: bool = True
    command_line: bool = False
    recovers: bool = True


Naming = tuple[type[BaseSettings], tuple[tuple[str, Any], ...]]
"""How a source reads names: the class that it reads them for, and the parts of a configuration that say so, as pairs"""

Farewell = tuple[object, str, str]
"""How the parser of the app's command line ends the process: the status, what it prints, and what to standard error"""


class NoValuesError(TypeError):
    """A source returned something else than a `dict` of values by the names of settings; the text has none of them."""


class Undecodable:
    """A text that a source could not turn into a value.

    Attributes:
        field: The field that it is for.
        entry: The variable that holds it, if there is just one.
        error: What the source raised.
        key: Under which name the source keeps the text, if that is known.
    """

    def __init__(self, field: str, entry: Entry | None, error: BaseException, key: str | None = None) -> None:
        self.field = field
        self.entry = entry
        self.error = error
        self.key = key


class SourceRecord:
    """One source of a settings class.

    Attributes:
        kind: What it reads.
        name: The class of the source.
        paths: The config files or the secrets directories that it reads.
        entries: The variables that it has from the process environment or env files, later ones over earlier.
        files: The env files that it has found itself.
        nested_secrets: How its files are named, if those of nested secrets are among them.
        naming: How it reads names, if not like the class; that of secret files in any case.
        parts_of: Returns what variables of their own, except some, set inside a field, whatever the source has for it.
        read_alone: Reads one of several config files, which the source puts together.
        values: What it gave, by the keys that the settings class accepts.
        undecodable: What it could not turn into a value; it gave the rest.
        error: What it raised, if it gave nothing because of that.
    """

    def __init__(
        self,
        kind: SourceKind,
        name: str,
        *,
        paths: tuple[str, ...] = (),
        entries: tuple[Entry, ...] = (),
        files: tuple[EnvFile, ...] = (),
        nested_secrets: "SecretNames | None" = None,
        naming: Naming | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.paths = paths
        self.entries = entries
        self.files = files
        self.nested_secrets = nested_secrets
        self.naming = naming
        self.parts_of: Callable[[str, Collection[str]], Any] | None = None
        self.read_alone: Callable[[str], Any] | None = None
        self.values: Mapping[str, Any] = {}
        self.undecodable: tuple[Undecodable, ...] = ()
        self.error: BaseException | None = None

    def of_file(self, path: str) -> "SourceRecord":
        """Return what is known about the source, as one of the config file at `path` alone."""
        return SourceRecord(self.kind, self.name, paths=(path,))

    def name_of_secret(self, path: str) -> str | None:
        """Return how the source calls the secret file at `path`, if the folders are a part of that; otherwise None."""
        inside = (os.path.join(each, "") for each in self.paths if self.nested_secrets)  # noqa: PTH118 - `Path` would remove `./`
        return next((path.removeprefix(each) for each in inside if path.startswith(each)), None)


class Build:
    """One settings class that was built: the requested one, or one nested in it.

    Attributes:
        settings_class: The class.
        settings: What it becomes, if that is known.
        sources: Its sources, the strongest first.
        values: What they gave together.
    """

    def __init__(self, settings_class: type[BaseSettings], settings: BaseSettings | None = None) -> None:
        self.settings_class = settings_class
        self.settings = settings
        self.sources: list[SourceRecord] = []
        self.values: dict[str, Any] | None = None

    @property
    def has_arguments(self) -> bool:
        """Return whether what creates the class hands it values."""
        return any(each.kind is SourceKind.ARGUMENT and each.values for each in self.sources)


class Record:
    """The result of building a settings class.

    Attributes:
        asked: The requested class.
        given: What it found.
        settings: The settings, if the class could be built.
        error: What was raised, if not.
        builds: Every settings class that was built, in the order in which they were.
        files: The env files that sources read while they were created, by path and the encoding that the class names.
        switches: The arguments by which an `__init__` of the class reads names differently from its configuration.
        unseen_directories: The secrets directories that an `__init__` of the class names, if none is to be looked into.
        made_none: Whether the sources could not be created, so that none was asked.
        failed_source: The source that failed, if it was one of them.
        farewell: What the app's command line asks for instead of a start.
        parts: The results for the settings classes nested in fields, each by itself, by the path of the field.
    """

    def __init__(self, asked: type[BaseSettings], given: Given) -> None:
        self.asked = asked
        self.given = given
        self.settings: Any = None
        self.error: BaseException | None = None
        self.builds: list[Build] = []
        self.files: dict[tuple[str, str | None], EnvFile] = {}
        self.switches: tuple[str, ...] = ()
        self.unseen_directories: tuple[str, ...] = ()
        self.made_none = False
        self.failed_source: SourceRecord | None = None
        self.farewell: Farewell | None = None
        self.parts: dict[tuple[str | int, ...], Record] = {}

    @classmethod
    def of_build(cls, build: Build, given: Given) -> "Record":
        """Return the result for the settings class of `build` alone, as far as its sources tell it."""
        record = cls(build.settings_class, given)
        record.builds = [build]
        return record

    @property
    def top(self) -> Build | None:
        """Return what is known about the requested class, if its sources were asked."""
        return next((each for each in self.builds if issubclass(each.settings_class, self.asked)), None)

    def build_of(self, settings_class: type[BaseSettings]) -> Build | None:
        """Return what is known about `settings_class`, if it was built.

        If it was several times, that is what it has read by itself: what it is handed, the class around it has read.
        """
        found = [each for each in self.builds if each.settings_class is settings_class]
        return next((each for each in found if not each.has_arguments), found[0] if found else None)

    def build_at(self, setting: tuple[str | int, ...], settings_class: type[BaseSettings]) -> Build | None:
        """Return what is known about the `settings_class` that is the value of `setting`, or else about another one."""
        by_itself = self.parts.get(setting)
        return self._build_at(setting) or (by_itself and by_itself.top) or self.build_of(settings_class)

    def has_built(self, setting: tuple[str, ...]) -> bool:
        """Return whether the value of `setting` was built with the rest: a default may have been made before."""
        return self._build_at(setting) is not None

    def _build_at(self, setting: tuple[str | int, ...]) -> Build | None:
        made: Any = self.settings
        for step in setting:
            made = getattr(made, "__dict__", {}).get(step)
        return next((each for each in self.builds if made is not None and each.settings is made), None)

    def add_builds(self, other: "Record") -> None:
        """Add the settings classes that code has built in another attempt, which got further."""
        known = {each.settings_class for each in self.builds}
        self.builds += [each for each in other.builds if each.settings_class not in known]

    @property
    def counting_files(self) -> tuple[EnvFile, ...]:
        """Return the env files of the sources that the class asks; it may create others and leave them out."""
        asked = [file for made in self.builds for source in made.sources for file in source.files]
        return tuple(each for each in self.files.values() if not self.builds or any(each is file for file in asked))
