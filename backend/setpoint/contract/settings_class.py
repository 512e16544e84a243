"""What a settings class expects from its environment: variables, types, secrets, and help on them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.contract.class_variables import Part, parts_of, variables_of
from setpoint.contract.field_type import models_inside
from setpoint.contract.guidance import NamesEnvFile
from setpoint.contract.spelling import in_capitals, paths_of, reference_of
from setpoint.contract.variable import Variable

if TYPE_CHECKING:
    from setpoint.contract.variable_names import VariableNames
    from setpoint.text.suggest import KnownNames

_FROM_FILE = "_FILE"
# Variables of any program may begin like this.
_WORDS_OF_ALL = {"_", "DEFAULT_", "DISABLE_", "ENABLE_", "IS_", "MAX_", "MIN_", "NO_", "NUM_", "USE_"}


@dataclass(eq=False, repr=False)
class SettingsContract:
    """A settings class seen from the environment.

    Attributes:
        settings_class: The class itself, which alone decides what is valid.
        variables: The variables that it reads, in the order of its fields.
    """

    settings_class: type[BaseSettings]
    variables: tuple[Variable, ...]

    @classmethod
    def of(cls, settings_class: type[BaseSettings]) -> "SettingsContract":
        """Return the contract of `settings_class`."""
        found = list(variables_of(settings_class))
        # Several settings may share one name; its value must then satisfy all of them.
        secret = {each.name for each in found if each.secret}
        variables = (each._replace(secret=True) if each.name in secret and not each.secret else each for each in found)
        return cls(settings_class, tuple(variables))

    @classmethod
    def of_all(cls, settings_classes: Iterable[type[BaseSettings]]) -> "tuple[SettingsContract, ...]":
        """Return the contracts of the settings classes of one app, which read the same sources.

        A secret of one of them is a secret for all of them.
        """
        contracts = [cls.of(each) for each in dict.fromkeys(settings_classes)]
        secret = {each.canonical(variable.name) for each in contracts for variable in each.variables if variable.secret}
        return tuple(each.with_secrets(secret) for each in contracts)

    def with_secrets(self, names: Collection[str]) -> "SettingsContract":
        """Return this contract with the variables called `names` as secrets."""
        known = {self.canonical(name) for name in names}
        variables = tuple(each._replace(secret=each.secret or each.name in known) for each in self.variables)
        return replace(self, variables=variables)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Return the fields whose values other settings classes build."""
        return tuple(parts_of(self.settings_class))

    @property
    def reference(self) -> str:
        """Return how the class is named on the command line: `config.settings:Settings`."""
        return reference_of(self.settings_class)

    @property
    def ignores_case(self) -> bool:
        """Return whether `sentry_dsn` means the same as `SENTRY_DSN`."""
        return not self.settings_class.model_config.get("case_sensitive")

    @property
    def ignores_empty(self) -> bool:
        """Return whether a variable that is set to an empty string counts as unset."""
        return bool(self.settings_class.model_config.get("env_ignore_empty"))

    @property
    def lays_parts_over_defaults(self) -> bool:
        """Return whether the rest of a default still applies once a part of it is set."""
        return bool(self.settings_class.model_config.get("nested_model_default_partial_update"))

    @property
    def delimiter(self) -> str:
        """Return the delimiter between the names of nested settings; empty if they can't be set one by one."""
        return self.settings_class.model_config.get("env_nested_delimiter") or ""

    @property
    def secrets_directories(self) -> tuple[str, ...]:
        """Return the directories in which the class looks for files named after its variables, as configured."""
        return paths_of(self.settings_class.model_config.get("secrets_dir"))

    @property
    def env_files(self) -> tuple[str, ...]:
        """Return the env files that the class reads, as configured."""
        return paths_of(self.settings_class.model_config.get("env_file"))

    @property
    def prefix(self) -> str:
        """Return the prefix of all variables."""
        return self.settings_class.model_config.get("env_prefix") or ""

    @cached_property
    def env_file_variable(self) -> tuple[Variable, NamesEnvFile] | None:
        """Return the variable that names the env file, if the class has one."""
        for variable in self.variables:
            for each in variable.field.metadata:
                if isinstance(each, NamesEnvFile):
                    return variable, each
        return None

    def names_env_file(self, variable: Variable | None) -> bool:
        """Return whether `variable` names the env file, which only the process environment can do."""
        return variable is not None and self.env_file_variable is not None and variable is self.env_file_variable[0]

    @cached_property
    def namespaces(self) -> tuple[str, ...]:
        """Return the prefixes that belong to this class: its own, and those of what is nested in it."""
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
        """Return the first words that several of its variables have in common, which other programs may use as well."""
        first_words = Counter(f"{each.name.partition('_')[0]}_" for each in self.variables if "_" in each.name)
        return tuple(word for word, count in first_words.items() if count > 1 and word.upper() not in _WORDS_OF_ALL)

    def canonical(self, name: str) -> str:
        """Return the spelling by which `name` is known here."""
        return in_capitals(name) if self.ignores_case else name

    def find(self, name: str) -> Variable | None:
        """Return the variable that `name` sets: itself, or the open one that takes it as a key."""
        return self._names.find(name)

    def names_read_by(self, reader: type[BaseSettings], naming: Iterable[tuple[str, Any]]) -> "VariableNames":
        """Return the names of the variables that a source of `reader` reads, which is this class or nested in it.

        Args:
            reader: The class that asks the source.
            naming: How the source reads names, where it does not do that as the class says.
        """
        from setpoint.contract.variable_names import VariableNames  # noqa: PLC0415 - few classes have such a source

        config = cast("SettingsConfigDict", {**reader.model_config, **dict(naming)})
        is_own = issubclass(reader, self.settings_class)
        places = [()] if is_own else [each.setting for each in self.parts if each.settings_class is reader]
        found: list[Variable] = []
        for place in places:
            for each in variables_of(reader, config=config):
                setting = (*place, *each.setting)
                is_secret = each.secret or any(known.secret for known in self.variables_at(setting))
                of_class = each.reader if is_own else each.reader or reader
                found.append(each._replace(setting=setting, secret=is_secret, reader=of_class))
        delimiter, most = config.get("env_nested_delimiter") or "", config.get("env_nested_max_split")
        return VariableNames(found, delimiter, most, ignores_case=not config.get("case_sensitive"))

    @cached_property
    def known_names(self) -> "KnownNames":
        """Return the names of its variables, for finding what misspelt ones were meant to be."""
        from setpoint.text.suggest import KnownNames  # noqa: PLC0415 - a good file has no misspelt name

        return KnownNames(variable.name for variable in self.variables)

    def named_after_field(self, name: str) -> Variable | None:
        """Return the variable of a field that is called `name` in the class, though its variable is not."""
        return None if self.find(name) else self._by_field.get(self.canonical(name))

    @cached_property
    def _by_field(self) -> Mapping[str, Variable]:
        fields = self.settings_class.model_fields
        aliased = [
            each for each in self.variables if len(each.setting) == 1 and fields[each.setting[0]].validation_alias
        ]
        return {
            self.canonical(f"{prefix}{each.setting[0]}"): each
            for each in reversed(aliased)
            for prefix in ("", self.prefix)
        }

    def with_known_keys(self, name: str) -> Variable | None:
        """Return the variable of which `name` most likely misspells the last keys."""
        return self._names.meant_by(name)

    def inside(self, setting: tuple[str | int, ...]) -> Variable | None:
        """Return the variable for the place `setting` inside an open one, under the name that it would have."""
        return self._names.inside(setting)

    @property
    def is_exported(self) -> bool:
        """Return whether the class was built from an exported contract, and has none of the app's code."""
        return hasattr(self.settings_class, "checked_by_class_alone")

    def is_of_part(self, name: str) -> bool:
        """Return whether a settings class inside this one reads `name`, of whose settings there may be any number."""
        of_exported = getattr(self.settings_class, "variables_of_all_parts", ())
        return self.canonical(name) in of_exported or any(each.find(name) for _, each in self.of_values)

    @cached_property
    def of_values(self) -> "tuple[tuple[str, SettingsContract], ...]":
        """Return the settings classes whose instances may be values inside a collection, or one of several types.

        Each is with a field that may hold one.
        """
        parts = {(each.setting[0], each.settings_class) for each in self.parts}
        found = {
            (name, each): SettingsContract.of(each)
            for name, info in self.settings_class.model_fields.items()
            for each in models_inside(info.annotation, frozenset({self.settings_class}))
            if issubclass(each, BaseSettings) and (name, each) not in parts
        }
        return tuple((name, contract) for (name, _), contract in found.items())

    @property
    def reads_file_variables(self) -> bool:
        """Return whether `NAME_FILE` names a file with the value of `NAME`."""
        return bool(getattr(self.settings_class, "reads_file_variables", False))

    def from_file(self, name: str) -> Variable | None:
        """Return the variable whose value is in the file that the variable `name` names: `NAME` for `NAME_FILE`."""
        if not self.reads_file_variables or not name.upper().endswith(_FROM_FILE):
            return None
        return None if self.find(name) else self.find(name[: -len(_FROM_FILE)])

    def named(self, name: str) -> tuple[Variable, ...]:
        """Return the variables called `name`: several settings may share one name."""
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

    def needed_at(self, setting: tuple[str | int, ...]) -> tuple[Variable, ...]:
        """Return the variables that must be set for `setting` to have a value.

        A nested model that is entirely missing needs each of its required parts.
        """
        below: dict[tuple[str | int, ...], Variable] = {}
        for each in self.variables:
            if len(each.setting) == len(setting) + 1 and each.setting[: len(setting)] == setting and each.required:
                below.setdefault(each.setting, each)
        if below:
            return tuple(leaf for part in below for leaf in self.needed_at(part))
        return (
            self.variables_at(setting)[:1]
            or self._read_for_value(setting)
            or tuple(filter(None, [self.inside(setting)]))
        )

    def _read_for_value(self, setting: tuple[str | int, ...]) -> "tuple[Variable, ...]":
        """Return the variables that another class needs for `setting`, which is inside a value that it builds."""
        for field, contract in self.of_values:
            if setting[:1] == (field,) and contract.variables_at(setting[1:]):
                needed = contract.needed_at(setting[1:])
                return tuple(each._replace(setting=(field, *each.setting)) for each in needed)
        return ()

    @cached_property
    def _names(self) -> "VariableNames":
        from setpoint.contract.variable_names import VariableNames  # noqa: PLC0415 - likewise

        most = self.settings_class.model_config.get("env_nested_max_split")
        return VariableNames(self.variables, self.delimiter, most, ignores_case=self.ignores_case)
