"""The contract of a settings class as one JSON document, for those that can't import the class."""

import json
from collections.abc import Container
from typing import Any

from pydantic import BaseModel

from setpoint.contract.document.class_checks import ELSEWHERE
from setpoint.contract.document.identity import DIALECT, VERSION, digest
from setpoint.contract.document.other_sources import Elsewhere, elsewhere
from setpoint.contract.document.value_schema import ValueSchemas, key_of
from setpoint.contract.field_type import nested_model
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable

_READ_BY_ITSELF = "settings class of its own"
"""A contract describes one way to read variables, but this class reads them in its own way."""


def settings_manifest(contract: SettingsContract, _command: str = "") -> str:
    """Return the manifest as indented JSON with a line ending; the same class gives the same text."""
    return json.dumps(as_json(contract), ensure_ascii=False, indent=2) + "\n"


def as_json(contract: SettingsContract) -> dict[str, Any]:
    """Return the manifest as plain JSON values, with its digest."""
    config = contract.settings_class.model_config
    schemas = ValueSchemas(
        {tuple(_place(contract, each)) for each in contract.variables if each.secret},
        takes_names_of_choices=bool(config.get("env_parse_enums")),
    )
    schema: dict[str, Any] = {"$schema": DIALECT, "title": contract.settings_class.__name__}
    schema |= schemas.of_model(contract.settings_class) or {"type": "object"}
    if contract.env_file_variable:
        schema.get("properties", {}).pop(contract.env_file_variable[0].setting[0], None)
    _loosen(schema, contract, schemas)
    for part in contract.parts:
        schemas.note(part.setting, _READ_BY_ITSELF)
        for variable in contract.variables_at(part.setting)[:1]:
            _without_counts(_schema_at(schema, _place(contract, variable)))  # What one way lacks, the other may set.
    found = elsewhere(contract)
    if found is not Elsewhere.NOTHING:
        over = found is Elsewhere.OVER_VARIABLES
        _leave_room(schema, schema.get("properties", {}) if over else _of_several_names(contract))
    unsaid = [*sorted(schemas.unsaid.items()), *([((), ELSEWHERE)] if found else [])]
    variables = [each for each in contract.variables if not contract.names_env_file(each)]
    manifest = {
        "version": VERSION,
        "reading": _reading(contract),
        "variables": {each.name: _place(contract, each) for each in variables if contract.find(each.name) is each},
        "secrets": list(dict.fromkeys(each.name for each in variables if each.secret)),
        "checked_by_class_alone": [{"place": list(place), "reason": reason} for place, reason in unsaid],
        "schema": schema,
    }
    return {"digest": digest(manifest), **manifest}


def _reading(contract: SettingsContract) -> dict[str, Any]:
    """Return how the class turns variables into values, before it validates them."""
    config = contract.settings_class.model_config
    return {
        "case_sensitive": not contract.ignores_case,
        "ignore_empty": contract.ignores_empty,
        "prefix": contract.prefix,
        "nested_delimiter": contract.delimiter or None,
        "nested_max_split": config.get("env_nested_max_split"),
        "none_text": config.get("env_parse_none_str"),
        "file_variables": contract.reads_file_variables,
        "secrets_directories": list(contract.secrets_directories),
    }


def _loosen(schema: dict[str, Any], contract: SettingsContract, schemas: ValueSchemas) -> None:
    """Remove from `schema` what does not apply if one variable sets several settings: it leads to one place.

    So each of these settings may be set although nothing leads to it.
    """
    properties, required = schema.setdefault("properties", {}), set(schema.get("required", ()))
    for variable in contract.variables:
        name, found = variable.setting[0], contract.find(variable.name)
        if len(variable.setting) == 1 and (variable.holds_parts or (found and found.setting != variable.setting)):
            required.discard(name)
            schemas.note((name,), "alias")
        if len(variable.setting) == 1 and variable.holds_parts:
            properties[variable.name] = {"writeOnly": True} if variable.secret else {}
        if _is_below_parts(contract, variable):
            key = _place(contract, variable)[0]
            properties[key] = _words(properties[key])
    if "required" in schema:
        schema["required"] = [each for each in schema["required"] if each in required]


def _is_below_parts(contract: SettingsContract, variable: Variable) -> bool:
    """Return whether a value inside that of another variable takes precedence, so that a wrong one may not matter."""
    names = contract.variables_at(variable.setting)
    before = names[: names.index(variable)] if variable in names else ()
    return len(variable.setting) == 1 and not variable.holds_parts and any(each.holds_parts for each in before)


def _schema_at(schema: dict[str, Any], place: list[str]) -> dict[str, Any]:
    """Return the part of `schema` for what is at `place`; an empty one if it says nothing of that."""
    for key in place:
        schema = schema.get("properties", {}).get(key, {})
    return schema


def _of_several_names(contract: SettingsContract) -> set[str]:
    """Return the keys of settings that a weaker source may set by a name that the class prefers."""
    names: dict[tuple[str, ...], list[Variable]] = {}
    for each in contract.variables:
        names.setdefault(each.setting, []).append(each)
    return {_place(contract, same[0])[0] for same in names.values() if len(same) > 1}


def _leave_room(schema: dict[str, Any], overridden: Container[str]) -> None:
    """Remove from `schema` what does not apply to variables alone if other sources set values as well.

    Args:
        schema: The schema of the settings.
        overridden: The properties whose values other sources may override, so that those of variables don't matter.
    """
    found = schema.get("properties", {})
    schema["properties"] = {key: _words(part) if key in overridden else part for key, part in found.items()}
    _without_counts(schema)


def _words(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: schema[key] for key in ("description", "deprecated", "writeOnly", "default") if key in schema}


def _without_counts(part: Any) -> None:
    """Remove required keys from `part`: what one source lacks, another may set."""
    if isinstance(part, list):
        for each in part:
            _without_counts(each)
    if isinstance(part, dict):
        for keyword in ("required", "minProperties"):
            part.pop(keyword, None)
        for keyword in ("additionalProperties", "anyOf", "items"):
            _without_counts(part.get(keyword))
        for each in part.get("properties", {}).values():
            _without_counts(each)


def _place(contract: SettingsContract, variable: Variable) -> list[str]:
    """Return the keys that lead to what `variable` sets; to its whole value if settings are parts of it."""
    if variable.holds_parts and len(variable.setting) == 1:
        return [variable.name]
    model: type[BaseModel] | None = contract.settings_class
    keys: list[str] = []
    for name in variable.setting:
        key = key_of(model, name, is_setting=not keys) if model else None
        field = model.model_fields[name] if model else None
        keys.append(key or name)
        model = nested_model(field) if field else None
    return keys
