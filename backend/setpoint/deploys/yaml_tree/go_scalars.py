"""Decides what type a YAML scalar has, as Go's yaml packages of version 3 and later do (docker compose)."""

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta, timezone

from setpoint.deploys.yaml_tree.nodes import YamlScalar

GoValue = None | bool | int | float | str | datetime
"""What a scalar can become; a time always has a time zone."""

_TAGS = "tag:yaml.org,2002:"
_WORDS: dict[str, GoValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_STARTS_A_NUMBER = "+-0123456789"
_INTEGER = re.compile(
    r"(?P<sign>[+-]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<binary>[01]+)|0[oO]?(?P<octal>[0-7]+)|(?P<decimal>0|[1-9][0-9]*))"
)
_BASES = {"hex": 16, "binary": 2, "octal": 8, "decimal": 10}
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_FRACTION = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_TIME = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:(?P<between>[Tt]| +)(?P<hour>\d{1,2}):(?P<minute>\d{1,2}):(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
_LEAST, _MOST_SIGNED, _MOST = -(2**63), 2**63 - 1, 2**64 - 1


class WrongTagError(Exception):
    """The scalar is not what its tag says."""


def go_value(scalar: YamlScalar) -> GoValue:
    """Return the value of `scalar`.

    Raises:
        WrongTagError: The program rejects the file, because the scalar is not what its tag says.
    """
    tag, text = scalar.tag, scalar.text
    if tag is None or tag == "!":
        return text if scalar.style else _plain(text, with_times=True)
    if not tag.startswith(_TAGS):
        return text
    kind = tag.removeprefix(_TAGS)
    if kind == "binary":
        return _decoded(text)
    if kind not in _TYPES:
        return text
    return _tagged(kind, text)


def _tagged(kind: str, text: str) -> GoValue:
    if kind == "str":
        return text
    value = _plain(text, with_times=kind == "timestamp")
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not _TYPES[kind]:
        message = f"the value is not what its tag `!!{kind}` says"
        raise WrongTagError(message)
    return value


_TYPES: dict[str, type] = {
    "str": str,
    "bool": bool,
    "int": int,
    "float": float,
    "null": type(None),
    "timestamp": datetime,
}


def _plain(text: str, *, with_times: bool) -> GoValue:
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith("."):
        return float(text) if _FRACTION.fullmatch(text) else text
    if text[0] not in _STARTS_A_NUMBER:
        return text
    time = _time(text) if with_times else None
    if time is not None:
        return time
    number = _number(text.replace("_", ""))
    return text if number is None else number


def _number(text: str) -> int | float | None:
    integer = _INTEGER.fullmatch(text)
    if integer is not None and integer.lastgroup is not None:
        number = int(integer[integer.lastgroup], _BASES[integer.lastgroup])
        if integer["sign"] == "-":
            number = -number
        if _LEAST <= number <= (_MOST if not integer["sign"] else _MOST_SIGNED):
            return number
    if _FLOAT.fullmatch(text):
        approximate = float(text)
        return approximate if abs(approximate) != float("inf") else None
    return None


def _time(text: str) -> datetime | None:
    match = _TIME.fullmatch(text)
    if match is None or (match["between"] or "").isspace() != (match["zone"] is None and match["hour"] is not None):
        return None
    numbers = [int(match[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second")]
    microseconds = int((match["fraction"] or "0").ljust(6, "0")[:6])
    try:
        return datetime(*numbers[:6], microseconds, tzinfo=_zone(match["zone"]))  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    hours, minutes = text[1:].split(":")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if text.startswith("-") else offset)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True).decode("utf-8", "surrogateescape")
    except binascii.Error:
        message = "the value is not base64, as its tag `!!binary` says"
        raise WrongTagError(message) from None
