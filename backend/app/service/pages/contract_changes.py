"""What differs between two contracts of an app, in words; no default and no example is quoted."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_WORDS = frozenset({"description", "title", "examples", "default", "deprecated", "writeOnly"})
"""The keywords of a schema that do not restrict values."""


@dataclass(frozen=True, slots=True)
class ContractChange:
    """One thing that differs.

    Attributes:
        variable: The variable; empty if it concerns all of them.
        text: How it changed.
    """

    variable: str
    text: str


@dataclass(frozen=True, slots=True)
class _Variable:
    """What a contract says about a variable."""

    limits: Mapping[str, Any]
    words: Mapping[str, Any]
    is_required: bool
    is_secret: bool
    checks: frozenset[str]

    def since(self, old: "_Variable") -> Iterator[str]:
        """Yield, in words, what changed from before."""
        if self.limits != old.limits:
            yield "different type or limits"
        if self.is_required is not old.is_required:
            yield "now required" if self.is_required else "no longer required"
        if self.is_secret is not old.is_secret:
            yield "now a secret" if self.is_secret else "no longer a secret"
        if self.checks != old.checks:
            yield "other checks in the app itself"
        if self.words.get("default") != old.words.get("default"):
            yield "different default"
        if bool(self.words.get("deprecated")) is not bool(old.words.get("deprecated")):
            yield "now deprecated" if self.words.get("deprecated") else "no longer deprecated"


def changes_of_contract(old: str, new: str) -> tuple[ContractChange, ...]:
    """Return what differs from the contract `old` to `new`, both as JSON text that was admitted."""
    before, after = json.loads(old), json.loads(new)
    return (*_of_the_whole(before, after), *_of_variables(_variables(before), _variables(after)))


def _of_the_whole(before: dict[str, Any], after: dict[str, Any]) -> Iterator[ContractChange]:
    if before["reading"] != after["reading"]:
        yield ContractChange("", "variables are read differently")
    if _checks(before, []) != _checks(after, []):
        yield ContractChange("", "other checks across several variables")


def _of_variables(before: Mapping[str, _Variable], after: Mapping[str, _Variable]) -> Iterator[ContractChange]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield ContractChange(name, "new, and required" if after[name].is_required else "new")
        elif name not in after:
            yield ContractChange(name, "no longer read")
        elif told := ", ".join(after[name].since(before[name])):
            yield ContractChange(name, told)


def _variables(document: dict[str, Any]) -> dict[str, _Variable]:
    secrets = frozenset(document["secrets"])
    return {name: _variable(document, place, name in secrets) for name, place in document["variables"].items()}


def _variable(document: dict[str, Any], place: list[str], is_secret: bool) -> _Variable:  # noqa: FBT001 - private
    part, is_required = document["schema"], True
    for key in place:
        properties = part.get("properties", {})
        if key not in properties:
            break
        is_required = is_required and key in part.get("required", ())
        part = properties[key]
    return _Variable(
        limits={key: value for key, value in part.items() if key not in _WORDS},
        words={key: value for key, value in part.items() if key in _WORDS},
        is_required=is_required,
        is_secret=is_secret,
        checks=_checks(document, place),
    )


def _checks(document: dict[str, Any], place: list[str]) -> frozenset[str]:
    return frozenset(each["reason"] for each in document["checked_by_class_alone"] if each["place"] == place)
