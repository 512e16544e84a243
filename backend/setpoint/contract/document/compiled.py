"""An exported contract as a validator: pydantic's own core, given what pydantic would generate for the same types.

No class is built, so neither pydantic nor pydantic-settings is imported, and the validator of the largest
admitted contract is ready within milliseconds.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, ValidationError

from setpoint.contract.document.choice import choice_meant
from setpoint.contract.document.class_checks import class_checks
from setpoint.contract.document.decoding import Decoder, TooComplexError, UndecodableError
from setpoint.contract.document.text_format import core_of, format_of

Schema = Mapping[str, Any]

_FROM_FILE = "_FILE"
_IN_FILES = "values in separate files"
_SIMPLE = {"boolean": "bool", "integer": "int", "number": "float", "string": "str", "null": "none"}
_OF_NUMBERS = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
}
_LIMITS = {
    "int": _OF_NUMBERS,
    "float": _OF_NUMBERS,
    "str": {"minLength": "min_length", "maxLength": "max_length", "pattern": "pattern"},
    "list": {"minItems": "min_length", "maxItems": "max_length"},
    "dict": {"minProperties": "min_length", "maxProperties": "max_length"},
}


class CompiledContract:
    """What a contract says about the texts of variables: whether they are valid, without reasons."""

    def __init__(self, document: Schema) -> None:
        """Take a contract that this program has written, or that was admitted.

        Raises:
            SchemaError: Its limits do not fit its types, or a pattern is invalid.
        """
        self._decoder = Decoder(document)
        required = document["schema"].get("required", ())
        self._whole = _validator(self._decoder.properties, required)
        names, reading = frozenset(document["variables"]), document["reading"]
        of_files = {f"{each}{_FROM_FILE}" for each in names if reading["file_variables"]} - names
        self._secrets_are_apart = bool(reading["secrets_directories"])
        self._of_files = frozenset(of_files)
        self.names = names | of_files
        self._fold: Callable[[str], str] = str if reading["case_sensitive"] else str.lower
        self._folded = frozenset(map(self._fold, self.names))
        self._shown = frozenset(map(self._fold, names)) - {*map(self._fold, document["secrets"])}
        files = [_IN_FILES] if self._secrets_are_apart or of_files else []
        self.unchecked = tuple(dict.fromkeys([*(each.name for each in class_checks(document)), *files]))

    @cached_property
    def _parts(self) -> SchemaValidator:
        return _validator(self._decoder.properties, ())

    def values(self, texts: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Return the values of `texts`, by setting; None if they are refused.

        If files on the app's machine can hold a value, nothing is known to be missing.
        """
        may_be_in_files = self._secrets_are_apart or not self._of_files.isdisjoint(texts)
        return self._made(self._parts if may_be_in_files else self._whole, texts)

    def faults(self, texts: Mapping[str, str]) -> tuple[int, frozenset[str]]:
        """Return how many faults `texts` have, and which settings have too many parts to be validated."""
        undecodable: list[UndecodableError] = []
        values = self._decoder.values(texts, undecodable)
        too_complex = frozenset(each.setting for each in undecodable if isinstance(each, TooComplexError))
        try:
            self._parts.validate_python(values)
        except ValidationError as error:
            return len(undecodable) + error.error_count(), too_complex
        return len(undecodable), too_complex

    def shown(self, names: Iterable[str]) -> frozenset[str]:
        """Return those of `names` that are known not to be secrets, in the case in which the class reads them."""
        return frozenset(name for name in names if self._fold(name) in self._shown)

    def same(self, name: str, old: str, new: str) -> bool:
        """Return whether two texts of the variable `name` have the same value."""
        if self._fold(name) not in self._folded:
            return False
        before, after = (self._made(self._parts, {name: each}) for each in (old, new))
        # What is of the same type is equal, too, which is known much sooner.
        return before is not None and before == after and _typed(before) == _typed(after)

    def _made(self, validator: SchemaValidator, texts: Mapping[str, str]) -> Mapping[str, Any] | None:
        try:
            made: Mapping[str, Any] = validator.validate_python(self._decoder.values(texts))
        except (ValidationError, UndecodableError):
            return None
        return made


def _validator(properties: Mapping[str, Schema], required: Iterable[str]) -> SchemaValidator:
    fields = {key: _field(part, is_required=key in required) for key, part in properties.items()}
    return SchemaValidator({"type": "typed-dict", "fields": fields, "extra_behavior": "ignore"})


def _field(schema: Schema, *, is_required: bool) -> Any:
    core: Any = _core(schema)
    if not is_required:
        core = {"type": "default", "schema": core, "default": schema.get("default"), "validate_default": False}
    return {"type": "typed-dict-field", "schema": core, "required": is_required}


def _core(schema: Schema) -> CoreSchema:
    """Return the core schema of pydantic for the type of `schema`."""
    if "anyOf" in schema:
        return _union([_core(each) for each in schema["anyOf"]])
    if "enum" in schema:
        return _choice(schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        return {"type": "list", "items_schema": _core(schema.get("items", {})), **_limits("list", schema)}
    if kind == "object":
        return _object(schema)
    if kind is None:
        return {"type": "any"}
    return _simple(schema, _SIMPLE[kind])


def _simple(schema: Schema, core_type: str) -> CoreSchema:
    if text_format := format_of(schema):
        return core_of(schema, text_format)
    core: Any = {"type": core_type, **_limits(core_type, schema)}
    return core  # type: ignore[no-any-return]  # it is one of five


def _union(choices: list[CoreSchema]) -> CoreSchema:
    more = [each for each in choices if each["type"] != "none"] or choices[:1]
    inner: CoreSchema = more[0] if len(more) == 1 else {"type": "union", "choices": [*more]}
    return inner if len(more) == len(choices) else {"type": "nullable", "schema": inner}


def _choice(values: list[Any]) -> CoreSchema:
    function: Any = {"type": "no-info", "function": choice_meant(values)}
    return {"type": "function-before", "function": function, "schema": {"type": "literal", "expected": values}}


def _object(schema: Schema) -> CoreSchema:
    if "properties" not in schema:
        values = _core(schema.get("additionalProperties", {}))
        return {"type": "dict", "keys_schema": {"type": "str"}, "values_schema": values, **_limits("dict", schema)}
    required = schema.get("required", ())
    fields = {key: _field(part, is_required=key in required) for key, part in schema["properties"].items()}
    others = schema.get("additionalProperties")
    behavior: Any = "ignore" if others is None else "forbid" if others is False else "allow"
    return {"type": "typed-dict", "fields": fields, "extra_behavior": behavior}


def _limits(core: str, schema: Schema) -> Any:
    return {ours: schema[theirs] for theirs, ours in _LIMITS.get(core, {}).items() if theirs in schema}


def _typed(value: Any) -> Any:
    """Return `value` in a form that never equals a value of another type, as `True` equals `1`."""
    if isinstance(value, dict):
        return {key: _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return type(value), value
