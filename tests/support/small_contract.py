"""Contracts for tests of the service, as `setpoint schema` writes them of small settings classes."""

import json
from dataclasses import dataclass
from typing import Any

from setpoint.contract.document.identity import DIALECT, VERSION, digest

_TYPES = {"integer": "integer", "truth": "boolean", "text": "string", "secret": "string"}


@dataclass(frozen=True)
class Contract:
    """A document with its digest."""

    document: str
    digest: str


def contract(unchecked: tuple[str, ...] = (), /, **types: str) -> Contract:
    """Return a contract of variables that are `integer`, `truth`, `text` or `secret`, with `!` where one is needed."""
    settings = {name.lower(): kind for name, kind in types.items()}
    manifest: dict[str, Any] = {
        "version": VERSION,
        "reading": {
            "case_sensitive": False,
            "ignore_empty": False,
            "prefix": "",
            "nested_delimiter": None,
            "nested_max_split": None,
            "none_text": None,
            "file_variables": False,
            "secrets_directories": [],
        },
        "variables": {name: [name.lower()] for name in types},
        "secrets": [name for name, kind in types.items() if kind.rstrip("!") == "secret"],
        "checked_by_class_alone": [{"place": [each], "reason": "validator"} for each in unchecked],
        "schema": {
            "$schema": DIALECT,
            "title": "Settings",
            "type": "object",
            "properties": {name: {"type": _TYPES[kind.rstrip("!")]} for name, kind in settings.items()},
            "required": [name for name, kind in settings.items() if kind.endswith("!")],
        },
    }
    named = {"digest": digest(manifest), **manifest}
    return Contract(json.dumps(named), named["digest"])
