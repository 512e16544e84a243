"""What a settings class expects of its environment: variables, types, secrets, words about them."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, ForceDecode, NoDecode, SettingsConfigDict

from setpoint.contract import field_type, secrecy
from setpoint.contract.alias import aliases, keys_of, takes_names
from setpoint.contract.guidance import NamesEnvFile
from setpoint.contract.variable import Variable
from setpoint.contract.variable_names import UnknownKey, VariableNames

_FROM_FILE = "_FILE"
# Variables of any program may begin so.
_WORDS_OF_ALL = {"_", "DEFAULT_", "DISABLE_", "ENABLE_", "IS_", "MAX_", "MIN_", "NO_", "NUM_", "USE_"}


@dataclass(frozen=True)
class Part:
    """A field whose value another settings class makes, from variables of its own, unless a source gives one.

    Attributes:
        field: The field.
        settings_class: The other class.
        make: What makes the value where no source gives one; None where one has to.
    """

    field: str
    settings_class: type[BaseSettings]
    make: Callable[[], Any] | None


@dataclass(frozen=True)
class SettingsContract:
    """A settings class seen from the environment.

    Attributes:
        settings_class: The class itself; it alone decides what is valid.
        variables: What it reads, in the order of its fields.
    """

    settings_class: type[BaseSettings]
    variables: tuple[Variable, ...]

    @classmethod
    def of(cls, settings_class: type[BaseSettings]) -> "SettingsContract":
        """Return the contract of `settings_class`."""
        found = list(_variables(settings_class))
        # Several settings may be given under one name, and then its value is all that each of them says of it.
        secret = {each.name for each in found if each.secret}
        return cls(settings_class, tuple(replace(each, secret=each.name in secret) for each in found))

    @classmethod
    def of_all(cls, settings_classes: Iterable[type[BaseSettings]]) -> "tuple[SettingsContract, ...]":
        """Return the contracts of the settings classes of one app, which read the same sources.

        What one of them calls a secret is a secret for all of them.
        """
        contracts = [cls.of(each) for each in dict.fromkeys(settings_classes)]
        secret = {each.canonical(variable.name) for each in contracts for variable in each.variables if variable.secret}
        return tuple(each.with_secrets(secret) for each in contracts)

    def with_secrets(self, names: Collection[str]) -> "SettingsContract":
        """Return this contract with the variables that are called `names` as secrets."""
        known = {self.canonical(name) for name in names}
        variables = tuple(replace(each, secret=each.secret or each.name in known) for each in self.variables)
        return replace(self, variables=variables)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Return the fields whose values other settings classes make."""
        return tuple(_parts(self.settings_class))

    @property
    def reference(self) -> str:
        """Return how the class is named on the command line: `config.settings:Settings`."""
        return f"{self.settings_class.__module__}:{self.settings_class.__qualname__}"

    @property
    def ignores_case(self) -> bool:
        """Return whether `sentry_dsn` is as good as `SENTRY_DSN`."""
        return not self.settings_class.model_config.get("case_sensitive")

    @property
    def ignores_empty(self) -> bool:
        """Return whether a variable that is set to an empty text counts as unset."""
        return bool(self.settings_class.model_config.get("env_ignore_empty"))

    @property
    def delimiter(self) -> str:
        """Return what stands between the names of nested settings; empty where they can't be set one by one."""
        return self.settings_class.model_config.get("env_nested_delimiter") or ""

    @property
    def secrets_directories(self) -> tuple[str, ...]:
        """Return the directories in which the class looks for files named like its variables, as it names them."""
        named = self.settings_class.model_config.get("secrets_dir") or ()
        return tuple(map(str, (named,) if isinstance(named, str | PathLike) else named))

    @property
    def prefix(self) -> str:
        """Return what the names of all variables begin with."""
        return self.settings_class.model_config.get("env_prefix") or ""

    @cached_property
    def env_file_variable(self) -> tuple[Variable, NamesEnvFile] | None:
        """Return the variable that names the env file, where the class has one."""
        for variable in self.variables:
            for each in variable.field.metadata:
                if isinstance(each, NamesEnvFile):
                    return variable, each
        return None

    def names_env_file(self, variable: Variable | None) -> bool:
        """Return whether `variable` names the env file, which the process environment alone can do."""
        return variable is not None and self.env_file_variable is not None and variable is self.env_file_variable[0]

    @cached_property
    def namespaces(self) -> tuple[str, ...]:
        """Return the beginnings of names that belong to this class: its prefix, and those of what is nested in it."""
        if self.prefix:
            return (self.canonical(self.prefix),)
        outermost = {each.setting: each for each in self.variables if len(each.setting) == 1}
        nested = (
            each.setting[:1] for each in self.variables if len(each.setting) > 1 or (self.delimiter and each.open)
        )
        delimiter = self.canonical(self.delimiter)
        return tuple(dict.fromkeys(f"{outermost[each].name}{delimiter}" for each in nested if each in outermost))

    @cached_property
    def shared_beginnings(self) -> tuple[str, ...]:
        """Return the first words that several of its variables have in common, as variables of others may as well."""
        first_words = Counter(f"{each.name.partition('_')[0]}_" for each in self.variables if "_" in each.name)
        return tuple(word for word, count in first_words.items() if count > 1 and word.upper() not in _WORDS_OF_ALL)

    def canonical(self, name: str) -> str:
        """Return the spelling under which `name` is known here."""
        return name.upper() if self.ignores_case else name

    def find(self, name: str) -> Variable | None:
        """Return the variable that `name` sets: itself, or the open one that takes it as a key."""
        return self._names.find(name)

    def unknown_key(self, name: str) -> UnknownKey | None:
        """Return the key in `name` that the open variable which it begins with does not take."""
        return self._names.unknown_key(name)

    def with_known_key(self, unknown: UnknownKey, key: str) -> Variable | None:
        """Return the variable whose name has `key` in place of `unknown`."""
        return self._names.with_known_key(unknown, key)

    def inside(self, setting: tuple[str | int, ...]) -> Variable | None:
        """Return the variable of the place `setting` inside an open one, as it would be called."""
        return self._names.inside(setting)

    @property
    def is_exported(self) -> bool:
        """Return whether the class was made from an exported contract, and has no code of the app's own."""
        return hasattr(self.settings_class, "checked_by_class_alone")

    @property
    def reads_file_variables(self) -> bool:
        """Return whether `NAME_FILE` names a file with the value of `NAME`."""
        return bool(getattr(self.settings_class, "reads_file_variables", False))

    def from_file(self, name: str) -> Variable | None:
        """Return the variable whose value stands in the file that the variable `name` names: `NAME` for `NAME_FILE`."""
        if not self.reads_file_variables or not name.upper().endswith(_FROM_FILE):
            return None
        return None if self.find(name) else self.find(name[: -len(_FROM_FILE)])

    def named(self, name: str) -> tuple[Variable, ...]:
        """Return the variables that are called `name`: one name may be that of several settings."""
        return self._all_by_name.get(self.canonical(name), ())

    @cached_property
    def _all_by_name(self) -> Mapping[str, tuple[Variable, ...]]:
        found: dict[str, tuple[Variable, ...]] = {}
        for each in self.variables:
            found[each.name] = (*found.get(each.name, ()), each)
        return found

    @cached_property
    def _by_setting(self) -> Mapping[tuple[str | int, ...], tuple[Variable, ...]]:
        found: dict[tuple[str | int, ...], tuple[Variable, ...]] = {}
        for each in self.variables:
            found[each.setting] = (*found.get(each.setting, ()), each)
        return found

    def variables_at(self, setting: tuple[str | int, ...]) -> tuple[Variable, ...]:
        """Return the variables that set exactly `setting`, in the order in which the class looks for them."""
        return self._by_setting.get(setting, ())

    def of_field(self, name: str) -> Iterator[Variable]:
        """Yield the variables of the top field `name` or of those nested in it."""
        return (variable for variable in self.variables if variable.setting[0] == name)

    @cached_property
    def _names(self) -> VariableNames:
        most = self.settings_class.model_config.get("env_nested_max_split")
        return VariableNames(self.variables, self.delimiter, most, ignores_case=self.ignores_case)


def _parts(settings_class: type[BaseSettings]) -> Iterator[Part]:
    for name, info in settings_class.model_fields.items():
        model = field_type.nested_model(info)
        if model is None or not issubclass(model, BaseSettings):
            continue
        if info.default_factory is not None and not info.default_factory_takes_validated_data:
            yield Part(name, model, cast("Callable[[], Any]", info.default_factory))
        elif isinstance(info.default, BaseSettings):
            yield Part(name, model, type(info.default))
        else:
            yield Part(name, model, None)


def _variables(settings_class: type[BaseSettings], around: tuple[type, ...] = ()) -> Iterator[Variable]:
    inside = (settings_class, *around)
    parts = {each.field: each for each in _parts(settings_class) if each.settings_class not in inside}
    for name, info in settings_class.model_fields.items():
        part = parts.get(name)
        own = [*_of_part(part, inside)] if part else []
        spellings = environment_names(settings_class, name, info)
        nested = _nested(settings_class.model_config, spellings, (name,), info, (settings_class,))
        # What makes the value names its variables first; the other ones are there to overrule it.
        yield from (*own, *nested) if part and part.make else (*nested, *own)


def _of_part(part: Part, around: tuple[type, ...]) -> Iterator[Variable]:
    for each in _variables(part.settings_class, around):
        yield replace(each, setting=(part.field, *each.setting), reader=each.reader or part.settings_class)


def _nested(
    config: SettingsConfigDict, names: list[str], setting: tuple[str, ...], info: FieldInfo, inside: tuple[type, ...]
) -> Iterator[Variable]:
    """Yield the variables `names` of one setting, each with those of the settings that are nested in it.

    Args:
        config: The configuration of the settings class.
        names: The variables' names before their case is settled.
        setting: The path of attributes that they set.
        info: pydantic's description of the last of them.
        inside: The models around it; a model that nests itself has no end.
    """
    model = field_type.nested_model(info)
    delimiter = config.get("env_nested_delimiter")
    # A value is as secret under each of its names.
    prefix = config.get("env_prefix") or ""
    secret = any(secrecy.is_secret(each.removeprefix(prefix), info) for each in (setting[-1], *names))
    for spelling in names:
        yield Variable(
            name=spelling if config.get("case_sensitive") else spelling.upper(),
            setting=setting,
            field=info,
            secret=secret,
            required=info.is_required(),
            open=field_type.is_open(info) or (model is not None and _has_no_end(model, inside)),
            split_by_class=field_type.takes_json(info) and _is_left_to_validators(config, info),
            takes_names=bool(config.get("env_parse_enums")),
            delimiter=(delimiter if config.get("case_sensitive") else delimiter.upper()) if delimiter else "",
        )
        if model is None or not delimiter or model in inside:
            continue
        for name, part in model.model_fields.items():
            keys = keys_of(name, part, model)
            within = [f"{spelling}{delimiter}{key}" for key in keys if _can_be_set(config, key, len(setting))]
            yield from _nested(config, within, (*setting, name), part, (*inside, model))


def _can_be_set(config: SettingsConfigDict, alias: str, depth: int) -> bool:
    """Return whether pydantic-settings finds the key `alias`, so many models deep, in the name of a variable.

    It cuts what follows the outermost name at each delimiter, or at the first ones alone (`env_nested_max_split`).
    """
    most = config.get("env_nested_max_split")
    if most and depth >= most:
        return depth == most
    return (config.get("env_nested_delimiter") or "").casefold() not in alias.casefold()


def _has_no_end(model: type[BaseModel], inside: tuple[type, ...]) -> bool:
    """Return whether not all settings that `model` nests can be listed: it takes any key, or nests itself."""
    return model in inside or model.model_config.get("extra") == "allow"


def _is_left_to_validators(config: SettingsConfigDict, info: FieldInfo) -> bool:
    """Return whether pydantic-settings hands over the text as it is, whatever the type."""
    return NoDecode in info.metadata or (config.get("enable_decoding") is False and ForceDecode not in info.metadata)


def environment_names(settings_class: type[BaseSettings], name: str, info: FieldInfo) -> list[str]:
    """Return how the environment may spell the field `name`, in the order in which the class looks for them.

    This is what pydantic-settings documents under "Environment variable names": a prefix belongs to
    the field's own name unless `env_prefix_target` gives it to aliases too.
    """
    prefix = settings_class.model_config.get("env_prefix") or ""
    target = settings_class.model_config.get("env_prefix_target") or "variable"
    names = [f"{prefix}{each}" if target in {"all", "alias"} else each for each in aliases(info, settings_class)]
    if not names or takes_names(settings_class):
        names.append(f"{prefix}{name}" if target in {"all", "variable"} else name)
    return names
