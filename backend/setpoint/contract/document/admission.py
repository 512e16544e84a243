"""Admits a contract that somebody else has written, or gives every reason to refuse it.

A contract uses a closed profile of JSON Schema. It has no references, so that nothing is ever fetched and nothing
becomes as large as a few references can make it. Its size, depth and number of parts are bounded, so that it is quick
to check.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import SchemaError, SchemaValidator

from setpoint.contract.document.compiled import CompiledContract
from setpoint.contract.document.identity import DIALECT, digest
from setpoint.contract.document.limits import LENGTHS, NUMBERS, contradictions, do_fit
from setpoint.contract.document.pattern import expanded_size, is_portable
from setpoint.contract.document.secret_defaults import told_secrets
from setpoint.contract.document.text_format import FORMATS, HOST_REQUIRED, SCHEMES, are_schemes

LARGEST = 256 << 10
"""In bytes."""

DEEPEST = 32
MOST_PARTS = 2_500
MOST_OBJECTS = 250
"""Those with named keys: each becomes a class once there is something to report about it."""

MOST_CHOICES = 1_000
MOST_ALTERNATIVES = 32
LARGEST_PATTERNS = 20_000
"""Of all patterns together, in characters, with repetitions expanded."""
_PATTERNS_TOO_LARGE = "its patterns are too large once repetitions are expanded"

_TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
_FLAGS = {"deprecated", "writeOnly", "uniqueItems", HOST_REQUIRED}
_REFERENCES = {"$ref", "$dynamicRef", "$recursiveRef", "$id", "$anchor", "$defs", "definitions"}


class _Reading(BaseModel, strict=True, extra="forbid"):
    """How the class turns variables into values."""

    case_sensitive: bool
    ignore_empty: bool
    prefix: str
    nested_delimiter: str | None
    nested_max_split: Annotated[int, Ge(0), Le(DEEPEST)] | None
    none_text: str | None
    file_variables: bool
    secrets_directories: list[str]


_Place = Annotated[list[str], MaxLen(DEEPEST)]


class _Check(BaseModel, strict=True, extra="forbid"):
    """A check that only the class makes."""

    place: _Place
    reason: str


class _Document(BaseModel, strict=True, extra="forbid"):
    """The contract around its schema, which is checked separately."""

    digest: str
    version: Literal[1]
    reading: _Reading
    variables: Annotated[dict[str, Annotated[_Place, MinLen(1)]], MaxLen(MOST_PARTS)]
    secrets: list[str]
    checked_by_class_alone: list[_Check]
    schema_: dict[str, Any] = Field(alias="schema")


_KEYS = {field.alias or name for name, field in _Document.model_fields.items()}


class InadmissibleContractError(ValueError):
    """A document is not a contract that may be used.

    Attributes:
        reasons: All reasons, each in one sentence that quotes no value.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


def admit(content: bytes) -> dict[str, Any]:
    """Return `content` as a contract.

    Raises:
        InadmissibleContractError: It is not one, or one that could do harm.
    """
    if len(content) > LARGEST:
        raise InadmissibleContractError([f"it is larger than {LARGEST >> 10} KiB"])
    document = _parsed(content)
    reasons = list(_of_document(document))
    if not reasons:
        reasons = list(_Profile().reasons(document["schema"])) or list(told_secrets(document))
    if not reasons and document["digest"] != digest(document):
        reasons = ["its digest does not match its content; export it again with `setpoint schema`"]
    if not reasons and not _can_be_compiled(document):
        reasons = ["its schema has a limit that does not fit its type"]
    reasons = reasons or list(contradictions(document))
    if reasons:
        raise InadmissibleContractError(reasons)
    return document


def _can_be_compiled(document: Mapping[str, Any]) -> bool:
    try:
        CompiledContract(document)
    except (SchemaError, TypeError, ValueError, OverflowError):
        return False
    return True


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(
            content.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant
        )
    except InadmissibleContractError:
        raise
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InadmissibleContractError(["it is not a JSON object; `setpoint schema` writes one"])
    if _holds_half_a_character(document):
        raise InadmissibleContractError(["a string in it contains half a character (a lone surrogate)"])
    return document


def _holds_half_a_character(document: Mapping[str, Any]) -> bool:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InadmissibleContractError(["an object in it has the same key twice"])
    return found


def _refuse_constant(_: str) -> None:
    raise InadmissibleContractError(["a number in it is not finite"])


def _of_document(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with everything but the schema."""
    try:
        found = _Document.model_validate(document)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False, include_context=False):
            key = each["loc"][0] if each["loc"] and each["loc"][0] in _KEYS else None
            yield (
                f"its `{key}` is not what `setpoint schema` writes"
                if key
                else "it has a key that contracts do not have"
            )
        return
    if not set(found.secrets) <= found.variables.keys():
        yield "its `secrets` name something that is not in `variables`"


class _Profile:
    """Checks a schema against the closed profile."""

    def __init__(self) -> None:
        self._parts = 0
        self._objects = 0
        self._pattern_size = 0

    def reasons(self, schema: object, depth: int = 0) -> Iterator[str]:
        """Yield the reasons to refuse `schema`; one that is too long is not checked any further."""
        self._parts += 1
        if self._parts > MOST_PARTS or depth > DEEPEST:
            limit = f"{MOST_PARTS} parts" if self._parts > MOST_PARTS else f"{DEEPEST} levels"
            raise InadmissibleContractError([f"its schema has more than {limit}"])
        if not isinstance(schema, dict):
            yield "a schema in it is not an object"
            return
        if not do_fit(schema):
            yield "its schema has a limit that does not fit its type"
        self._objects += "properties" in schema
        if self._objects > MOST_OBJECTS:
            raise InadmissibleContractError([f"its schema has more than {MOST_OBJECTS} objects with their own keys"])
        for keyword, value in schema.items():
            yield from self._of_keyword(keyword, value, depth)

    def _of_keyword(self, keyword: str, value: object, depth: int) -> Iterator[str]:
        if keyword in _REFERENCES:
            yield f"its schema uses `{keyword}`; nothing is looked up elsewhere"
        elif keyword in {"properties", "items", "additionalProperties", "anyOf"}:
            yield from self._of_parts(keyword, value, depth)
        elif keyword == "pattern":
            yield from self._of_pattern(value)
        elif keyword not in _CHECKS:
            yield "its schema uses a keyword that `setpoint schema` never writes"
        elif not _CHECKS[keyword](value):
            yield f"`{keyword}` in its schema has an invalid value"

    def _of_parts(self, keyword: str, value: object, depth: int) -> Iterator[str]:
        parts: list[object] = []
        if keyword == "properties" and isinstance(value, dict):
            parts = list(value.values())
        elif keyword == "anyOf" and isinstance(value, list) and 0 < len(value) <= MOST_ALTERNATIVES:
            parts = value
        elif keyword in {"items", "additionalProperties"} and isinstance(value, dict):
            parts = [value]
        elif not (keyword == "additionalProperties" and value is False):
            yield f"`{keyword}` in its schema has an invalid value"
        for part in parts:
            yield from self.reasons(part, depth + 1)

    def _of_pattern(self, value: object) -> Iterator[str]:
        """Yield what is wrong with a pattern: compiling even a short one can take seconds, and a contract has many."""
        if isinstance(value, str) and len(value) > LARGEST_PATTERNS:  # to look into it would take too long already
            raise InadmissibleContractError([_PATTERNS_TOO_LARGE])
        if not isinstance(value, str) or not is_portable(value):
            yield "a pattern in its schema uses lookaround, backreferences or flags; write it without them"
            return
        self._pattern_size += expanded_size(value)
        if self._pattern_size > LARGEST_PATTERNS:
            raise InadmissibleContractError([_PATTERNS_TOO_LARGE])
        try:
            SchemaValidator({"type": "str", "pattern": value})
        except SchemaError:
            yield "a pattern in its schema can't be compiled"


def _is_number(value: object) -> bool:
    is_finite = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    return is_finite and not isinstance(value, bool)


def _is_length(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_choices(value: object) -> bool:
    scalar = (str, int, float, bool, type(None))
    return (
        isinstance(value, list) and 0 < len(value) <= MOST_CHOICES and all(isinstance(each, scalar) for each in value)
    )


def _is_names(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_PARTS and all(isinstance(each, str) for each in value)


_CHECKS = {
    "default": lambda _: True,
    "enum": _is_choices,
    "required": _is_names,
    "type": lambda value: isinstance(value, str) and value in _TYPES,
    "format": lambda value: isinstance(value, str) and value in FORMATS,
    SCHEMES: are_schemes,
    "$schema": lambda value: value == DIALECT,
    "title": lambda value: isinstance(value, str) and value.isprintable(),
    "description": lambda value: isinstance(value, str),
    **dict.fromkeys(_FLAGS, lambda value: isinstance(value, bool)),
    **dict.fromkeys(NUMBERS, _is_number),
    **dict.fromkeys(LENGTHS, _is_length),
}
