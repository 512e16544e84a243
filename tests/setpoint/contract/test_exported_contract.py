"""An exported contract stands in for a settings class that can't be imported: it misses things, and invents none."""

import json
import sys
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, SecretStr, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.cli.main import main
from setpoint.contract.document.exported import read_exported_contract
from setpoint.contract.document.identity import digest
from setpoint.contract.document.manifest import settings_manifest
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.formats import registry
from setpoint.formats.for_people import Style
from setpoint.text.secret_values import looks_secret
from support.checking import checked, marks, run_setpoint

FAULTY = Path(__file__).parents[1] / "faulty"
EXPECTED: dict[str, dict[str, list[str]]] = json.loads((FAULTY / "expected.json").read_text())
CANARY = "kXwvQzmWncRt"


def _exported(settings_class: type[BaseSettings], folder: Path) -> type[BaseSettings]:
    path = folder / "contract.json"
    path.write_text(settings_manifest(SettingsContract.of(settings_class)))
    return read_exported_contract(str(path))


class Size(IntEnum):
    """A choice among numbers."""

    SMALL = 1
    LARGE = 2


class Pool(BaseModel):
    """Settings inside a setting, with names that no field can have."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(5, ge=1)
    json_: int = Field(1, alias="json")
    max_age: float = Field(1, alias="max-age")
    password: str = ""


class Every(BaseSettings):
    """Settings of every kind that a contract can describe."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_ignore_empty=True, env_parse_none_str="null")

    port: int = Field(80, ge=1, le=65_535)
    rate: float | None = None
    debug: bool = False
    name: str = Field("abc", min_length=3, pattern="^[a-z]+$")
    mode: Literal["fast", "safe"] = "safe"
    size: Size = Size.SMALL
    hosts: list[str] = []
    limits: dict[str, int] = {}
    either: int | Literal["auto"] = "auto"
    pool: Pool | None = None
    price: Decimal = Decimal(1)
    token: SecretStr = SecretStr("")
    keys: list[SecretStr] = []
    required: Annotated[int, Field(multiple_of=5)]


TEXTS = {
    "PORT": ["80", "0", "x", "8e1", " 80", "65536"],
    "RATE": ["0.5", "null", "x", "1e3", "nan"],
    "DEBUG": ["yes", "1", "on", "perhaps", "TRUE"],
    "NAME": ["abc", "ab", "ABC", "abcd1"],
    "MODE": ["fast", "slow", "Fast"],
    "SIZE": ["1", "3", "SMALL", "2"],
    "HOSTS": ['["a"]', "[1]", "a,b", "[]", "{}"],
    "LIMITS": ['{"a": 1}', '{"a": "x"}', "[]", '{"a": "2"}'],
    "EITHER": ["1", "auto", "x", "1.5"],
    "POOL": ['{"size": 2}', '{"size": 0}', '{"sise": 1}', "null", '{"json": 2, "max-age": "3"}'],
    "POOL__SIZE": ["3", "0", "x"],
    "POOL__JSON": ["3", "x"],
    "PRICE": ["1.5", "x"],
    "TOKEN": ["x", CANARY],
    "KEYS": ['["a"]', "[1]", CANARY],
    "REQUIRED": ["5", "7", "x", "10"],
    "REQUIRED_TOO": ["1"],
}
PAIRS = [(name, text) for name, texts in TEXTS.items() for text in texts]


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> type[BaseSettings]:
    """Return what the contract of `Every` gives."""
    return _exported(Every, tmp_path_factory.mktemp("contract"))


@given(pairs=st.lists(st.sampled_from(PAIRS), max_size=6))
def test_what_the_class_takes_the_contract_takes(every: type[BaseSettings], pairs: list[tuple[str, str]]) -> None:
    """And where the contract finds a fault, the class has one at the same place."""
    content = "".join(f"{name}={text}\n" for name, text in dict(pairs).items())
    by_class = [mark.partition(" ")[0] for mark in marks(checked(content, settings_class=Every))]
    by_contract = [mark for mark in marks(checked(content, settings_class=every)) if "SP408" not in mark]
    assert [mark for mark in by_contract if mark.partition(" ")[0] not in by_class] == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("REQUIRED=7\n", ["1:10-1:11 error SP401 invalid-value REQUIRED"]),
        ("PORT=0\n", ["1:6-1:7 error SP401 invalid-value PORT", "nowhere error SP302 missing-variable REQUIRED"]),
        ("required=5\nMODE=slow\n", ["2:6-2:10 error SP401 invalid-value MODE"]),
        ("REQUIRED=5\nSIZE=3\n", ["2:6-2:7 error SP401 invalid-value SIZE"]),
        ('REQUIRED=5\nLIMITS={"a": "x"}\n', ["2:14-2:17 error SP401 invalid-value LIMITS"]),
        ("REQUIRED=5\nPOOL__SIZE=0\n", ["2:12-2:13 error SP401 invalid-value POOL__SIZE"]),
        ("REQUIRED=5\nPOOL__SISE=0\n", ["2:1-2:11 error SP301 unknown-variable POOL__SISE"]),
        ("REQUIRED=5\nDEBUGG=1\n", ["2:1-2:7 error SP301 unknown-variable DEBUGG"]),
    ],
)  # fmt: skip
def test_the_contract_finds_most_faults(every: type[BaseSettings], content: str, expected: list[str]) -> None:
    """At the places that the class would name."""
    found = [mark.removeprefix("1.env:") for mark in marks(checked(content, settings_class=every))]
    assert [mark for mark in found if "SP408" not in mark] == expected


def test_what_is_secret_stays_so(every: type[BaseSettings]) -> None:
    """The types that say it are not in the contract, the list of secrets is."""
    report = checked(f'TOKEN={CANARY}\nKEYS=["{CANARY}", 1]\nPOOL__PASSWORD={CANARY}\nPORT=x\n', settings_class=every)
    assert report.status == "failed"
    for name in registry.FORMATS:
        assert CANARY[:6] not in registry.render(name, report, Style(colored=False))


@pytest.mark.parametrize("name", EXPECTED)
def test_no_faulty_file_gets_a_fault_that_the_class_does_not_find(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the contract can't know, it passes."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(FAULTY)
    contract = str(tmp_path / "contract.json")
    assert main(["schema", "--settings", "shop:Shop", contract]) == 0
    capsys.readouterr()
    words = ["check", f"{name}.env", "--schema", contract, "--format", "json", *EXPECTED[name].get("options", [])]
    main(words)
    found = {each["code"] for each in json.loads(capsys.readouterr().out)["diagnostics"]}
    # Words for people on where to get a value are in the class alone, and secret defaults nowhere else.
    assert found - {"SP408"} <= {each.split()[2] for each in EXPECTED[name]["findings"]}


@given(st.sampled_from([int, float, bool, str, list[int], dict[str, bool], Literal["a", 1], int | None]), st.text())
def test_any_text_that_a_type_takes_its_contract_takes(kind: Any, text: str) -> None:
    """The schema of a type never refuses what the type takes."""
    made = create_model("Made", __base__=BaseSettings, field=(kind, None))
    contract = SettingsContract.of(made)
    document = json.loads(settings_manifest(contract))
    assert document["digest"] == digest(document)
    value = text.replace("'", "").replace("\0", "").replace("\n", "")
    if looks_secret(value):
        return
    passed = checked(f"FIELD='{value}'\n", settings_class=made).status == "passed"
    assert not passed or checked(f"FIELD='{value}'\n", settings_class=_remade(document)).status == "passed"


def _remade(document: dict[str, Any]) -> type[BaseSettings]:
    from setpoint.contract.document.exported import _Maker  # noqa: PLC0415 - without a file for each of hundreds

    return _Maker(document).settings_class("contract.json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 2}, "is not a contract of version 1"),
        ({"secrets": ["NOTHING"]}, "is not a contract; `setpoint schema` writes one"),
        ({"schema": {"type": "object", "properties": {"port": {"type": "date"}}}}, "is not a contract;"),
        (
            {"schema": {"type": "object", "properties": {"port": {"type": "string", "pattern": "("}}}},
            "is not a contract;",
        ),
        ({"schema": {"type": "object", "properties": {"port": {"enum": []}}}}, "is not a contract;"),
        ({"reading": {}}, "is not a contract;"),
        ({"schema": []}, "is not a contract;"),
        ({"variables": []}, "is not a contract;"),
        ({"digest": "sha256:0"}, "its digest does not match; export it again"),
    ],
)
def test_a_document_that_is_no_contract_is_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    """Nothing is checked against half a contract."""
    document = json.loads(settings_manifest(SettingsContract.of(Every))) | change
    if "digest" not in change:
        document["digest"] = digest(document)
    path = tmp_path / "contract.json"
    path.write_text(json.dumps(document))
    with pytest.raises(UnableError, match=words):
        read_exported_contract(str(path))


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"version": 1', b"[" * 100_000, b"null"])
def test_a_file_that_is_no_document_is_refused(tmp_path: Path, content: bytes) -> None:
    """In one line, with status 2."""
    (tmp_path / "contract.json").write_bytes(content)
    (tmp_path / "a.env").write_text("A=1\n")
    ended = run_setpoint("check", "a.env", "--schema", "contract.json", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.startswith(b"error: `contract.json` is not a contract")
    ended = run_setpoint("check", "a.env", "--schema", "contract.json", "--settings", "a:B", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr == b"error: use either `--schema` or `--settings`\n"
    ended = run_setpoint("check", "a.env", "--schema", "nowhere.json", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (2, b"error: cannot read `nowhere.json`: no such file or directory\n")
