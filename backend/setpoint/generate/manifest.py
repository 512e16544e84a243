"""The contract of a settings class as one JSON document, for those that can't import the class."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel

from setpoint.field_type import nested_model
from setpoint.generate.value_schema import ValueSchemas, key_of
from setpoint.settings_class import SettingsContract, Variable

VERSION = 1
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def settings_manifest(contract: SettingsContract, _command: str = "") -> str:
    """Return the manifest as indented JSON with a line end; the same class gives the same text."""
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
    variables = [each for each in contract.variables if not contract.names_env_file(each)]
    manifest = {
        "version": VERSION,
        "reading": {
            "case_sensitive": not contract.ignores_case,
            "ignore_empty": contract.ignores_empty,
            "nested_delimiter": contract.delimiter or None,
            "none_text": config.get("env_parse_none_str"),
        },
        "variables": {each.name: _place(contract, each) for each in variables},
        "secrets": [each.name for each in variables if each.secret],
        "checked_by_class_alone": [
            {"place": list(place), "reason": reason} for place, reason in sorted(schemas.unsaid.items())
        ],
        "schema": schema,
    }
    return {"digest": digest(manifest), **manifest}


def digest(manifest: dict[str, Any]) -> str:
    """Return the name of a manifest: the SHA-256 of all else in it, as JSON with sorted keys and without blanks."""
    rest = {key: value for key, value in manifest.items() if key != "digest"}
    canonical = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _place(contract: SettingsContract, variable: Variable) -> list[str]:
    """Return the keys that lead to what `variable` sets."""
    model: type[BaseModel] | None = contract.settings_class
    keys: list[str] = []
    for name in variable.setting:
        key = key_of(model, name, is_setting=not keys) if model else None
        field = model.model_fields[name] if model else None
        keys.append(key or name)
        model = nested_model(field) if field else None
    return keys
