"""A small schema language for tests of the service: which variables there are, of which type, and which are secrets."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.errors import InvalidError
from app.domain.revision import Schema
from app.domain.validation import Problem, Validation

_TRUTH = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True)
class Contract:
    """A document with its digest."""

    document: str
    digest: str


def contract(unchecked: tuple[str, ...] = (), /, **types: str) -> Contract:
    """Return a contract of variables that are `integer`, `truth`, `text` or `secret`, with `!` where one is needed."""
    document = json.dumps({"types": types, "unchecked": unchecked})
    return Contract(document, "sha256:" + hashlib.sha256(document.encode()).hexdigest())


class SmallValidator:
    """The port `SchemaValidator` for such contracts."""

    def admit(self, document: str) -> str:
        """Return the digest of a contract."""
        try:
            types = json.loads(document)["types"]
        except (ValueError, KeyError, TypeError):
            raise InvalidError((Problem(None, "no-contract", "this is no contract"),)) from None
        return contract(tuple(json.loads(document)["unchecked"]), **types).digest

    def validate(self, schema: Schema, variables: Mapping[str, str]) -> Validation:
        """Return what is wrong with `variables`."""
        read = json.loads(schema.document)
        return Validation(tuple(_problems(read["types"], variables)), tuple(read["unchecked"]))

    def shown(self, schema: Schema) -> frozenset[str]:
        """Return the names of the variables that are no secrets."""
        types: dict[str, str] = json.loads(schema.document)["types"]
        return frozenset(name for name, kind in types.items() if kind.rstrip("!") != "secret")

    def same(self, schema: Schema, name: str, old: str, new: str) -> bool:
        """Return whether two texts are one value."""
        kind = json.loads(schema.document)["types"].get(name, "text").rstrip("!")
        if kind == "integer":
            return int(old) == int(new)
        return kind == "truth" and _TRUTH[old] == _TRUTH[new]


def _problems(types: Mapping[str, str], variables: Mapping[str, str]) -> Iterator[Problem]:
    for name in types:
        if types[name].endswith("!") and name not in variables:
            yield Problem(name, "missing-variable", f"`{name}` is missing")
    for name, text in variables.items():
        kind = types.get(name, "").rstrip("!")
        if not kind:
            yield Problem(name, "unknown-variable", f"no setting reads `{name}`")
        elif (kind == "integer" and not text.isdecimal()) or (kind == "truth" and text not in _TRUTH):
            yield Problem(name, "invalid-value", f"`{name}` is no {kind}")
