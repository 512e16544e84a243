"""A value is looked for where pydantic would look for it."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field, RootModel
from pydantic_settings import BaseSettings, JsonConfigSettingsSource, SettingsConfigDict

from setpoint.application.gathering import of_a_start
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.resolution.given_value import NOTHING, keys_taken, path_taken, value_at_path
from setpoint.resolution.provenance import provenances


@pytest.mark.parametrize(
    ("path", "found"),
    [(["a", 0], 1), (["a", -1], 2), (["a", 2], NOTHING), (["a", -3], NOTHING), (["a", "b"], NOTHING), (["b"], NOTHING)],
)
def test_a_path_leads_to_an_item_or_nowhere(path: list[str | int], found: Any) -> None:
    """From the end of a list, too."""
    assert value_at_path({"a": [1, 2]}, path) is found


class Aliased(BaseModel):
    """Each field has another way to its value."""

    port: int = Field(1, validation_alias=AliasChoices(AliasPath("service", "port"), "PORT"))  # type: ignore[pydantic-alias]
    host: str = Field("none", validation_alias=AliasChoices("HOST", AliasPath("service", "host")))  # type: ignore[pydantic-alias]
    name: str = Field("none", alias="title")


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ({"service": {"port": 1, "host": "a"}}, {"port": ["service", "port"], "host": ["service", "host"]}),
        ({"service": [], "PORT": 1, "HOST": "a"}, {"port": ["PORT"], "host": ["HOST"]}),
        ({"service": {"port": 1, "host": "a"}, "HOST": "b"}, {"port": ["service", "port"], "host": ["HOST"]}),
        ({"name": "a"}, {}),
    ],
)
def test_of_several_ways_to_a_value_the_first_that_leads_to_one_counts(
    values: dict[str, Any], paths: dict[str, list[str]]
) -> None:
    """One way that counts for one field takes nothing from another, and no field has a name besides its aliases."""
    found = {name: path_taken(Aliased, name, values) for name in Aliased.model_fields}
    assert {name: path for name, path in found.items() if path} == paths


class Around(BaseModel):
    """Holds another model under an alias."""

    inner: Aliased = Field(Aliased(), validation_alias=AliasChoices("inner", "old"))  # type: ignore[pydantic-alias]


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"around": {"old": {"service": {"port": 1}}}}, ["old", "service", "port"]),
        ({"around": {"inner": {"PORT": 1}, "old": {"service": {"port": 1}}}}, ["inner", "PORT"]),
        ({"around": {"inner": {}, "old": {"PORT": 1}}}, None),
    ],
)
def test_the_first_key_that_leads_to_a_model_counts_for_all_of_its_fields(
    values: dict[str, Any], keys: list[str] | None
) -> None:
    """What is under the other keys of the model counts for nothing."""

    class Outer(BaseModel):
        around: Around

    assert keys_taken(Outer, ("around", "inner", "port"), values) == keys


class File(BaseModel):
    """One kind of store."""

    kind: Literal["file"] = "file"
    path: str = "p"


class Bucket(BaseModel):
    """The other one, which keeps what it does not know."""

    model_config = ConfigDict(extra="allow")

    kind: Literal["bucket"]
    inside: File = Field(File(), validation_alias=AliasPath("outer", "inner"))  # type: ignore[pydantic-alias]


class Stores(BaseSettings):
    """A file for people says what there is."""

    model_config = SettingsConfigDict(json_file="stores.json")

    store: Annotated[File | Bucket, Field(discriminator="kind")] = File()
    stores: list[File | bool] = []
    by_name: dict[str, RootModel[File]] = {}
    labels: dict[str, int] = {}

    @classmethod
    def settings_customise_sources(cls, *_: Any, **__: Any) -> tuple[Any, ...]:
        """Read nothing but the file."""
        return (JsonConfigSettingsSource(cls),)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"store": {"kind": "file", "port": 1}}, {"store": {"kind": "file"}}),
        ({"store": {"kind": "bucket", "port": 1}}, None),
        ({"store": {"kind": "bucket", "outer": {"inner": {"path": "q"}}}}, None),
        ({"stores": [{"path": "q", "port": 1}, True]}, {"stores": [{"path": "q"}, True]}),
        ({"by_name": {"a": {"path": "q", "port": 1}}}, {"by_name": {"a": {"path": "q"}}}),
        ({"labels": {"a": 1}}, None),
        ({"store": {"kind": "file", "port": 1}, "labels": {"a": "x"}}, None),
    ],
)
def test_keys_of_a_config_file_that_its_models_ignore_are_no_part_of_a_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], told: dict[str, Any] | None
) -> None:
    """Which models those are shows once the class is built; until then all that is given may count."""
    monkeypatch.chdir(tmp_path)
    Path("stores.json").write_text(json.dumps(given))
    subject = of_a_start(SettingsContract.of(Stores), {}, Project(tmp_path))
    found = {each.variable.setting[0]: each.winner for each in provenances(subject) if each.winner}
    assert {name: json.loads(each.value.raw) for name, each in found.items()} == (told or given)


class Named(BaseSettings):
    """Reads two of its fields by aliases, which have no prefix."""

    model_config = SettingsConfigDict(env_file=".env", env_prefix="APP_", env_nested_delimiter="__", extra="ignore")

    port: int = Field(1, validation_alias=AliasChoices("port", "thePort"))  # type: ignore[pydantic-alias]
    file: File = Field(File(), alias="theFile")
    url: str = Field("none", alias="service_url")


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("APP_THEPORT=2", {}),
        ('APP_THEFILE={"path": "q"}', {}),
        ("APP_THEFILE__PATH=q", {}),
        ("APP_PORT=2", {("port",): "2"}),
        ("APP_SERVICE_URL=a", {("url",): "a"}),
        ("APP_SERVICE_URL=a\nSERVICE_URL=b", {("url",): "a"}),
        ("SERVICE_URL=b\nAPP_SERVICE_URL=a", {("url",): "a"}),
        ("APP_PORT=3\nTHEPORT=2", {("port",): "3"}),
        ("THEPORT=2", {("port",): "2"}),
        ("thefile__PATH=q", {("file", "path"): "q"}),
    ],
)
def test_what_is_left_of_a_name_in_an_env_file_is_taken_in_the_case_of_the_alias(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, given: dict[tuple[str, ...], str]
) -> None:
    """The source leaves out the prefix of what it does not know, and the class ignores what is no alias then."""
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text(f"{line}\n")
    subject = of_a_start(SettingsContract.of(Named), {}, Project(tmp_path))
    assert subject.validated.settings == Named()
    found = {each.variable.setting: each.winner.value.raw for each in provenances(subject) if each.winner}
    assert found == given
