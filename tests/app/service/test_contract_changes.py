"""What differs between two contracts, in words."""

import json
from typing import Any

import pytest

from app.service.pages.contract_changes import changes_of_contract
from support.small_contract import Contract, contract

BASE = {"PORT": "integer!", "NAME": "text", "API_KEY": "secret"}


def _told(old: Contract, new: Contract) -> list[str]:
    return [f"{each.variable}: {each.text}" for each in changes_of_contract(old.document, new.document)]


@pytest.mark.parametrize(
    ("types", "told"),
    [
        ({**BASE}, []),
        ({**BASE, "NEW": "text"}, ["NEW: new"]),
        ({**BASE, "NEW": "text!"}, ["NEW: new, and required"]),
        ({"PORT": "integer!", "API_KEY": "secret"}, ["NAME: no longer read"]),
        ({**BASE, "PORT": "text!"}, ["PORT: different type or limits"]),
        ({**BASE, "NAME": "text!"}, ["NAME: now required"]),
        ({**BASE, "PORT": "integer"}, ["PORT: no longer required"]),
        ({**BASE, "NAME": "secret"}, ["NAME: now a secret"]),
        ({**BASE, "API_KEY": "text"}, ["API_KEY: no longer a secret"]),
    ],
)
def test_each_kind_of_change_has_its_words(types: dict[str, str], told: list[str]) -> None:
    """From the contract before to the one after."""
    assert _told(contract(**BASE), contract(**types)) == told


def _with(**more: Any) -> Contract:
    document = json.loads(contract(**BASE).document)
    for name, part in more.items():
        document["schema"]["properties"][name] |= part
    return Contract(json.dumps(document), "")


def test_checks_that_only_the_app_makes_are_told() -> None:
    """Of one variable; and those across several, whose place is the whole class."""
    assert _told(contract(**BASE), contract(("port",), **BASE)) == ["PORT: other checks in the app itself"]
    across = json.loads(contract(**BASE).document)
    across["checked_by_class_alone"] = [{"place": [], "reason": "validator across fields"}]
    new = Contract(json.dumps(across), "")
    assert _told(contract(**BASE), new) == [": other checks across several variables"]


def test_words_that_limit_nothing_are_no_difference() -> None:
    """A better description; a default is told, and never quoted."""
    assert _told(contract(**BASE), _with(name={"description": "What people read"})) == []
    assert _told(contract(**BASE), _with(name={"default": "c4n4ry"})) == ["NAME: different default"]
    assert _told(contract(**BASE), _with(name={"deprecated": True})) == ["NAME: now deprecated"]
    assert _told(contract(**BASE), _with(port={"maximum": 10})) == ["PORT: different type or limits"]
