"""A manifest leads from variables to values, holds no secret, and is the same text for the same class."""

import json
from pathlib import Path
from typing import Annotated, Self

from inline_snapshot import snapshot
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.settings import Settings
from setpoint.contract.document.identity import digest
from setpoint.contract.document.manifest import as_json, settings_manifest
from setpoint.contract.settings_class import SettingsContract
from support.checking import run_config, run_setpoint

CANARY = "kXwvQzmWncRt"


class Pool(BaseModel):
    """Settings inside a setting, with a secret among them."""

    model_config = ConfigDict(extra="forbid")

    size: Annotated[int, Field(ge=1)] = 5
    max_age: int = Field(alias="maxAge")
    password: str = CANARY


class Shop(BaseSettings):
    """Something of everything."""

    model_config = SettingsConfigDict(
        env_prefix="SHOP_", env_nested_delimiter="__", use_attribute_docstrings=True, env_ignore_empty=True
    )

    region: str
    """Where the shop is."""

    pool: Pool
    key: str = Field(CANARY, validation_alias="BANK_PASSWORD")
    url: str = f"amqp://u:{CANARY}@h"
    labels: dict[str, str] = {"token": CANARY}
    old: int | None = Field(None, deprecated=True)
    hosts: set[str] = {"a", "b", "c"}
    port: int = 80

    @field_validator("port")
    @classmethod
    def _is_odd(cls, port: int) -> int:
        return port

    @model_validator(mode="after")
    def _fits(self) -> Self:
        return self


def test_a_manifest_says_how_variables_lead_to_values() -> None:
    """Prefix, alias and nesting are not in a JSON Schema."""
    manifest = as_json(SettingsContract.of(Shop))
    assert manifest.pop("digest") == digest(manifest)
    assert {key: value for key, value in manifest.items() if key != "schema"} == snapshot(
        {
            "version": 1,
            "reading": {
                "case_sensitive": False,
                "ignore_empty": True,
                "prefix": "SHOP_",
                "nested_delimiter": "__",
                "nested_max_split": None,
                "none_text": None,
                "file_variables": False,
                "secrets_directories": [],
            },
            "variables": {
                "SHOP_REGION": ["region"],
                "SHOP_POOL": ["pool"],
                "SHOP_POOL__SIZE": ["pool", "size"],
                "SHOP_POOL__MAXAGE": ["pool", "maxAge"],
                "SHOP_POOL__PASSWORD": ["pool", "password"],
                "BANK_PASSWORD": ["key"],
                "SHOP_URL": ["url"],
                "SHOP_LABELS": ["labels"],
                "SHOP_OLD": ["old"],
                "SHOP_HOSTS": ["hosts"],
                "SHOP_PORT": ["port"],
            },
            "secrets": ["SHOP_POOL", "SHOP_POOL__PASSWORD", "BANK_PASSWORD"],
            "checked_by_class_alone": [
                {"place": [], "reason": "validator across fields"},
                {"place": ["port"], "reason": "validator"},
            ],
        }
    )
    assert manifest["schema"] == snapshot(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Shop",
            "type": "object",
            "properties": {
                "region": {"description": "Where the shop is.", "type": "string"},
                "pool": {
                    "writeOnly": True,
                    "type": "object",
                    "properties": {
                        "size": {"type": "integer", "minimum": 1, "default": 5},
                        "maxAge": {"type": "integer"},
                        "password": {"writeOnly": True, "type": "string"},
                    },
                    "required": ["maxAge"],
                    "additionalProperties": False,
                },
                "key": {"writeOnly": True, "type": "string"},
                "url": {"type": "string"},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "old": {"deprecated": True, "anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
                "hosts": {
                    "type": "array",
                    "uniqueItems": False,
                    "items": {"type": "string"},
                    "default": ["a", "b", "c"],
                },
                "port": {"type": "integer", "default": 80},
            },
            "required": ["region", "pool"],
            "additionalProperties": False,
        }
    )


def test_a_manifest_holds_no_default_of_a_secret() -> None:
    """Whether the type, the name, an alias or the value itself tells."""
    assert CANARY[:6] not in settings_manifest(SettingsContract.of(Shop))


def test_a_manifest_of_the_same_class_is_the_same_text() -> None:
    """Whatever the order in which Python's hashes put a set."""
    outputs = {run_config("schema", environment={"PYTHONHASHSEED": seed}).stdout for seed in ("1", "2")}
    assert outputs == {settings_manifest(SettingsContract.of(Settings)).encode()}
    made_again = create_model("Shop", __base__=Shop)
    assert as_json(SettingsContract.of(made_again))["digest"] == as_json(SettingsContract.of(Shop))["digest"]


def test_the_command_writes_the_manifest_and_finds_drift(tmp_path: Path) -> None:
    """Like the other generated files, by the place that the project names."""
    (tmp_path / "theirs.py").write_text(
        "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    port: int\n"
    )
    (tmp_path / "pyproject.toml").write_text(
        '[tool.setpoint]\nsettings = "theirs:Settings"\nschema = "a/schema.json"\n'
    )
    statuses = [run_setpoint("schema", *words, cwd=tmp_path).returncode for words in (["--check"], [], ["--check"])]
    assert statuses == [1, 0, 0]
    manifest = json.loads((tmp_path / "a" / "schema.json").read_bytes())
    assert manifest["schema"]["properties"] == {"port": {"type": "integer"}}
    (tmp_path / "theirs.py").write_text(
        "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    port: float\n"
    )
    assert run_setpoint("schema", "--check", cwd=tmp_path).returncode == 1
