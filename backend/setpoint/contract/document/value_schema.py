"""The JSON Schema of what a settings class accepts, and a list of the checks that no schema can carry."""

from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

from pydantic import AfterValidator, AnyUrl, BaseModel, RootModel, Secret, SecretStr
from pydantic.fields import FieldInfo
from pydantic.networks import _BaseMultiHostUrl
from pydantic_settings import ForceDecode

from setpoint.contract import secrecy
from setpoint.contract.document.class_checks import ACROSS_FIELDS
from setpoint.contract.document.other_sources import checks_when_it_is_made, has_init_of_its_own
from setpoint.contract.document.schema_keywords import constrained, is_number_or_text
from setpoint.contract.document.text_format import HOST_REQUIRED, SCHEMES, TYPES, are_schemes
from setpoint.contract.field_type import is_class
from setpoint.contract.guidance import Guidance, NamesEnvFile
from setpoint.contract.plain_value import plain_value
from setpoint.text.secret_values import looks_secret

Schema = dict[str, Any]
Place = tuple[str, ...]

_SAYS_NOTHING = (Guidance, NamesEnvFile, ForceDecode)
_SIMPLE: dict[Any, str] = {bool: "boolean", int: "integer", float: "number", str: "string", NoneType: "null"}
_SETS = {set, frozenset}
_CHANGES_TEXTS = ("str_strip_whitespace", "str_to_lower", "str_to_upper", "coerce_numbers_to_str")
_NARROWS_ALL = ("str_min_length", "str_max_length", "strict")


class ValueSchemas:
    """Writes schemas that never refuse what the class accepts, and records where they accept what it refuses.

    If that can't be known, as with a validator that runs before the type, a schema is empty: it
    accepts anything. Nested models are written where they are used, so that no schema has a reference.

    Attributes:
        unsaid: The reasons why the schema is not all that is checked, by place.
    """

    def __init__(self, secret: Collection[Place] = (), *, takes_names_of_choices: bool = False) -> None:
        self.unsaid: dict[Place, str] = {}
        self._secret = secret
        self._takes_names_of_choices = takes_names_of_choices

    def of_model(self, model: type[BaseModel], place: Place = (), inside: tuple[type, ...] = ()) -> Schema:
        """Return the schema of an object that holds the fields of `model`."""
        modes = [each.info.mode for each in model.__pydantic_decorators__.model_validators.values()]
        modes += ["before" for _ in model.__pydantic_decorators__.root_validators]
        if modes or checks_when_it_is_made(model) or (inside and has_init_of_its_own(model)):
            self.note(place, ACROSS_FIELDS)
        if issubclass(model, RootModel) or model in inside or _has_core_schema_of_its_own(model):
            self.note(place, "type")
            return {}
        if any(mode != "after" for mode in modes) or (inside and has_init_of_its_own(model)):
            return {}
        config = model.model_config
        if any(config.get(each) for each in _NARROWS_ALL) or config.get("allow_inf_nan") is False:
            self.note(place, "constraint")
        return self._of_fields(model, place, inside)

    def _of_fields(self, model: type[BaseModel], place: Place, inside: tuple[type, ...]) -> Schema:
        keys = {name: key_of(model, name, is_setting=not inside) for name in model.model_fields}
        properties = {
            key: self._of_field(model, name, (*place, key), (*inside, model)) for name, key in keys.items() if key
        }
        required = [key for name, key in keys.items() if key and model.model_fields[name].is_required()]
        schema: Schema = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        if not all(keys.values()):
            self.note(place, "alias")
        if not all(keys.values()) or model.model_config.get("extra") == "allow":
            schema["additionalProperties"] = {}
        elif model.model_config.get("extra") == "forbid":
            schema["additionalProperties"] = False
        return schema

    def _of_field(self, model: type[BaseModel], name: str, place: Place, inside: tuple[type, ...]) -> Schema:
        field = model.model_fields[name]
        schema = self._with(field.metadata, self._of_type(field.annotation, place, inside), place)
        for validator in _validators_of(model, name):
            self.note(place, "validator")
            schema = schema if validator == "after" else {}
        if any(model.model_config.get(each) for each in _CHANGES_TEXTS) and _takes_text(schema):
            self.note(place, "constraint")
            schema = {}
        is_secret = self._is_secret(place, name, field)
        words: Schema = {} if field.description is None else {"description": field.description}
        if field.deprecated:
            words["deprecated"] = True
        if is_secret:
            words["writeOnly"] = True
        return {**words, **schema, **({} if is_secret else _default(field))}

    def _is_secret(self, place: Place, name: str, field: FieldInfo) -> bool:
        names = (name, "_".join(place), str(field.validation_alias or ""))
        return place in self._secret or secrecy.is_secret(names, field)

    def _of_type(self, annotation: Any, place: Place, inside: tuple[type, ...]) -> Schema:
        origin = get_origin(annotation)
        if origin is Annotated:
            return self._with(annotation.__metadata__, self._of_type(get_args(annotation)[0], place, inside), place)
        if hasattr(annotation, "__value__") or isinstance(annotation, NewType):
            meant = annotation.__supertype__ if isinstance(annotation, NewType) else annotation.__value__
            return self._of_type(meant, place, inside)
        if origin is Union or origin is UnionType:
            return _any_of([self._of_type(each, place, inside) for each in get_args(annotation)])
        return self._of_one_type(annotation, place, inside)

    def _of_one_type(self, annotation: Any, place: Place, inside: tuple[type, ...]) -> Schema:
        origin = get_origin(annotation) or annotation
        if said := _simple(annotation) or _formatted(annotation, inside[-1]):
            return said
        if origin is Literal or is_class(annotation, (Enum,)):
            return self._of_choices(annotation, place)
        if is_class(annotation, (BaseModel,)):
            return self.of_model(annotation, place, inside)
        if origin in {dict, list, *_SETS}:
            return self._of_collection(annotation, place, inside)
        if origin is Secret and get_args(annotation):
            return self._of_type(get_args(annotation)[0], place, inside)
        return {} if annotation is Any else self._unknown(place)

    def _unknown(self, place: Place) -> Schema:
        self.note(place, "type")
        return {}

    def _of_choices(self, annotation: Any, place: Place) -> Schema:
        if is_class(annotation, (Enum,)):
            found = [each.value for each in annotation]
            takes_more = annotation._missing_.__func__ is not Enum._missing_.__func__  # type: ignore[attr-defined]  # bound methods have it
            if self._takes_names_of_choices:
                found += annotation.__members__
        else:
            found = [each.value if isinstance(each, Enum) else each for each in get_args(annotation)]
            takes_more = False
        if not is_class(annotation, (int, float)) and not all(isinstance(each, str) for each in found):
            self.note(place, "type")  # A variable is text, which is none of the others.
        if not takes_more and all(is_number_or_text(each) for each in found):
            return {"enum": found}
        return self._unknown(place)

    def _of_collection(self, annotation: Any, place: Place, inside: tuple[type, ...]) -> Schema:
        parts = get_args(annotation)
        of_parts = self._of_type(parts[-1], place, inside) if parts else {}
        origin = get_origin(annotation) or annotation
        if origin in _SETS and not _is_hashable(of_parts):
            self.note(place, "type")
        if origin is not dict:
            may_repeat = {"uniqueItems": False} if origin in _SETS else {}
            return {"type": "array", **may_repeat, **({"items": of_parts} if of_parts else {})}
        if parts and parts[0] is not str:
            self.note(place, "type")
        return {"type": "object", **({"additionalProperties": of_parts} if of_parts else {})}

    def _with(self, metadata: Iterable[Any], schema: Schema, place: Place) -> Schema:
        """Return `schema` with what `metadata` adds to it."""
        may_be_changed = False
        for each in metadata:
            if isinstance(each, FieldInfo):
                schema = self._with(each.metadata, schema, place)
            elif isinstance(each, AfterValidator) or may_be_changed:
                self.note(place, "validator")
                may_be_changed = True
            elif not isinstance(each, _SAYS_NOTHING):
                schema, is_said = constrained(schema, each)
                if not is_said:
                    self.note(place, "constraint")
        return schema

    def note(self, place: Place, reason: str) -> None:
        """Record that the schema of `place` is not all that is checked there."""
        self.unsaid.setdefault(place, reason)


def key_of(model: type[BaseModel], name: str, *, is_setting: bool) -> str | None:
    """Return the key of the field `name` in a JSON object; None if there are several.

    In the settings class itself it is the name, because variables lead there, whatever they are called.
    """
    alias, config = model.model_fields[name].validation_alias, model.model_config
    if is_setting or alias is None or not config.get("validate_by_alias", True):
        return name
    by_name = config.get("validate_by_name") or config.get("populate_by_name")
    return alias if isinstance(alias, str) and not by_name else None


def _simple(annotation: Any) -> Schema | None:
    found = next((name for kind, name in _SIMPLE.items() if annotation is kind), None)
    is_text = annotation is SecretStr or is_class(annotation, (PurePath,))
    return {"type": found or "string"} if found or is_text else None


def _formatted(annotation: Any, model: type[BaseModel]) -> Schema | None:
    """Return the schema of texts of a format; None if a type is not described by one."""
    if is_class(annotation, (AnyUrl, _BaseMultiHostUrl)):
        return _of_url(annotation)
    text_format = next((name for name, kind in TYPES.items() if annotation is kind), None)
    reads_numbers_as_usual = model.model_config.get("val_temporal_unit", "infer") == "infer"
    return {"type": "string", "format": text_format} if text_format and reads_numbers_as_usual else None


def _of_url(url: Any) -> Schema | None:
    base: Any
    base, text_format = (AnyUrl, "uri") if issubclass(url, AnyUrl) else (_BaseMultiHostUrl, "multi-host-uri")
    if url.__get_pydantic_core_schema__.__func__ is not base.__get_pydantic_core_schema__.__func__:
        return None
    limits = url._constraints  # noqa: SLF001 - there is no other way to them
    if limits.allowed_schemes is not None and not are_schemes(limits.allowed_schemes):
        return None
    needs_host = limits.host_required and limits.default_host is None
    said = {"maxLength": limits.max_length, SCHEMES: limits.allowed_schemes, HOST_REQUIRED: needs_host or None}
    return {"type": "string", "format": text_format, **{key: each for key, each in said.items() if each is not None}}


def _has_core_schema_of_its_own(model: type[BaseModel]) -> bool:
    own = (each for each in model.__mro__ if each.__module__.partition(".")[0] not in {"pydantic", "pydantic_settings"})
    return any("__get_pydantic_core_schema__" in vars(each) for each in own)


def _is_hashable(schema: Schema) -> bool:
    """Return whether Python takes the value into a set: it does not take a list, a dictionary, or most models."""
    if "anyOf" in schema:
        return all(map(_is_hashable, schema["anyOf"]))
    return "enum" in schema or schema.get("type") not in {None, "array", "object"}


def _takes_text(schema: Schema) -> bool:
    parts = [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", [])]
    return schema.get("type") == "string" or any(_takes_text(each) for each in parts if isinstance(each, dict))


def _validators_of(model: type[BaseModel], name: str) -> Iterator[str]:
    decorators = model.__pydantic_decorators__
    for each in decorators.field_validators.values():
        if name in each.info.fields or "*" in each.info.fields:
            yield each.info.mode
    for older in decorators.validators.values():
        if name in older.info.fields or "*" in older.info.fields:
            yield older.info.mode


def _any_of(schemas: list[Schema]) -> Schema:
    if not all(schemas):
        return {}
    different = [each for index, each in enumerate(schemas) if each not in schemas[:index]]
    return different[0] if len(different) == 1 else {"anyOf": different}


def _default(field: FieldInfo) -> Schema:
    """Return the default, if JSON can represent it and it holds no secret."""
    if field.is_required() or field.default_factory is not None or isinstance(field.default, BaseModel):
        return {}
    try:
        plain = plain_value(field.default)
    except ValueError:
        return {}
    return {} if looks_secret(str(plain)) else {"default": plain}
