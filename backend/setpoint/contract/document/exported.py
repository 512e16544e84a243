"""Builds a settings class from an exported contract, for when the app's class can't be imported."""

import keyword
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Union

from pydantic import AliasChoices, AnyUrl, BaseModel, BeforeValidator, ConfigDict, Field, UrlConstraints, create_model
from pydantic.networks import _BaseMultiHostUrl
from pydantic_core import SchemaError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from setpoint.contract.document.choice import choice_meant
from setpoint.contract.document.class_checks import ClassCheck, class_checks
from setpoint.contract.document.identity import no_contract, read_document
from setpoint.contract.document.text_format import TYPES, URLS, format_of, url_limits
from setpoint.contract.file_variables import FileVariables
from setpoint.contract.guidance import Guidance
from setpoint.contract.secrecy import KnownSecret, UnknownType

Schema = Mapping[str, Any]
Place = tuple[str, ...]

_CHECKS = "checked_by_class_alone"
_OLD_CONFIG = "Config"
"""What pydantic 1 called `model_config`, and pydantic 2 refuses beside it."""
_SIMPLE: Mapping[str, Any] = {"boolean": bool, "integer": int, "number": float, "string": str, "null": None}
# pydantic-settings builds a value from nested names only if it may be an object. It would take a decoded `null`
# for no value.
_ANYTHING_IN_PARTS = Annotated[dict[str, Any] | Any, NoDecode, Guidance(expected="what the app's own class accepts")]
_CONSTRAINTS = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "minProperties": "min_length",
    "maxProperties": "max_length",
    "pattern": "pattern",
}


def read_exported_contract(path: str) -> type[BaseSettings]:
    """Return a settings class that accepts what the contract at `path` says, as written by `setpoint schema`.

    It never refuses what the app's own class accepts. Its `checked_by_class_alone` lists what it can't know.

    Raises:
        UnableError: The file can't be read, or is not such a contract.
    """
    document = read_document(path)
    try:
        return _Maker(document).settings_class(Path(path).name)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, SchemaError):
        raise no_contract(path) from None


def settings_class_of(document: Schema, name: str) -> type[BaseSettings]:
    """Return a settings class that accepts what `document`, which was admitted, says; `name` is for people."""
    return _Maker(document).settings_class(name)


class _Reading(BaseModel, strict=True):
    """How the class turns variables into values."""

    case_sensitive: bool
    ignore_empty: bool
    prefix: str
    nested_delimiter: str | None
    nested_max_split: int | None
    none_text: str | None
    file_variables: bool
    secrets_directories: list[str]


class _Maker:
    """Turns the parts of one document into types."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self._reading = _Reading.model_validate(document["reading"])
        self._names: dict[Place, list[str]] = {}
        for name, place in document["variables"].items():
            self._names.setdefault(tuple(place), []).append(name)
        self._secret = {tuple(document["variables"][name]) for name in document["secrets"]}

    def settings_class(self, file_name: str) -> type[BaseSettings]:
        reading = self._reading
        base = FileVariables if reading.file_variables else BaseSettings

        class Exported(base):  # type: ignore[misc, valid-type]  # it is one of two
            """What the contract says."""

            model_config = SettingsConfigDict(
                case_sensitive=reading.case_sensitive,
                env_ignore_empty=reading.ignore_empty,
                env_prefix=reading.prefix,
                env_nested_delimiter=reading.nested_delimiter,
                env_nested_max_split=reading.nested_max_split,
                env_parse_none_str=reading.none_text,
                secrets_dir=reading.secrets_directories,
                extra="ignore",
                protected_namespaces=(),
                validate_default=False,  # a default that is not JSON is not in the contract
            )
            checked_by_class_alone: ClassVar[tuple[ClassCheck, ...]] = class_checks(self._document)
            variables_of_all_parts: ClassVar[frozenset[str]] = frozenset(self._document["variables"])

        fields = self._fields(self._document["schema"], ())
        title = str(self._document["schema"].get("title", "Settings"))
        return create_model(title, __base__=Exported, __module__=file_name, **fields)

    def _fields(self, schema: Schema, place: Place) -> dict[str, Any]:
        """Return the fields of an object; those of the settings themselves under all of their names."""
        fields: dict[str, Any] = {}
        properties = schema.get("properties", {}) if place else self._settings(schema)
        for index, (key, part) in enumerate(properties.items()):
            inside = (*place, key)
            names = [key] if place else self._names[inside]
            options: dict[str, Any] = {"description": part.get("description"), "deprecated": part.get("deprecated")}
            if key not in schema.get("required", ()):
                options["default"] = part.get("default")
            name = key if _can_be_a_name(key) else f"property_{index}_"
            if names != [name] or self._reading.prefix:
                options["validation_alias"] = AliasChoices(*names) if len(names) > 1 else names[0]
            fields[name] = (self._annotation(part, inside), Field(**options))
        return fields

    def _settings(self, schema: Schema) -> dict[str, Schema]:
        """Return the schema of each setting that has its own name; it is open if the document has none."""
        said = schema.get("properties", {})
        places = dict.fromkeys([*((key,) for key in said), *(place[:1] for place in self._names)])
        return {place[0]: said.get(place[0], {}) for place in places if place in self._names}

    def _annotation(self, schema: Schema, place: Place) -> Any:
        annotation = self._limited(schema, place)
        if not _says_type(schema):
            annotation = Annotated[annotation, UnknownType()]
        return Annotated[annotation, KnownSecret()] if place in self._secret else annotation

    def _limited(self, schema: Schema, place: Place) -> Any:
        said = () if format_of(schema) else _CONSTRAINTS.items()
        limits = {ours: schema[theirs] for theirs, ours in said if theirs in schema}
        annotation = self._type(schema, place)
        return Annotated[annotation, Field(**limits)] if limits else annotation

    def _type(self, schema: Schema, place: Place) -> Any:
        if "anyOf" in schema:
            return Union[tuple(self._limited(each, place) for each in schema["anyOf"])]  # noqa: UP007 - of a tuple
        if "enum" in schema:
            return _choice(schema["enum"])
        kind = schema.get("type")
        if kind == "array":
            return list[self._limited(schema.get("items", {}), place)]  # type: ignore[misc]  # built at run time
        if kind == "object":
            return self._object(schema, place)
        if kind:
            return _simple(schema)
        return _ANYTHING_IN_PARTS if self._reading.nested_delimiter else Any

    def _object(self, schema: Schema, place: Place) -> Any:
        if "properties" not in schema:
            of_values = schema.get("additionalProperties", {})
            return dict[str, self._limited(of_values, place)]  # type: ignore[misc]  # built at run time
        others = schema.get("additionalProperties")
        config = ConfigDict(
            extra="ignore" if others is None else "forbid" if others is False else "allow", protected_namespaces=()
        )
        name = re.sub(r"\W", "_", "_".join(place)) or "Object"
        return create_model(name, __config__=config, **self._fields(schema, place))


def _says_type(schema: Schema, *, is_part: bool = False) -> bool:
    """Return whether `schema` describes a value as well as the class does.

    An array of choices may be one of numbers, and an open object may accept keys that its class does not know.
    """
    if "anyOf" in schema:
        return all(_says_type(each, is_part=True) for each in schema["anyOf"])
    if "enum" in schema:
        return not is_part
    if schema.get("type") == "array":
        return _says_type(schema.get("items", {}), is_part=True)
    return "type" in schema and not ("properties" in schema and schema.get("additionalProperties") == {})


def _choice(values: list[Any]) -> Any:
    """Return the type of one of `values`, which a variable gives as text."""
    if not values:
        message = "it has no choices"
        raise ValueError(message)
    return Annotated[Literal[tuple(values)], BeforeValidator(choice_meant(values))]


def _simple(schema: Schema) -> Any:
    text_format = format_of(schema)
    if text_format not in URLS:
        return TYPES[text_format] if text_format else _SIMPLE[schema["type"]]
    base = AnyUrl if text_format == "uri" else _BaseMultiHostUrl
    return type("Url", (base,), {"_constraints": UrlConstraints(**url_limits(schema))})


def _can_be_a_name(key: str) -> bool:
    """Return whether a field can be called `key`, without hiding an attribute of settings classes."""
    is_free = key not in {_CHECKS, _OLD_CONFIG} and not hasattr(FileVariables, key)
    return is_free and key.isidentifier() and not keyword.iskeyword(key) and not key.startswith("_")
