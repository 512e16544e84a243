"""Contracts that strangers have written."""

import json
import socket
import time
from contextlib import suppress
from typing import Any

import pytest
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings

from setpoint.contract.document.admission import LARGEST, InadmissibleContractError, admit
from setpoint.contract.document.exported import settings_class_of
from setpoint.contract.document.identity import digest
from setpoint.contract.document.manifest import as_json
from setpoint.contract.settings_class import SettingsContract


class Shop(BaseSettings):
    """A class as apps have them."""

    port: int = Field(8000, ge=1, le=65535)
    name: str = Field(pattern=r"^[a-z]\w{0,30}$")
    hosts: list[str] = []
    limits: dict[str, float] = {}


GOOD = as_json(SettingsContract.of(Shop))


def _content(**changed: Any) -> bytes:
    document = {**GOOD, **changed}
    return json.dumps({**document, "digest": digest(document)}).encode()


def _with(schema: Any) -> bytes:
    return _content(schema={"type": "object", "properties": {"port": schema}})


def _nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(depth):
        schema = {"anyOf": [schema]}
    return schema


def test_what_the_command_writes_is_let_in() -> None:
    """All that `setpoint schema` can write is in the profile."""
    assert admit(json.dumps(GOOD).encode()) == GOOD


HOSTILE = {
    "no JSON": (b"{", "not a JSON object"),
    "no object": (b"[]", "not a JSON object"),
    "brackets without an end": (b"[" * 100_000, "not a JSON object"),
    "UTF-16": ("{}".encode("utf-16"), "not a JSON object"),
    "a number with 5,000 digits": (b'{"a": ' + b"9" * 5_000 + b"}", "not a JSON object"),
    "a number that is none": (_with({"default": float("nan")}), "not finite"),
    "an endless number": (b'{"a": 1e999}', "has a key that contracts do not have"),
    "half a character": (_with({"title": "\ud800"}), "half a character"),
    "a key twice": (b'{"version": 1, "version": 1}', "the same key twice"),
    "too large": (_with({"description": "x" * LARGEST}), "larger than 256 KiB"),
    "another version": (_content(version=2), "`version`"),
    "a key that no contract has": (_content(more=1), "a key that contracts do not have"),
    "a secret that is no variable": (_content(secrets=["NOPE"]), "`secrets`"),
    "a variable whose place is no list": (_content(variables={"PORT": "port"}), "`variables`"),
    "a variable that leads nowhere": (_content(variables={"PORT": []}), "`variables`"),
    "no schema": (_content(schema=[]), "`schema`"),
    "endless splits": (_content(reading={**GOOD["reading"], "nested_max_split": 10**30}), "`reading`"),
    "a digest of something else": (json.dumps({**GOOD, "digest": "sha256:0"}).encode(), "its digest"),
    "a reference to another host": (_with({"$ref": "http://127.0.0.1:9/x"}), "uses `$ref`"),
    "a reference to a file": (_with({"$ref": "file:///etc/passwd"}), "uses `$ref`"),
    "a reference to itself": (_with({"$ref": "#"}), "uses `$ref`"),
    "definitions": (_content(schema={"$defs": {}}), "uses `$defs`"),
    "an unknown keyword": (_with({"allOf": []}), "a keyword that `setpoint schema` never writes"),
    "3,000 levels": (_with(_nested(300)), "more than 32 levels"),
    "an array of choices without an end": (_with({"enum": list(range(5_000))}), "`enum`"),
    "choices that are objects": (_with({"enum": [{}]}), "`enum`"),
    "a hundred alternatives": (_with({"anyOf": [{}] * 100}), "`anyOf`"),
    "too many parts": (_content(schema={"properties": {f"p{at}": {} for at in range(2_600)}}), "2500 parts"),
    "too many objects": (
        _content(schema={"properties": {f"p{at}": {"properties": {}} for at in range(251)}}),
        "250 objects",
    ),
    "a limit of another type": (_with({"type": "integer", "minLength": 1}), "a limit that does not fit its type"),
    "a limit of anything": (_with({"minimum": 1}), "a limit that does not fit its type"),
    "a limit that no integer has": (_with({"type": "integer", "minimum": 0.5}), "a limit that does not fit its type"),
    "a limit without an end": (
        _with({"type": "number", "minimum": 0.5}).replace(b"0.5", b"1e999"),
        "`minimum` in its schema has an invalid value",
    ),
    "limits that exclude each other": (_with({"type": "integer", "minimum": 2, "maximum": 1}), "exclude each other"),
    "a schema that is a switch": (_with(True), "not an object"),  # noqa: FBT003 - it is the case
    "look-around": (_with({"type": "string", "pattern": "(?=a)"}), "uses lookaround"),
    "a reference back": (_with({"type": "string", "pattern": r"(a)\1"}), "uses lookaround"),
    "flags": (_with({"type": "string", "pattern": "(?i)a"}), "uses lookaround"),
    "a pattern that can't be compiled": (_with({"type": "string", "pattern": "["}), "can't be compiled"),
    "a pattern as large as memory": (_with({"pattern": "((a{999}){999}){999}"}), "too large"),
    "a pattern with many classes": (_with({"pattern": r"\w{500}"}), "too large"),
    "a pattern as long as a book": (_with({"pattern": "a" * 250_000}), "too large"),
    "a pattern with a large class": (
        _with({"pattern": f"[{''.join(map(chr, range(0x4E00, 0x5DA0, 2)))}]{{9999}}"}),
        "too large",
    ),
    "many groups of nothing": (
        _content(schema={"properties": {f"p{at}": {"pattern": "()" * 600} for at in range(200)}}),
        "too large",
    ),
    "many patterns": (
        _content(schema={"properties": {f"p{at}": {"pattern": rf"\w{{30}}{at}"} for at in range(2_000)}}),
        "too large",
    ),
    "a secret that it tells": (
        _content(secrets=["NAME"], schema={"properties": {"name": {"type": "string", "default": "hunter2"}}}),
        "a secret in its schema has a default value",
    ),
    "a secret that one of its types tells": (
        _content(secrets=["NAME"], schema={"properties": {"name": {"anyOf": [{"type": "string", "default": "x"}]}}}),
        "a secret in its schema has a default value",
    ),
    "a secret that the object around it tells": (
        _content(
            secrets=["NAME"],
            variables={"NAME": ["db", "name"]},
            schema={"properties": {"db": {"type": "object", "default": {"name": "x"}, "properties": {"name": {}}}}},
        ),
        "a secret in its schema has a default value",
    ),
    "a secret in an object that it tells": (
        _content(
            secrets=["NAME"],
            schema={"properties": {"name": {"properties": {"key": {"writeOnly": True, "default": "x"}, "host": {}}}}},
        ),
        "a secret in its schema has a default value",
    ),
    "code": (_with({"title": "x'); __import__('os').system('true')", "eval": "1"}), "never writes"),
}


def test_an_object_that_holds_a_secret_has_defaults_for_what_is_none() -> None:
    """The variable that gives all of it is a secret, a host in it is not."""
    parts = {"host": {"type": "string", "default": "localhost"}, "key": {"type": "string", "writeOnly": True}}
    inside = {"type": "object", "properties": parts, "default": {"host": "db"}}
    admit(_content(secrets=["NAME"], schema={"properties": {"name": {"anyOf": [inside, {"type": "null"}]}}}))
    admit(_content(secrets=["NAME"], schema={"properties": {"name": inside}}))


@pytest.mark.parametrize("default", [None, "", {}, {"host": "x"}])
def test_a_default_that_tells_no_secret_is_let_in(default: object) -> None:
    """What is nothing, or is about something else."""
    inside = {"type": "object", "default": default, "properties": {"name": {"type": "string", "default": ""}}}
    admit(_content(secrets=["NAME"], variables={"NAME": ["db", "name"]}, schema={"properties": {"db": inside}}))


@pytest.mark.parametrize(
    "key",
    [
        *("settings_customise_sources", "model_config", "model_fields", "model_validate_x", "checked_by_class_alone"),
        *("copy", "Config", "class", "__init__", "_x", "mro", "a b", "", "é", "x" * 5_000),
        *("'\"\n", "__import__('os')", "{0.__class__}", "%(x)s"),
    ],
)
def test_a_setting_of_any_name_is_checked(key: str) -> None:
    """What a settings class itself needs is not in the way."""
    document = admit(_content(variables={"X": [key]}, schema={"properties": {key: {"type": "integer"}}}))
    made = settings_class_of(document, "shop")
    assert {each.name: each.expected for each in SettingsContract.of(made).variables} == {"X": "an integer"}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_could_do_harm_is_kept_out(name: str) -> None:
    """Nothing is fetched or compiled that costs more than a moment."""
    content, reason = HOSTILE[name]
    with pytest.raises(InadmissibleContractError, match=reason.replace("$", r"\$")):
        admit(content)


@pytest.mark.parametrize("scheme", ["http", "https", "file", "ftp"])
@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef", "$schema", "$id"])
def test_no_reference_is_followed(scheme: str, keyword: str) -> None:
    """Whoever listens there hears of nobody, also where the contract is let in."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)  # noqa: FBT003 - the standard library's own signature
        there = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/x"
        for content in (_with({keyword: there}), _content(schema={"type": "object", keyword: there})):
            with suppress(InadmissibleContractError):
                settings_class_of(admit(content), "billing")
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("name", HOSTILE)
def test_what_could_do_harm_costs_little_to_refuse(name: str) -> None:
    """Of processor time, so that a busy machine makes no difference: a worker answers nothing else meanwhile."""
    taken = []
    for _ in range(3):
        started = time.process_time()
        with pytest.raises(InadmissibleContractError):
            admit(HOSTILE[name][0])
        taken.append(time.process_time() - started)
    assert min(taken) < 0.05


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """Whoever has written it can fix it in one go."""
    with pytest.raises(InadmissibleContractError) as refused:
        admit(
            _content(
                schema={
                    "properties": {"a": {"$ref": "x"}, "b": {"type": "integer", "minimum": "x"}, "c": {"type": "x"}}
                }
            )
        )
    assert len(refused.value.reasons) == 3


def test_a_pattern_that_is_slow_elsewhere_is_let_in() -> None:
    """It is matched by an engine that takes linear time: one that tries every way would not end here."""
    exported = settings_class_of(admit(_with({"type": "string", "pattern": "^(a+)+$"})), "billing")
    exported(port="a" * 100)
    taken = []
    for _ in range(3):
        started = time.process_time()
        with pytest.raises(ValidationError, match="string_pattern_mismatch"):
            exported(port="a" * 100 + "!")
        taken.append(time.process_time() - started)
    assert min(taken) < 0.01
