"""The types whose values are texts of a format, such as a duration: what a contract says of them, and what takes them.

A contract names a format as pydantic's own JSON Schema does. As everything else in a contract it means what pydantic's
core takes, which is more than the standard for JSON Schema says: `30` is a duration as well as `PT30S` is.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import CoreSchema

Schema = Mapping[str, Any]

_CORES = {
    "date": "date",
    "date-time": "datetime",
    "duration": "timedelta",
    "multi-host-uri": "multi-host-url",
    "time": "time",
    "uri": "url",
    "uuid": "uuid",
}
_MOST_SCHEMES = 32
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]{0,31}"

TYPES = {"date": date, "date-time": datetime, "duration": timedelta, "time": time, "uuid": UUID}
"""The type of each format, except for those of URLs."""

FORMATS = _CORES.keys()
URLS = {"uri", "multi-host-uri"}
SCHEMES, HOST_REQUIRED = "schemes", "hostRequired"
"""The keywords for how a URL may begin, and whether it has to name a host; JSON Schema has none for either."""

_URL_LIMITS = {"maxLength": "max_length", SCHEMES: "allowed_schemes", HOST_REQUIRED: "host_required"}
LIMITS_OF_URLS = _URL_LIMITS.keys()


def format_of(schema: Schema) -> str | None:
    """Return the format of the texts that `schema` describes; None if any text will do, or something else."""
    found = schema.get("format")
    return found if isinstance(found, str) and schema.get("type") == "string" else None


def url_limits(schema: Schema) -> dict[str, Any]:
    """Return the limits of a URL, as pydantic calls them."""
    return {ours: schema[theirs] for theirs, ours in _URL_LIMITS.items() if theirs in schema}


def core_of(schema: Schema, text_format: str) -> CoreSchema:
    """Return the core schema of pydantic for the texts of a format that `schema` describes."""
    core: Any = {"type": _CORES[text_format], **(url_limits(schema) if text_format in URLS else {})}
    return core  # type: ignore[no-any-return]  # each is one of them


def are_schemes(value: object) -> bool:
    """Return whether `value` lists how a URL may begin (RFC 3986, section 3.1), briefly enough for each message."""
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_SCHEMES:
        return False
    return all(isinstance(each, str) and re.fullmatch(_SCHEME, each) for each in value)
