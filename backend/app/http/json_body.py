"""Reads JSON from strangers: within limits, strictly, and without echoing its content."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, partial
from http import HTTPStatus
from typing import Any, TypeVar, cast, get_args

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.views.problem import Problem, ProblemItem
from app.views.request_body import read_body
from app.views.server import current_server
from setpoint.contract.limits import MOST_VARIABLES
from setpoint.text.join import counted, either
from setpoint.text.suggest import allowed_steps, nearest

DEEPEST = 32
MOST_PROBLEMS = 1_000
"""How many problems of one body are listed: each takes time, and a megabyte can have a hundred thousand."""
MOST_MEMBERS = 2 * MOST_VARIABLES
"""A patch may remove as many variables as it sets."""
MOST_PARTS = 50_000
"""How many members, entries, objects and arrays a body may hold: the parser lets no other thread run."""
_QUOTES_A_MEMBER = 4
_SMALL = 65_536
"""A larger body may hold so many members that reading them would hold up other requests."""

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""Also one without an end, so that no search begins at each of its quotes."""

Model = TypeVar("Model", bound=BaseModel)


class _DuplicateKeyError(ValueError):
    """An object names a key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def read_json(limit: int, most: int = MOST_PARTS) -> Any:
    """Return the body of this request as a JSON value.

    RFC 8259 leaves open what a repeated key, `NaN` or an encoding other than UTF-8 means; all of them are refused.

    Args:
        limit: How many bytes it may have.
        most: How many parts.

    Raises:
        Problem: Those of `read_body` and `json_of`.
    """
    return json_of(read_body(limit), most)


def read_json_of_variables(limit: int) -> Any:
    """Return the body of this request, whose members are variables, as a JSON value.

    Raises:
        Problem: 422 if it has far more members than an environment has variables, and those of `read_json`.
    """
    content = read_body(limit)
    # The parser lets no other thread run until it has read a whole object, and a megabyte can have 100,000 members.
    if len(content) > _SMALL and _has_strings_for_more(content, MOST_MEMBERS):
        message = f"more than {MOST_MEMBERS:,} variables are sent; an environment has at most {MOST_VARIABLES:,}"
        items = [ProblemItem(None, "too-many-variables", message)]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request has problems", errors=items)
    return json_of(content)


def json_of(content: bytes, most: int = MOST_PARTS) -> Any:
    """Return a body as a JSON value.

    Raises:
        Problem: 400 for what is not JSON in UTF-8 or has more than `most` parts, 422 for a key that is there twice.
    """
    if len(content) > _SMALL and _has_more_parts(content, most):
        raise Problem(HTTPStatus.BAD_REQUEST, f"the body has more than {most:,} members and entries: send less at once")
    try:
        return _parsed(content) if len(content) <= _SMALL else _parsed_beside_other_requests(content)
    except _DuplicateKeyError as error:
        name = error.key if len(error.key) <= _LONGEST_SHOWN and error.key.isidentifier() else None
        what = f"`{name}`" if name else "a key"
        items = [ProblemItem(name, "duplicate-name", f"{what} appears twice in an object", "keep one of them")]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "a key is repeated", errors=items) from None
    except (ValueError, RecursionError):
        detail = f"the body is not JSON in UTF-8, with finite numbers and {DEEPEST} levels at most"
        raise Problem(HTTPStatus.BAD_REQUEST, detail) from None


def validated(model: type[Model], content: object) -> Model:
    """Return `content` as a `model`.

    Raises:
        Problem: 422 with everything that is wrong, built only from types, never from a value.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        items = [_item(details, model) for details in details_of(error)]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request has problems", errors=items) from None


def details_of(error: ValidationError) -> list[ErrorDetails]:
    """Return what pydantic says about a body, without values.

    Raises:
        Problem: 422 if that is too much to list.
    """
    if (count := error.error_count()) > MOST_PROBLEMS:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"the request has {count:,} problems, too many to list")
    return error.errors(include_url=False, include_input=False)


_LONGEST_SHOWN = 128
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "is not a string",
    "int_type": "is not an integer",
    "int_parsing": "is not an integer",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "list_type": "is not a list",
    "string_too_long": "is too long",
    "string_too_short": "is too short",
    "too_long": "has too many entries",
    "too_short": "has too few entries",
    "string_pattern_mismatch": "does not match the required pattern",
    "enum": "is not one of the allowed values",
    "literal_error": "is not one of the allowed values",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
}


_LIMITS = {
    "ge": "at least {}",
    "le": "at most {}",
    "min_length": "at least {}",
    "max_length": "at most {}",
    "expected": "one of {}",
}
"""What pydantic tells of the model, and never of the value, under these names."""

_UNITS = {"string_too_short": "character", "string_too_long": "character"}


def _item(details: ErrorDetails, model: type[BaseModel]) -> ProblemItem:
    kind, told = details["type"], details.get("ctx", {})
    unit = _UNITS.get(kind)
    limits = {name: counted(told[name], unit) if unit else told[name] for name in _LIMITS if name in told}
    hints = [_LIMITS[name].format(limit).replace("'", "`") for name, limit in limits.items()]
    if kind == "extra_forbidden":
        hints = [_known_instead(details["loc"], model)]
    message = f"it {_WORDS.get(kind, 'is invalid')}"
    return ProblemItem(_place(details["loc"], model), kind.replace("_", "-"), message, " and ".join(hints) or None)


def _place(location: tuple[str | int, ...], model: type[BaseModel]) -> str | None:
    """Return where the problem is, in names of the model; names that a stranger made up are not repeated."""
    if location and isinstance(location[0], int):
        within = _place(location[1:], _one_of(model))
        return f"[{location[0]}].{within}" if within else f"[{location[0]}]"
    return str(location[0]) if location and location[0] in names_of(model) else None


def _known_instead(location: tuple[str | int, ...], model: type[BaseModel]) -> str:
    """Return a hint at the name that was probably meant, or at all that could be; empty within another object."""
    if location and isinstance(location[0], int):
        return _known_instead(location[1:], _one_of(model))
    if len(location) != 1:
        return ""
    name, known = str(location[0]), names_of(model)
    meant = nearest(name, known, allowed_steps(name))
    return f"did you mean `{meant}`?" if meant else f"use {either([f'`{each}`' for each in known])}"


def _one_of(many: type[BaseModel]) -> type[BaseModel]:
    """Return the model of the entries of a list."""
    (one,) = get_args(many.model_fields["root"].annotation)
    return cast("type[BaseModel]", one)


@cache
def names_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the names under which a client sends the fields of `model`, in their order."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _has_strings_for_more(content: bytes, most: int) -> bool:
    """Return whether there are more strings than `most` members have; some are missed that end with a backslash."""
    return content.count(b'"') - content.count(b'\\"') > _QUOTES_A_MEMBER * most


def _has_more_parts(content: bytes, most: int) -> bool:
    """Return whether there are more than `most` parts, without taking the body apart."""
    if _has_strings_for_more(content, most):
        return True
    return _parts_in(content) > most and _parts_in(_STRING.sub(b"", content)) > most


def _parts_in(content: bytes) -> int:
    return sum(map(content.count, (b",", b"[", b"{")))


def _parsed(content: bytes) -> Any:
    value = _DECODER.decode(content.decode("utf-8"))
    _check_depth(value)
    return value


def _parsed_beside_other_requests(content: bytes) -> Any:
    return current_server().beside_other_requests(partial(_parsed, content))


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _ in pairs)
        raise _DuplicateKeyError(next(name for name, number in times.items() if number > 1))
    return found


def _refused(_: str) -> None:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_constant=_refused, parse_float=_finite)
_CONTAINERS = (dict, list)


def _check_depth(value: object) -> None:
    level = [value] if isinstance(value, _CONTAINERS) else []
    for _ in range(DEEPEST):
        level = [part for each in level for part in _parts(each) if isinstance(part, _CONTAINERS)]
        if not level:
            return
    raise ValueError


def _parts(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def is_json() -> bool:
    """Return whether the request says that its body is JSON."""
    return request.mimetype == "application/json"
