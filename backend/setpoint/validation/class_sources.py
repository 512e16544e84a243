"""Lets a settings class build itself from what it is given, and records what each source contributed.

The class decides: its own `settings_customise_sources` is called, and its own sources are asked in its own order. Only
two things are ours: where the text of the process environment, of env files and of secrets directories comes from,
and that every source is asked through a wrapper that records the answer.

This is the one place that touches private parts of pydantic-settings (2.16 and later): `BaseSettings.__init__` and its
two steps, in which it makes its sources and asks them, and the methods with which the two kinds of sources
read their text, and those with which the command line is parsed. They are replaced once, by functions that pass every
call on unless a class is being built here.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from contextvars import ContextVar
from functools import wraps
from inspect import signature
from os import PathLike
from typing import Any

from pydantic_settings import (
    BaseSettings,
    CliSettingsSource,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
)
from pydantic_settings.sources import ENV_FILE_SENTINEL, DefaultSettingsSource

from setpoint.contract.app_code import AppCode
from setpoint.contract.spelling import paths_of
from setpoint.sources.entry import Entry, entries_of
from setpoint.sources.env_file import DEFAULT_LOADER, EnvFile, find_env_file, read_env_file
from setpoint.validation.process_environment import process_environment, silence
from setpoint.validation.record import Build, Given, Record
from setpoint.validation.recorded_source import Reading, RecordedSource, described, half_made, kept, parsed, source_in

Sources = tuple[PydanticBaseSettingsSource, ...]
Texts = Mapping[str, str | None]

# How names are read; a contract knows that only from the configuration of the class.
_READING = (
    "_case_sensitive",
    "_env_prefix",
    "_env_prefix_target",
    "_env_nested_delimiter",
    "_env_nested_max_split",
    "_env_ignore_empty",
)

_ENCODING = "_env_file_encoding"

_making: ContextVar["_Making | None"] = ContextVar("making", default=None)


def build(
    settings_class: type[BaseSettings],
    given: Given,
    make: Callable[[], Any] | None = None,
    before: Record | None = None,
) -> Record:
    """Let `settings_class` build itself from what is `given`.

    Args:
        settings_class: The class.
        given: What it finds.
        make: What to call for its settings; by default, the class itself.
        before: What was built before, so that no file is read twice.
    """
    making = _Making(settings_class, given)
    if before is not None:
        making.record.files = before.files
    variables = {each.name: each.value for each in making.environment if each.value is not None}
    token = _making.set(making)
    around = process_environment(variables) if given.is_public else nullcontext()
    try:
        with AppCode() as asked, around, warnings.catch_warnings(), silence() as (output, talk):
            warnings.simplefilter("ignore")
            making.record.settings = (make or settings_class)()
    finally:
        _making.reset(token)
    making.record.error = asked.error
    if isinstance(asked.error, SystemExit) and isinstance(source_in(asked.error), CliSettingsSource):
        making.record.farewell = asked.error.code, output.getvalue(), talk.getvalue()
    return making.record


def construct(settings_class: type[BaseSettings], given: Given) -> BaseSettings:
    """Return the settings that the class builds from what is `given`, which does not become the process's environment.

    So other threads are not affected. Whatever the class raises is raised.
    """
    token = _making.set(_Making(settings_class, given))
    try:
        return settings_class()
    finally:
        _making.reset(token)


class _Making:
    """One class that is being built."""

    def __init__(self, settings_class: type[BaseSettings], given: Given) -> None:
        self.record = Record(settings_class, given)
        self.begun: dict[type[BaseSettings], BaseSettings] = {}
        self._class = settings_class
        self._given = given
        self._own_files: object = settings_class.model_config.get("env_file")
        self._in_place = self._stand_in_place(self._own_files)
        self._readings: list[tuple[PydanticBaseSettingsSource, Reading]] = []

    @property
    def environment(self) -> tuple[Entry, ...]:
        """Return the process environment, including files that no env file source reads."""
        files = () if self._in_place else self._given.files or ()
        return (*(entry for file in files for entry in file if entry.value is not None), *self._given.environment)

    def _stand_in_place(self, env_file: object) -> bool:
        """Return whether the given files replace the env files that the class reads, here `env_file`."""
        return bool(self._given.files) and not self._given.by_another_program and bool(env_file)

    def init_sources(self, cls: type[BaseSettings], switches: dict[str, Any]) -> tuple[Sources, dict[str, Any]]:
        """Return the sources of `cls`, as `BaseSettings._settings_init_sources` does."""
        is_asked_for = issubclass(cls, self._class)
        directories = self._given.secrets_directories
        if is_asked_for and directories == ():
            self.record.unseen_directories = paths_of(switches.get("_secrets_dir"))
        if directories is not None and (is_asked_for or cls.model_config.get("secrets_dir")):
            switches["_secrets_dir"] = directories
        if is_asked_for:
            switch = switches.get("_env_file", ENV_FILE_SENTINEL)
            env_file = cls.model_config.get("env_file") if switch == ENV_FILE_SENTINEL else switch
            self._in_place, self._own_files = self._stand_in_place(env_file), env_file
            self.record.switches = tuple(self._decisive(cls.model_config, switches))
        try:
            made: tuple[Sources, dict[str, Any]] = _init_sources(cls, **switches)
            if is_asked_for and self._are_misplaced(made[0]):
                self._in_place = not self._in_place
                made = _init_sources(cls, **switches)
        except BaseException as error:
            source = source_in(error)
            self.record.made_none, self.record.failed_source = True, half_made(source) if source else None
            raise
        return made

    def _decisive(self, config: Mapping[str, Any], switches: Mapping[str, Any]) -> Iterator[str]:
        """Yield those of `switches` that make the class read other than `config` says, as nobody could know before."""
        yield from (name for name in _READING if switches.get(name) not in (None, config.get(name[1:])))
        named = switches.get(_ENCODING)
        if self._in_place and named is not None:
            from setpoint.sources.encoding import is_same_encoding  # noqa: PLC0415 - few classes name one

            # The files that stand in place of its own have been decoded by now.
            if not is_same_encoding(named, config.get(_ENCODING[1:]) or "utf-8"):
                yield _ENCODING

    def _are_misplaced(self, sources: Sources) -> bool:
        """Return whether `sources` lack the one that would read the given files, but have the other one."""
        if not self._given.files or self._given.by_another_program:
            return False
        read_files = any(isinstance(each, DotEnvSettingsSource) for each in sources)
        read_environment = any(self._reads_environment(each) for each in sources)
        return read_environment and not read_files if self._in_place else read_files and not read_environment

    def _reads_environment(self, source: object) -> bool:
        return isinstance(source, EnvSettingsSource) and not isinstance(source, DotEnvSettingsSource)

    def build_values(self, cls: type[BaseSettings], sources: Sources, init_kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return what `sources` give together, as `BaseSettings._settings_build_values` does."""
        made = Build(cls, self.begun.get(cls))
        self.record.builds.append(made)
        recorded: list[PydanticBaseSettingsSource] = []
        for source in sources:
            if isinstance(source, DefaultSettingsSource):
                recorded.append(source)  # The following code looks for it by class.
            else:
                made.sources.append(described(source, self._reading_of(source)))
                recorded.append(RecordedSource(cls, source, made.sources[-1]))
        made.values = _build_values(cls, tuple(recorded), init_kwargs)
        return made.values

    def _reading_of(self, source: object) -> Reading | None:
        """Return what `source`, or the one that it wraps, has read; None for another kind."""
        wrapped = list(getattr(source, "__dict__", {}).values())
        found = (each for each in self._readings if any(each[0] is one for one in (source, *wrapped)))
        read, reading = next(found, (None, None))
        return reading and (tuple(kept(read, reading[0])), reading[1])

    def words_of(self, words: object) -> object:
        """Return what the class parses as its command line for `words`; `True` means that of this process."""
        return [] if words is True and not self._given.command_line else words

    def load_env_vars(self, source: EnvSettingsSource) -> Texts:
        """Return the process environment, as `EnvSettingsSource._load_env_vars` does."""
        self._readings.append((source, (self.environment, ())))
        return parsed(source, self.environment)

    def read_env_files(self, source: DotEnvSettingsSource) -> Texts:
        """Return what env files hold, as `DotEnvSettingsSource._read_env_files` does."""
        given = self._given_in_place_of_files(source)
        files = tuple(self._own_files_of(source)) if given is None else ()
        texts = [tuple(entries_of(each)) for each in files] if given is None else given
        self._readings.append((source, (tuple(entry for file in texts for entry in file), files)))
        found: dict[str, str | None] = {}
        for each in texts:
            found.update(parsed(source, each))
        return found

    def _given_in_place_of_files(self, source: DotEnvSettingsSource) -> Sequence[tuple[Entry, ...]] | None:
        """Return what replaces the env files that `source` would read; None if it reads them itself."""
        is_asked_for = issubclass(source.settings_cls, self._class)
        own = self._own_files if is_asked_for else source.settings_cls.model_config.get("env_file")
        if self._given.files is None or (source.env_file and source.env_file != own):
            return None
        return self._given.files if self._in_place and (source.env_file or is_asked_for) else ()

    def _own_files_of(self, source: DotEnvSettingsSource) -> Iterator[EnvFile]:
        named = source.env_file or ()
        for each in (named,) if isinstance(named, str | PathLike) else named:
            path = find_env_file(each, source.env_file_depth or 0)
            if path is not None:
                referable = {entry.name: entry.value for entry in self.environment if entry.value is not None}
                # Several sources, or nested settings classes, may read the same file: what is wrong in it is reported
                # once.
                files, key = self.record.files, (path, source.env_file_encoding)
                if key not in files:
                    loader = None if self._given.recovers else DEFAULT_LOADER
                    files[key] = read_env_file(path, referable, loader, encoding=source.env_file_encoding)
                yield files[key]


_init: Any = BaseSettings.__init__
_init_sources: Any = BaseSettings._settings_init_sources.__func__  # type: ignore[attr-defined]  # noqa: SLF001
_build_values: Any = BaseSettings._settings_build_values.__func__  # type: ignore[attr-defined]  # noqa: SLF001
_load_env_vars = EnvSettingsSource._load_env_vars  # noqa: SLF001
_read_env_files = DotEnvSettingsSource._read_env_files  # noqa: SLF001
_make_command_line: Any = CliSettingsSource.__init__
_ask_command_line: Any = CliSettingsSource.__call__


@wraps(_init)
def _init_or_ours(self: BaseSettings, /, *arguments: Any, **values: Any) -> None:
    if making := _making.get():
        making.begun[type(self)] = self
    _init(self, *arguments, **values)


def _init_sources_or_ours(cls: type[BaseSettings], **switches: Any) -> tuple[Sources, dict[str, Any]]:
    making = _making.get()
    return making.init_sources(cls, switches) if making else _init_sources(cls, **switches)


def _build_values_or_ours(cls: type[BaseSettings], sources: Sources, init_kwargs: dict[str, Any]) -> dict[str, Any]:
    making = _making.get()
    ask = making.build_values if making else _build_values
    return ask(cls, sources, init_kwargs)


def _load_env_vars_or_ours(self: EnvSettingsSource) -> Texts:
    making = _making.get()
    return making.load_env_vars(self) if making else _load_env_vars(self)


def _read_env_files_or_ours(self: DotEnvSettingsSource) -> Texts:
    making = _making.get()
    return making.read_env_files(self) if making else _read_env_files(self)


def _make_command_line_or_ours(self: CliSettingsSource[Any], /, *arguments: Any, **switches: Any) -> None:
    bound, making = signature(_make_command_line).bind(self, *arguments, **switches), _making.get()
    words = bound.arguments.get("cli_parse_args")
    if making and making.words_of(words) is not words:
        bound.arguments |= {"cli_parse_args": making.words_of(words), "cli_enforce_required": False}
    _make_command_line(*bound.args, **bound.kwargs)


def _ask_command_line_or_ours(self: CliSettingsSource[Any], **given: Any) -> Any:
    making = _making.get()
    if making and "args" in given:
        given["args"] = making.words_of(given["args"])
    return _ask_command_line(self, **given)


BaseSettings.__init__ = _init_or_ours  # type: ignore[method-assign,assignment]
BaseSettings._settings_init_sources = classmethod(_init_sources_or_ours)  # type: ignore[assignment,arg-type]  # noqa: SLF001
BaseSettings._settings_build_values = classmethod(_build_values_or_ours)  # type: ignore[assignment]  # noqa: SLF001
EnvSettingsSource._load_env_vars = _load_env_vars_or_ours  # type: ignore[method-assign]  # noqa: SLF001
DotEnvSettingsSource._read_env_files = _read_env_files_or_ours  # type: ignore[method-assign]  # noqa: SLF001
CliSettingsSource.__init__ = _make_command_line_or_ours  # type: ignore[method-assign,assignment]
CliSettingsSource.__call__ = _ask_command_line_or_ours  # type: ignore[method-assign]
