"""Turns the texts of variables into values, as pydantic-settings does for the types that a contract names.

This is what pydantic-settings documents under "Parsing environment variable values": JSON if a type has
parts, a nested value from the names of several variables, and text otherwise.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Schema = Mapping[str, Any]
Texts = Mapping[str, str]

_ANYTHING: Schema = {}
_NOTHING = object()
"""The result for a text that means no value."""

_MOST_WORK = 1_000_000
"""The parts of a JSON text times those of its schema: each may be a fault, and takes a third of a microsecond."""


class UndecodableError(ValueError):
    """A text must be JSON, but is not; `setting` is what it is for."""

    def __init__(self, setting: str) -> None:
        self.setting = setting
        super().__init__(f"`{setting}` is not JSON that can be read")


class TooComplexError(UndecodableError):
    """A text has too many parts for its schema to be validated."""


class _Type(NamedTuple):
    """What a value may be.

    Attributes:
        schema: Its schema in the contract.
        is_field: Whether it belongs to a key that the contract names; otherwise to any key of an object.
    """

    schema: Schema
    is_field: bool

    @property
    def must_be_json(self) -> bool:
        return self.schema.get("type") in {"array", "object"}

    @property
    def may_be_json(self) -> bool:
        return any(_Type(each, is_field=False).has_json for each in self.schema.get("anyOf", ()))

    @property
    def has_json(self) -> bool:
        return self.must_be_json or self.may_be_json


class _Setting(NamedTuple):
    """One setting, and the names of the variables that set it."""

    key: str
    type: _Type
    names: tuple[str, ...]
    beginnings: tuple[str, ...]
    weight: int


class Decoder:
    """Reads the texts of variables for one contract."""

    def __init__(self, document: Schema) -> None:
        """Take a contract that was admitted, or that this program has written."""
        reading = document["reading"]
        self._fold: Callable[[str], str] = str if reading["case_sensitive"] else str.lower
        self._ignores_empty: bool = reading["ignore_empty"]
        self._none_text: str | None = reading["none_text"]
        self._delimiter: str = reading["nested_delimiter"] or ""
        self._splits: int = (reading["nested_max_split"] or 0) - 1
        names: dict[str, list[str]] = {}
        for name, place in document["variables"].items():
            if len(place) == 1:
                names.setdefault(place[0], []).append(self._fold(name))
        properties = document["schema"].get("properties", {})
        # In the order of the class; what its variables set but the schema does not name may be anything.
        keys = [*(key for key in properties if key in names), *(key for key in names if key not in properties)]
        self.properties: dict[str, Schema] = {key: properties.get(key, _ANYTHING) for key in keys}
        settings = [self._setting(key, names[key]) for key in keys]
        self._others = [each for each in settings if self._is_made_of_parts(each)]
        self._plain: dict[str, list[_Setting]] = {}
        for each in settings:
            for name in () if self._is_made_of_parts(each) else each.names:
                self._plain.setdefault(name, []).append(each)

    def _setting(self, key: str, names: Sequence[str]) -> _Setting:
        beginnings = tuple(f"{each}{self._delimiter}" for each in names) if self._delimiter else ()
        schema = self.properties[key]
        return _Setting(key, _Type(schema, is_field=True), tuple(names), beginnings, _number_of_parts(schema))

    def _is_made_of_parts(self, setting: _Setting) -> bool:
        return setting.type.has_json or (bool(self._delimiter) and not _says_type(setting.type.schema))

    def values(self, texts: Texts, undecodable: list[UndecodableError] | None = None) -> dict[str, Any]:
        """Return the values of `texts`, by setting.

        Args:
            texts: The texts of variables.
            undecodable: Where to put the errors of settings that have no value then.

        Raises:
            UndecodableError: One must be JSON, but is not, or has too many parts, and `undecodable` is not given.
        """
        fold, none_text = self._fold, self._none_text
        known = {fold(name): text for name, text in texts.items() if text or not self._ignores_empty}
        values: dict[str, Any] = {}
        for name, text in known.items():
            for plain in self._plain.get(name, ()):
                if name == _first_of(plain.names, known):
                    values[plain.key] = None if text == none_text else text
        for setting in self._others:
            try:
                value = self._value(setting, known)
            except UndecodableError as error:
                if undecodable is None:
                    raise
                undecodable.append(error)
                continue
            if value is not None:
                values[setting.key] = self._finished(setting.type, value)
        return values

    def _value(self, setting: _Setting, known: Texts) -> Any:
        """Return what is set for a setting that may have parts; None if nothing is."""
        text = next((known[name] for name in setting.names if name in known), None)
        if text is None:
            return self._of_parts(setting, known) or None
        if text == self._none_text:
            return _NOTHING
        value: Any = text
        if _is_too_complex(text, setting.weight):
            raise TooComplexError(setting.key)
        if _says_type(setting.type.schema):
            value = _decoded(setting, text, is_sure=setting.type.must_be_json)
        return _merged(value, self._of_parts(setting, known)) if isinstance(value, dict) else value

    def _of_parts(self, setting: _Setting, known: Texts) -> dict[str, Any]:
        """Return the object that is built from nested names."""
        found: dict[str, Any] = {}
        for name, text in known.items() if setting.beginnings else ():
            beginning = next((each for each in setting.beginnings if name.startswith(each)), None)
            if beginning is not None:
                self._put(found, setting, name[len(beginning) :].split(self._delimiter, self._splits), text)
        return found

    def _put(self, found: dict[str, Any], setting: _Setting, keys: Sequence[str], text: str) -> None:
        *around, last = keys
        inside: Any = found
        type_: _Type | None = setting.type
        for key in around:
            type_ = self._next(type_, key)
            if isinstance(inside, dict):
                inside = inside.setdefault(key, {})
        if not isinstance(inside, dict):
            return
        type_ = self._next(type_, last)
        if text == self._none_text:
            value: Any = _NOTHING
        else:
            value = self._part(setting, type_, text) if text else text
        if value is not _NOTHING or last not in inside or inside[last] == {}:
            inside[last] = value

    @staticmethod
    def _part(setting: _Setting, type_: _Type | None, text: str) -> Any:
        """Return the value of a nested name."""
        if type_ is None:
            is_map = setting.type.must_be_json and _is_map(setting.type.schema)
            return _decoded(setting, text, is_sure=False) if is_map else text
        if type_.must_be_json or (type_.is_field and type_.may_be_json):
            return _decoded(setting, text, is_sure=type_.is_field and type_.must_be_json)
        if type_.may_be_json:
            value = _decoded(setting, text, is_sure=False)
            return value if isinstance(value, dict | list) else text
        return text

    def _next(self, type_: _Type | None, key: str) -> _Type | None:
        """Return the type of `key` inside a value of `type_`, if the contract says."""
        return None if type_ is None else next(self._inside(type_.schema, key), None)

    def _inside(self, schema: Schema, key: str) -> Iterator[_Type]:
        for each in schema.get("anyOf", ()):
            yield from self._inside(each, key)
        if schema.get("type") == "array":
            yield from self._inside(schema.get("items", _ANYTHING), key)
        elif _is_map(schema):
            yield _Type(schema.get("additionalProperties", _ANYTHING), is_field=False)
        for name, part in schema.get("properties", {}).items():
            if self._fold(name) == self._fold(key):
                yield _Type(part, is_field=True)

    def _finished(self, type_: _Type, value: Any) -> Any:
        """Return `value` with the keys spelt as in the contract, and None for what means no value."""
        if value is _NOTHING:
            return None
        if not isinstance(value, dict):
            return value
        model = _only_model(type_.schema) if self._fold is not str else None
        finished: dict[str, Any] = {}
        for key, each in value.items():
            known = next((name for name in model if name.lower() == key.lower()), key) if model else key
            part = model.get(known) if model else None
            finished[known] = self._finished(_Type(part or _ANYTHING, is_field=True), each)
        return finished


def _first_of(names: Sequence[str], known: Texts) -> str:
    """Return the first of the names that is known; one is."""
    return names[0] if len(names) == 1 else next(each for each in names if each in known)


def _is_too_complex(text: str, weight: int) -> bool:
    return len(text) * weight > _MOST_WORK and sum(map(text.count, ",[{")) * weight > _MOST_WORK


def _number_of_parts(schema: Schema) -> int:
    inside = [*schema.get("anyOf", ()), *schema.get("properties", {}).values()]
    inside += [schema[each] for each in ("items", "additionalProperties") if isinstance(schema.get(each), dict)]
    return 1 + sum(map(_number_of_parts, inside))


def _says_type(schema: Schema) -> bool:
    return any(each in schema for each in ("type", "enum", "anyOf"))


def _is_map(schema: Schema) -> bool:
    return schema.get("type") == "object" and "properties" not in schema


def _only_model(schema: Schema) -> Schema | None:
    """Return the named keys of the object in `schema`, if a value can be nothing else."""
    more = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    found = more[0] if len(more) == 1 else schema
    properties: Schema | None = found.get("properties")
    return properties


def _decoded(setting: _Setting, text: str, *, is_sure: bool) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        if is_sure:
            raise UndecodableError(setting.key) from None
        return text


def _merged(value: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**value}
    for key, each in other.items():
        there = merged.get(key)
        merged[key] = _merged(there, each) if isinstance(there, dict) and isinstance(each, dict) else each
    return merged
