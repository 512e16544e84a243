"""Variables that set a part: keys of several models, names cut elsewhere, values that others are taken from."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from inline_snapshot import snapshot
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    Field,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from support.checking import checked, messages, run_setpoint
from support.differential.catalogue import nesting, unions


class Cat(BaseModel):
    """One of two."""

    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    """The other."""

    kind: Literal["dog"]
    bark: str


class Owner(BaseModel):
    """It owns one of them, or another owner."""

    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    friend: "Owner | None" = None


class Kennel(BaseSettings):
    """Its keys belong to no single model."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    owner: Owner = Owner()
    dogs: dict[str, Dog] = {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PET__KIND=cat\nPET__LIVES=9", []),
        ("PET__KIND=cat\nPET__LIVES=x", ["`PET__LIVES` is not an integer"]),
        ('PET={"kind": "cat", "lives": "x"}', ["`lives` in `PET` is not an integer"]),
        ("PET__KIND=dog", ["`PET__BARK` is required but not set"]),
        ("OWNER__PET__KIND=cat\nOWNER__PET__LIVES=x", ["`OWNER__PET__LIVES` is not an integer"]),
        ("OWNER__FRIEND__PET__KIND=dog\nOWNER__FRIEND__PET__BARK=loud", []),
        ("OWNER__PET__KIND=dog", ["`OWNER__PET__BARK` is required but not set"]),
        ("DOGS__REX__KIND=dog\nDOGS__REX__BARK=loud", []),
        ("DOGS__REX__KIND=dog", ["`DOGS__REX__BARK` is required but not set"]),
    ],
)
def test_keys_of_several_models_are_known_and_their_faults_found(text: str, words: list[str]) -> None:
    """Pydantic puts the name of the model between the keys, and a key that is missing has a name all the same."""
    assert messages(checked(text, settings_class=Kennel)) == words


class Azure(BaseModel):
    """Two models deep."""

    api_key: str


class Model(BaseModel):
    """Its key has the delimiter of the settings in its name."""

    api_key: str
    azure: Azure | None = None


class Cut(BaseSettings):
    """Names are cut at each delimiter."""

    model_config = SettingsConfigDict(env_nested_delimiter="_")

    llm: Model


class CutOnce(Cut):
    """Names are cut at the first delimiter alone."""

    model_config = SettingsConfigDict(env_nested_max_split=1)


@pytest.mark.parametrize(
    ("settings_class", "text", "words"),
    [
        (
            *(Cut, "LLM_API_KEY=k"),
            ["no setting reads `LLM_API_KEY`", "`api_key` in `LLM` is missing a required value"],
        ),
        (Cut, "", ["`LLM` is required but not set"]),
        (Cut, 'LLM={"api_key": "k"}', []),
        (CutOnce, "LLM_API_KEY=k", []),
        (CutOnce, "LLM_API_KEY=k\nLLM_AZURE_API_KEY=k", ["no setting reads `LLM_AZURE_API_KEY`"]),
        (CutOnce, "", ["`LLM_API_KEY` is required but not set"]),
    ],
)
def test_a_name_that_the_class_cuts_elsewhere_sets_nothing(
    settings_class: type[BaseSettings], text: str, words: list[str]
) -> None:
    """A delimiter of one underscore is a common trap."""
    assert messages(checked(text, settings_class=settings_class)) == words


class Packed(BaseSettings):
    """Two settings of one value, each with a name of its own."""

    host: str = Field("", validation_alias=AliasChoices(AliasPath("PACK", "host"), "HOST"))  # type: ignore[pydantic-alias]  # two names are the point
    port: int = Field(1, validation_alias=AliasChoices("PORT", AliasPath("PACK", "port")))  # type: ignore[pydantic-alias]  # two names are the point


@pytest.mark.parametrize("text", ['PACK={"host": "a", "port": 2}', 'PACK={"host": "a"}\nPORT=2', "HOST=a\nPORT=2"])
def test_a_value_that_others_are_taken_from_is_no_old_name(text: str) -> None:
    """To take it out would take more than one setting."""
    assert messages(checked(text, settings_class=Packed)) == []


_IN_VALUES = """
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Queue(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="QUEUE_", env_file=".env", extra="ignore")

    size: int = 1
    phrase: SecretStr = SecretStr("")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    page: str = ""
    queues: dict[str, Queue] = Field(default_factory=lambda: {"first": Queue(), "second": Queue(size=7)})
"""


def test_what_a_class_reads_for_values_in_a_collection_has_its_origin(tmp_path: Path) -> None:
    """It is no stranger, `explain` knows it, and its secrets are hidden wherever else they are."""
    (tmp_path / "in_values.py").write_text(_IN_VALUES)
    (tmp_path / ".env").write_text("QUEUE_SIZE=5\nQUEUE_PHRASE=Nine-white-Swans\nPAGE=Nine-white-Swans\n")
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "in_values:Settings"\n')
    shown = run_setpoint("show", cwd=tmp_path, environment={"QUEUE_SIZE": "6"})
    assert shown.stdout.decode() == snapshot("""\
PAGE          ********    .env:3:1
QUEUES        (computed)  default
QUEUE_SIZE    6           process environment
              shadows 5 from .env:1:1
QUEUE_PHRASE  ********    .env:2:1
""")
    explained = run_setpoint("explain", "queue_size", cwd=tmp_path)
    assert explained.stdout.decode() == snapshot("""\
QUEUE_SIZE

Setting: queues.size
Value: an integer
Default: 1

QUEUE_SIZE is 5 (.env:1:1)
""")


@pytest.mark.parametrize(
    ("settings_class", "in_file", "in_process", "lacking"),
    [
        (unions.ModelsByName, 'GROUPS={"g1": {"name": "n"}}', {"GROUPS__G2__COUNT": "1"}, "GROUPS__G2__NAME"),
        (unions.ModelsInUnionByName, 'STORES={"a":{"kind": "bucket"}}', {"STORES__B__KIND": "file"}, "STORES__B__PATH"),
        (nesting.Deep, 'POOL={"size": 1}', {"POOL__DB__PORT": "1"}, "POOL__DB__HOST"),
    ],
)
def test_a_value_that_leads_nowhere_near_a_lacking_part_is_not_to_blame(
    settings_class: type[BaseSettings], in_file: str, in_process: dict[str, str], lacking: str
) -> None:
    """Another source has what is around the part, and the line in the file is as good as any."""
    report = checked(f"{in_file}\n", settings_class=settings_class, environment=in_process)
    assert [(each.code, each.variable, each.location) for each in report.diagnostics] == [("SP302", lacking, None)]


@pytest.mark.parametrize(
    ("settings_class", "good", "bad"),
    [
        (unions.ModelsByName, 'GROUPS={"g1": {"name": "n", "count": 1}}', "GROUPS__=x"),
        (unions.NumbersByName, 'LIMITS={"a": 1}', "LIMITS__=x"),
    ],
)
def test_a_key_without_a_name_is_a_key(settings_class: type[BaseSettings], good: str, bad: str) -> None:
    """A name that ends in the delimiter sets it, and the value around it is not to blame."""
    found = checked(f"{good}\n{bad}\n", settings_class=settings_class).diagnostics
    assert [(each.code, each.location and each.location.line) for each in found] == [("SP401", 2)]


class Queue(BaseSettings):
    """Builds values."""

    model_config = SettingsConfigDict(env_prefix="QUEUE_", extra="ignore")

    size: int = 1


class Needy(BaseSettings):
    """Builds values, too, and can't do so by itself."""

    model_config = SettingsConfigDict(env_prefix="NEEDY_", extra="ignore")

    size: int


class Queues(BaseSettings):
    """Has values that other settings classes build."""

    model_config = SettingsConfigDict(extra="ignore")

    queues: dict[str, Queue] = Field(default_factory=lambda: {"first": Queue()})
    either: Queue | str = Field(default_factory=Queue)


class NeedyQueues(BaseSettings):
    """Has a value that can't be built."""

    needy: list[Needy] = Field(default_factory=lambda: [Needy.model_validate({})])


def test_what_a_class_refuses_for_a_value_in_a_collection_is_at_its_variable() -> None:
    """The default factory is not at fault, and one line is told once."""
    found = checked("QUEUE_SIZE=x\n", settings_class=Queues).diagnostics
    assert [(each.message, each.label, each.location and each.location.line) for each in found] == [
        ("`QUEUE_SIZE` is not an integer", "expected an integer", 1)
    ]


def test_what_a_class_lacks_for_a_value_in_a_collection_is_named() -> None:
    """The factory, which makes it, is not at fault."""
    assert messages(checked("", settings_class=NeedyQueues)) == ["`NEEDY_SIZE` is required but not set"]


class Replica(BaseSettings):
    """Has a prefix of its own."""

    model_config = SettingsConfigDict(env_prefix="PG_")

    port: int = 1


class Replicated(BaseSettings):
    """One settings class makes all of its values."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    first: Replica = Field(default_factory=Replica)
    fixed: Replica = Field(default_factory=lambda: Replica(port=7))
    ready: Replica = Replica()
    given: Replica = Replica()


def test_each_value_that_one_class_builds_has_origins_of_its_own() -> None:
    """What is handed to one of them says nothing of the others, nor does a default that a module has made before."""
    process = ProcessEnvironment({"PG_PORT": "3", "GIVEN__PORT": "4"})
    subject = Subject(SettingsContract.of(Replicated), Gathered(environment=process))
    found = {".".join(each.variable.setting): each for each in provenances(subject)}
    assert {setting: each.winner and each.winner.value.raw for setting, each in found.items()} == {
        "first.port": "3",
        "fixed.port": "7",
        "ready.port": "3",
        "given.port": "4",
    }
    assert {setting: len(each.shadowed) for setting, each in found.items() if each.shadowed} == {
        "fixed.port": 1,
        "given.port": 1,
    }


class Handed(BaseSettings):
    """One settings class makes values of several fields, and reads what counts for one of them alone."""

    fixed: Replica = Field(default_factory=lambda: Replica(port=7))
    either: Replica | str | None = None
    rows: list[Replica] = []


@pytest.mark.parametrize(
    ("rows", "counts"),
    [("[]", None), ('[{"port": 4}]', None), ("[{}]", "rows.port"), ('[{"port": 4}, {}]', "rows.port")],
)
def test_what_counts_for_a_value_in_a_collection_is_told_of_its_field(rows: str, counts: str | None) -> None:
    """It may be shadowed where another value is handed the same."""
    process = ProcessEnvironment({"PG_PORT": "3", "EITHER": '{"port": 5}', "ROWS": rows})
    subject = Subject(SettingsContract.of(Handed), Gathered(environment=process))
    won = [each for each in provenances(subject) if each.winner and each.winner.name == "PG_PORT"]
    read = {".".join(map(str, each.variable.setting)) for each in won if each.winner and each.winner.source is None}
    assert read == ({counts} if counts else set())
