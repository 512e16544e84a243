"""Asks a source of a settings class, and records what it gave, what it could not decode and what it raised."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache, partial
from os import PathLike
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, cast

from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    CliSettingsSource,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsError,
)
from pydantic_settings.sources import ConfigFileSourceMixin
from pydantic_settings.sources.base import PydanticBaseEnvSettingsSource
from pydantic_settings.sources.utils import parse_env_vars

from setpoint.contract.app_code import AppCode
from setpoint.contract.file_variables_source import FileVariablesSource
from setpoint.sources.entry import Entry
from setpoint.sources.env_file import EnvFile, SourceKind
from setpoint.validation.record import Naming, NoValuesError, SourceRecord, Undecodable

if TYPE_CHECKING:
    from setpoint.contract.variable_names import SecretNames

# In this order: some are subclasses of others.
_KINDS: tuple[tuple[type, SourceKind], ...] = (
    (CliSettingsSource, SourceKind.COMMAND_LINE),
    (FileVariablesSource, SourceKind.FILE_VARIABLE),
    (NestedSecretsSettingsSource, SourceKind.SECRETS_DIRECTORY),
    (SecretsSettingsSource, SourceKind.SECRETS_DIRECTORY),
    (ConfigFileSourceMixin, SourceKind.CONFIG_FILE),
    (InitSettingsSource, SourceKind.ARGUMENT),
)
# How a source reads names: the parts of a configuration that it keeps as attributes, which an app may have changed.
_NAMING = {
    "case_sensitive": False,
    "env_prefix": "",
    "env_prefix_target": "variable",
    "env_nested_delimiter": None,
    "env_nested_max_split": None,
}
_PATH_OF_CONFIG_FILE = "_file_path"
"""How the names of the attributes end in which sources of config files keep their paths."""


Reading = tuple[tuple[Entry, ...], tuple[EnvFile, ...]]
"""What a source read when it was created: variables, and the env files that it found itself"""


def described(source: object, reading: Reading | None) -> SourceRecord:
    """Return what is known about `source` before it is asked.

    Args:
        source: Whatever the settings class calls a source.
        reading: What it has read from the process environment or env files, if it is of that kind.
    """
    name = getattr(source, "__name__", type(source).__name__)
    kind = next((kind for base, kind in _KINDS if base in type(source).__mro__), SourceKind.OWN_SOURCE)
    if kind is SourceKind.OWN_SOURCE and reading is not None:
        is_file = isinstance(source, DotEnvSettingsSource)
        kind = SourceKind.ENV_FILE if is_file else SourceKind.PROCESS_ENVIRONMENT
    entries, files = reading or ((), ())
    paths, nested_secrets = tuple(_paths(source, kind)), _nesting(source)
    naming = _naming_of_its_own(source) if reading is not None or nested_secrets is not None else None
    record = SourceRecord(
        kind, name, paths=paths, entries=entries, files=files, nested_secrets=nested_secrets, naming=naming
    )
    if isinstance(source, EnvSettingsSource):
        record.parts_of = partial(_parts, source)
    if kind is SourceKind.CONFIG_FILE and len(paths) > 1:
        record.read_alone = cache(partial(_content, source))  # Each finding may ask for it.
    return record


def _parts(source: EnvSettingsSource, field: str, without: Collection[str]) -> Any:
    """Return what variables of `source` other than `without` set inside a field; None if that can't be told."""
    passed_over = {key_of(source, each) for each in without}
    given = {name: text for name, text in source.env_vars.items() if name not in passed_over}
    with AppCode():
        return source.explode_env_vars(field, source.settings_cls.model_fields[field], given)
    return None


def _content(source: Any, path: str) -> Any:
    """Return what `source` takes from one of its config files; None if that can't be told."""
    with AppCode():
        content, section = source._read_file(Path(path)), getattr(source, "yaml_config_section", None)  # noqa: SLF001 - how it reads each
        return source._traverse_nested_section(content, section) if section else content  # noqa: SLF001 - likewise
    return None


def source_in(error: BaseException) -> PydanticBaseSettingsSource | None:
    """Return the source that raised `error` while it was created."""
    selves = [frame.f_locals.get("self") for frame, _ in walk_tb(error.__traceback__)]
    return next((each for each in selves if isinstance(each, PydanticBaseSettingsSource)), None)


def kept(source: Any, entries: tuple[Entry, ...]) -> Iterator[Entry]:
    """Yield those of `entries` that `source` has not dropped since it read them, as code of the app's own may."""
    dropped = parsed(source, entries).keys() - source.env_vars.keys()
    yield from (each for each in entries if key_of(source, each.name) not in dropped)


def parsed(source: EnvSettingsSource, entries: tuple[Entry, ...]) -> Mapping[str, str | None]:
    """Return the texts of `entries` by name, as `source` reads them."""
    texts = {entry.name: entry.value for entry in entries}
    return parse_env_vars(texts, source.case_sensitive, source.env_ignore_empty, source.env_parse_none_str)


def half_made(source: object) -> SourceRecord:
    """Return what is known about `source`, which failed while it was created."""
    kind = SourceKind.CONFIG_FILE if isinstance(source, ConfigFileSourceMixin) else SourceKind.OWN_SOURCE
    return SourceRecord(kind, type(source).__name__, paths=tuple(_paths(source, kind)))


def _paths(source: Any, kind: SourceKind) -> Iterator[str]:
    """Yield the config files that `source` reads, or its secrets directories."""
    if kind is SourceKind.CONFIG_FILE:
        named = [value for name, value in vars(source).items() if name.endswith(_PATH_OF_CONFIG_FILE)]
        yield from (str(path) for value in named for path in source._existing_files(value))  # noqa: SLF001 - those that it has read
    elif kind is SourceKind.SECRETS_DIRECTORY:
        directories = source.secrets_dir or ()
        directories = [directories] if isinstance(directories, str | PathLike) else directories
        yield from (str(Path(each).expanduser()) for each in directories)


def _naming_of_its_own(source: object) -> Naming | None:
    """Return how `source` reads names: those of files, or others in another way than the class."""
    if not isinstance(source, EnvSettingsSource):
        return None
    own = {name: getattr(source, name) for name in _NAMING}
    of_class = {name: source.config.get(name, default) for name, default in _NAMING.items()}
    is_alike = own == of_class and not isinstance(source, NestedSecretsSettingsSource)
    return None if is_alike else (source.settings_cls, tuple(own.items()))


def _nesting(source: object) -> "SecretNames | None":
    if not isinstance(source, NestedSecretsSettingsSource):
        return None
    from setpoint.contract.variable_names import SecretNames  # noqa: PLC0415 - few classes have such a source

    return SecretNames(source.secrets_prefix, source.secrets_nested_delimiter or "")


class RecordedSource(PydanticBaseSettingsSource):
    """Wraps a source, and records what it says."""

    def __init__(self, settings_cls: type[BaseSettings], source: Any, record: SourceRecord) -> None:
        super().__init__(settings_cls)
        self.__name__ = record.name
        self._source = source
        self._record = record

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return what the source says about one field."""
        found: tuple[Any, str, bool] = self._source.get_field_value(field, field_name)
        return found

    def _set_current_state(self, state: dict[str, Any]) -> None:
        if isinstance(self._source, PydanticBaseSettingsSource):
            self._source._set_current_state(state)  # noqa: SLF001 - passed on unchanged

    def _set_settings_sources_data(self, states: dict[str, dict[str, Any]]) -> None:
        if isinstance(self._source, PydanticBaseSettingsSource):
            self._source._set_settings_sources_data(states)  # noqa: SLF001 - passed on unchanged

    def __call__(self) -> dict[str, Any]:
        """Return what the source gives, if anything; if it fails, the others are still asked."""
        values: dict[str, Any] = {}
        with AppCode() as asked:
            values = self._decoded()
        self._record.error = asked.error
        self._record.values = values
        return values

    def _decoded(self) -> dict[str, Any]:
        try:
            return self._asked()
        except SettingsError:
            undecodable = dict(_undecodable(self._source, self._record.entries))
            if not undecodable:
                raise
            self._record.undecodable = tuple(each for found in undecodable.values() for each in found)
            _pass_over(self._source, undecodable)
            return self._asked()

    def _asked(self) -> dict[str, Any]:
        values: Any = self._source()
        if not isinstance(values, Mapping):
            message = f"returns {'None' if values is None else f'a value of type `{type(values).__name__}`'}"
            raise NoValuesError(message)
        if not all(isinstance(key, str) for key in values):
            message = "returns a key that is no string"
            raise NoValuesError(message)
        return cast("dict[str, Any]", values)


def _undecodable(source: Any, entries: tuple[Entry, ...]) -> Iterator[tuple[str, list[Undecodable]]]:
    """Yield the fields for which `source` can't decode a text, each with the variables that hold it."""
    if not isinstance(source, PydanticBaseEnvSettingsSource):
        return
    for name, field in source.settings_cls.model_fields.items():
        error = _error_of_decoding(source, name, field)
        if error is not None:
            yield name, list(_to_blame(source, name, field, entries)) or [Undecodable(name, None, error)]


def _error_of_decoding(source: PydanticBaseEnvSettingsSource, name: str, field: FieldInfo) -> BaseException | None:
    with AppCode():
        value, _, is_complex = source.get_field_value(field, name)
        with AppCode() as decoding:
            source.prepare_field_value(name, field, value, is_complex)
        return decoding.error
    return None  # It is not a text that makes it fail.


def _to_blame(source: Any, name: str, field: FieldInfo, entries: tuple[Entry, ...]) -> Iterator[Undecodable]:
    """Yield each text that `source` can't decode for the field, even if it were the only one, with its entry if any."""
    if not isinstance(source, EnvSettingsSource):
        return
    heads = [env_name for _, env_name, _ in source._extract_field_info(field, name)]  # noqa: SLF001 - what it looks for
    every: Mapping[str, str | None] = source.env_vars
    for key, value in every.items():
        if any(key.startswith(head) for head in heads):
            source.env_vars = {key: value}
            error = _error_of_decoding(source, name, field)
            if error is not None:
                last = [each for each in entries if key_of(source, each.name) == key][-1:]
                yield Undecodable(name, last[0] if last else None, error, key)
    source.env_vars = every


def key_of(source: PydanticBaseEnvSettingsSource, name: str) -> str:
    """Return the key under which `source` keeps the variable called `name`."""
    return name if source.case_sensitive else name.lower()


def _pass_over(source: Any, undecodable: Mapping[str, list[Undecodable]]) -> None:
    """Keep `source` from seeing what it can't decode; without a variable to blame, from the whole field."""
    every = [each for found in undecodable.values() for each in found]
    if isinstance(source, EnvSettingsSource):
        keys = {each.key for each in every}
        source.env_vars = {key: value for key, value in source.env_vars.items() if key not in keys}
    ask = source.get_field_value
    whole = {each.field for each in every if each.key is None}

    def get_field_value(field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        value, key, is_complex = ask(field, field_name) if field_name not in whole else (None, field_name, False)
        return value, key, is_complex

    source.get_field_value = get_field_value
