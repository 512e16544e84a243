"""Describes what a field accepts, to complete "expected …"."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from pathlib import PurePath
from typing import Annotated, Any, Literal, get_origin
from uuid import UUID
from zoneinfo import ZoneInfo

from annotated_types import Ge, GroupedMetadata, Gt, Le, Lt, MaxLen, MinLen, MultipleOf
from pydantic import (
    AnyUrl,
    AwareDatetime,
    BaseModel,
    ByteSize,
    FutureDate,
    FutureDatetime,
    ImportString,
    IPvAnyAddress,
    IPvAnyInterface,
    IPvAnyNetwork,
    Json,
    NaiveDatetime,
    PastDate,
    PastDatetime,
    RootModel,
)
from pydantic.fields import FieldInfo
from pydantic.networks import _BaseMultiHostUrl
from pydantic.types import PathType, UuidVersion

from setpoint.contract.field_type import (
    ARRAYS,
    arguments,
    choices,
    is_class,
    is_json,
    parts,
    takes_json,
    texts_of,
    union_members,
    values,
)
from setpoint.contract.secrecy import SECRET_TYPES
from setpoint.text.join import counted, either, joined

_BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length", "multiple_of")
# In this order: a `bool` is an `int`, a `datetime` a `date`, a `ByteSize` an `int`.
_IN_WORDS: Mapping[Any, str] = {
    bool: "`true` or `false`",
    complex: "a complex number",
    ByteSize: "a size such as `10MB`",
    int: "an integer",
    float: "a number",
    Decimal: "a number",
    str: "a string",
    bytes: "a string",
    **dict.fromkeys((*ARRAYS, Sequence), "a JSON array"),
    Mapping: "a JSON object",
    BaseModel: "a JSON object",
    Json: "JSON",
    AnyUrl: "a URL",
    _BaseMultiHostUrl: "a URL",
    PurePath: "a path",
    ZoneInfo: "the name of a time zone, such as `Europe/Berlin`",
    UUID: "a UUID",
    timedelta: "a duration",
    PastDatetime: "a date and time in the past",
    FutureDatetime: "a date and time in the future",
    NaiveDatetime: "a date and time without a time zone",
    PastDate: "a date in the past",
    FutureDate: "a date in the future",
    datetime: "a date and time",
    AwareDatetime: "a date and time with a time zone",
    date: "a date",
    time: "a time",
    IPv4Interface: "an IPv4 address with the length of its network, such as `10.0.0.1/24`",
    IPv6Interface: "an IPv6 address with the length of its network, such as `fd00::1/64`",
    IPvAnyInterface: "an IP address with the length of its network, such as `10.0.0.1/24`",
    IPv4Address: "an IPv4 address",
    IPv6Address: "an IPv6 address",
    IPvAnyAddress: "an IP address",
    IPv4Network: "an IPv4 network",
    IPv6Network: "an IPv6 network",
    IPvAnyNetwork: "an IP network",
    re.Pattern: "a regular expression",
    ImportString: "the dotted name of a Python object",
}
_EXAMPLES = {
    "a duration": "PT30S",
    "a date": "2026-01-31",
    "a date and time": "2026-01-31T12:30:00Z",
    "a date and time with a time zone": "2026-01-31T12:30:00Z",
    "a date and time without a time zone": "2026-01-31T12:30:00",
    "a time": "12:30",
}
"""What people can't guess how to write."""
# As it is, and as JSON.
_ANY_STRING = {Any: ("any string", "JSON"), str: ("a string", "a JSON string")}
_LONGEST_PATTERN = 60
_OF_MOMENTS = {"gt": "after", "le": "up to", "lt": "before"}
_PATHS = {"file": "the path of a file", "dir": "the path of a directory", "new": "the path of a new file"}


def description(field: FieldInfo, *, by_name: bool = False) -> str:
    """Return the type in words that complete "expected …": "an integer from 1 to 65535".

    Args:
        field: pydantic's description of it.
        by_name: Whether the names of an enumeration's members are expected, rather than their values.
    """
    allowed = choices(field, by_name=by_name)
    if allowed:
        return either([f"`{text}`" for text in dict.fromkeys(allowed)])
    members = union_members(field.annotation)
    if len(members) > 1:
        words = dict.fromkeys(each for part in members for each in _of_member(part, field, by_name=by_name))
        return _one_of(list(words)) + _range_in_words(field.annotation, field.metadata)
    beside_json = takes_json(field)
    types = dict.fromkeys(
        _type_in_words(part, field.metadata, beside_json=beside_json) for part in parts(field.annotation)
    )
    said, limits = either([*types]) or "nothing", _own_range(field)
    return f"{said} such as `{_EXAMPLES[said]}`" if said in _EXAMPLES and not limits else said + limits


def _of_member(member: Any, whole: FieldInfo, *, by_name: bool) -> Iterator[tuple[str, str]]:
    """Yield what one member of a union accepts, and within which bounds: each of its texts, or its type."""
    alone = FieldInfo.from_annotation(member)
    for part in parts(member):
        if is_class(part, (bool,)):
            allowed: Sequence[str] = ("true", "false")
        elif get_origin(part) is Literal:
            allowed = texts_of(part, beside_json=takes_json(whole))
        else:
            allowed = choices(FieldInfo.from_annotation(part), by_name=by_name)
        yield from ((f"`{text}`", "") for text in allowed)
        if not allowed:
            yield _type_in_words(part, [*whole.metadata, *alone.metadata]), _own_range(alone)


def _one_of(words: Sequence[tuple[str, str]]) -> str:
    """Join alternatives; with a comma if the bounds of one could be taken for those of the last."""
    texts = ["".join(each) for each in words]
    has_bounds = any(bounds for _, bounds in words[:-1])
    return f"{', '.join(texts[:-1])}, or {texts[-1]}" if has_bounds else either(texts)


def _type_in_words(part: Any, metadata: Iterable[Any], *, beside_json: bool = False) -> str:
    base = get_origin(part) or part
    if base is Literal:
        return either([f"`{text}`" for text in texts_of(part, beside_json=beside_json)])
    if base in _ANY_STRING:
        return _ANY_STRING[base][is_json(metadata)]
    if is_class(base, SECRET_TYPES):
        inner = [value for each in arguments(part) for value in values(each)]
        return _type_in_words(inner[0], metadata) if inner else "a string"
    for each in metadata:
        if isinstance(each, PathType):
            return _PATHS[each.path_type]
        if isinstance(each, UuidVersion):
            return f"a UUID of version {each.uuid_version}"
    base = Mapping if is_dataclass(base) else base
    known = (words for kind, words in _IN_WORDS.items() if is_class(base, (kind,)))
    return next(known, f"a value of type `{getattr(base, '__name__', base)}`")


def _own_range(field: FieldInfo) -> str:
    return _range_in_words(field.annotation, [*field.metadata, *_of_roots(field), *_inside_secrets(field.annotation)])


def _range_in_words(annotation: Any, metadata: Iterable[Any]) -> str:
    inside = list(parts(annotation))
    constraints = list(_constraints(metadata))
    bounds = _bounds(constraints, of_integers=all(is_class(part, (int,)) for part in inside))
    item = "item" if any(is_class(part, (*ARRAYS, dict)) for part in inside) else "character"
    words = []
    if {"ge", "le"} <= bounds.keys():
        least, most = bounds.pop("ge"), bounds.pop("le")
        least, most = map(_limit_in_words, (least, most))
        words = [f"from {least} to {most}" if least != most else f"equal to {most}"]
    if {"min_length", "max_length"} <= bounds.keys():
        least, most = bounds.pop("min_length"), counted(bounds.pop("max_length"), item)
        words += [f"of {least} to {most}" if most != counted(least, item) else f"of exactly {most}"]
    words += [_bound_in_words(bound, limit, item) for bound, limit in bounds.items()]
    words += _digits_in_words(constraints)
    words += [f"of the form `{pattern}`" for pattern in _patterns(constraints)]
    return f" {joined(words)}" if words else ""


def _of_roots(field: FieldInfo) -> Iterator[Any]:
    """Yield the constraints on the value of a `RootModel`."""
    for part in values(field.annotation):
        if is_class(part, (RootModel,)) and "root" in part.model_fields:
            yield from (*part.model_fields["root"].metadata, *_of_roots(part.model_fields["root"]))


def _bounds(constraints: Sequence[Any], *, of_integers: bool) -> dict[str, Any]:
    """Return the effective bounds: the narrowest at each end, and the ends of a range of integers."""
    given = {
        bound: [limit for each in constraints if (limit := getattr(each, bound, None)) is not None] for bound in _BOUNDS
    }
    # Of two equal bounds, the exclusive one is narrower.
    lower = max([*((each, 0) for each in given["ge"]), *((each, 1) for each in given["gt"])], default=None)
    upper = min([*((each, 0) for each in given["le"]), *((each, -1) for each in given["lt"])], default=None)
    found: dict[str, Any] = {}
    if lower and upper and of_integers:
        found = {"ge": sum(lower), "le": sum(upper)}
    else:
        found |= {("gt" if lower[1] else "ge"): lower[0]} if lower else {}
        found |= {("lt" if upper[1] else "le"): upper[0]} if upper else {}
    found |= {"min_length": max(given["min_length"])} if any(given["min_length"]) else {}
    found |= {"max_length": min(given["max_length"])} if given["max_length"] else {}
    return found | ({"multiple_of": given["multiple_of"][-1]} if given["multiple_of"] else {})


def _limit_in_words(limit: Any) -> str:
    """Return `limit`; a duration in the largest unit that it is a whole number of."""
    if isinstance(limit, float) and limit.is_integer():
        return str(int(limit))
    if not isinstance(limit, timedelta):
        return str(limit)
    for unit in ("day", "hour", "minute", "second"):
        number, rest = divmod(limit, timedelta(**{f"{unit}s": 1}))
        if number and not rest:
            return counted(number, unit)
    return str(limit or 0)


def _bound_in_words(bound: str, limit: Any, item: str) -> str:
    if bound == "min_length":
        return f"of at least {counted(limit, item)}"
    if bound == "max_length":
        return f"of at most {counted(limit, item)}"
    is_moment = isinstance(limit, date | time)
    limit = _limit_in_words(limit)
    if bound == "ge":
        return f"of {limit} or {'later' if is_moment else 'more'}"
    words = {"gt": "above", "le": "up to", "lt": "below", "multiple_of": "divisible by"}
    return f"{(_OF_MOMENTS if is_moment else words)[bound]} {limit}"


def _digits_in_words(constraints: Iterable[Any]) -> Iterator[str]:
    """Yield the constraints on the digits of a decimal number."""
    for each in constraints:
        if (most := getattr(each, "max_digits", None)) is not None:
            yield f"of at most {counted(most, 'digit')}"
        if (places := getattr(each, "decimal_places", None)) is not None:
            yield f"of at most {counted(places, 'digit')} after the point"


def _patterns(constraints: Iterable[Any]) -> Iterator[str]:
    for each in constraints:
        pattern = getattr(each, "pattern", None)
        text = pattern.pattern if isinstance(pattern, re.Pattern) else pattern
        if isinstance(text, str) and len(text) <= _LONGEST_PATTERN and text.isprintable() and "`" not in text:
            yield text


def _constraints(metadata: Iterable[Any]) -> Iterator[Any]:
    for each in metadata:
        is_bound = isinstance(each, Ge | Gt | Le | Lt | MaxLen | MinLen | MultipleOf)
        if is_bound or any(hasattr(each, name) for name in ("pattern", "max_digits", "decimal_places")):
            yield each
        elif isinstance(each, FieldInfo):
            yield from _constraints(each.metadata)
        elif isinstance(each, GroupedMetadata):
            yield from _constraints(each)


def _inside_secrets(annotation: Any) -> Iterator[Any]:
    """Yield the constraints of `Secret[Annotated[int, Field(ge=1)]]`, which apply to the value itself."""
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
    for part in arguments(annotation):
        if not is_class(annotation, (*ARRAYS, dict)):
            yield from _inside_secrets(part)
