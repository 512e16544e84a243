"""A name of a part of a value is known where the class takes that part, and only there."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, Field, RootModel, SecretStr
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered
from support.checking import checked
from support.differential.catalogue import files, names, nesting, unions, validators

_OF_STORE = ("STORE__KIND", "STORE__PATH", "STORE__PORT")
_OF_GROUP = ("GROUPS__ANY__COUNT", "GROUPS__ANY__NAME", "groups__any__name")
_OF_DB = ("DB__HOST", "DB__PORT")
KNOWN: list[tuple[type[BaseSettings], tuple[str, ...], tuple[str, ...]]] = [
    (unions.Either, _OF_STORE, ("STORE__PROT", "STORE__KIND__X", "STORE__")),
    (unions.Discriminated, _OF_STORE, ("STORE__PROT",)),
    (unions.DiscriminatedByFunction, _OF_STORE, ("STORE__PROT",)),
    (unions.ModelOrText, ("STORE__PATH",), ("STORE__PORT",)),
    (unions.ModelsByName, (*_OF_GROUP, "GROUPS__ANY"), ("GROUPS__ANY__CUONT", "GROUPS__ANY__COUNT__X")),
    (unions.NumbersByName, ("LIMITS__ANY",), ("LIMITS__ANY__MORE",)),
    (unions.ListsByName, ("LISTS__ANY",), ("LISTS__ANY__0",)),
    (unions.Anything, ("LABELS__ANY__THING", "MORE__ANY__THING"), ()),
    (unions.OpenModel, ("POOL__SIZE", "POOL__OTHER"), ()),
    (unions.ModelsInUnionByName, ("STORES__ANY__KIND",), ("STORES__ANY__KINDS",)),
    (nesting.PydanticDataclass, _OF_DB, ("DB__HOSTS",)),
    (nesting.PlainDataclass, _OF_DB, ("DB__HOSTS",)),
    (nesting.Typed, _OF_DB, ("DB__HOSTS",)),
    (nesting.Tuple, _OF_DB, ("DB__HOSTS",)),
    (nesting.NestsItself, ("NODE__CHILD__CHILD__NAME",), ("NODE__CHILD__CHILD__NAMES",)),
    (nesting.SplitOnce, ("APP_DB_HOST",), ("APP_DB_HOST_NAME",)),
    (names.PathsOrNames, ("SERVICE", "SERVICE__PORT", "SERVICE__POOL__SIZE"), ("SERVICE__SIZE", "SERVICE__POOL__X")),
    (names.PathIntoObject, ("SERVICE",), ("SERVICE__PORT",)),
]


@pytest.mark.parametrize(("settings_class", "known", "unknown"), KNOWN)
def test_a_part_has_a_name_where_the_class_takes_it(
    settings_class: type[BaseSettings], known: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    """Below unions, in dicts of models, in dataclasses, typed dicts and named tuples."""
    contract = SettingsContract.of(settings_class)
    assert [name for name in known if contract.find(name) is None] == []
    assert [name for name in unknown if contract.find(name) is not None] == []


MISSPELT: list[tuple[type[BaseSettings], str, str | None]] = [
    (unions.Either, "STORE__PROT=1\n", "did you mean `STORE__PORT`?"),
    (unions.ModelsByName, "GROUPS__G1__CUONT=1\n", "did you mean `GROUPS__G1__COUNT`?"),
    (unions.ModelsInUnionByName, "STORES__A__PAHT=p\n", "did you mean `STORES__A__PATH`?"),
    (nesting.Typed, "DB__HOTS=a\n", "did you mean `DB__HOST`?"),
    (nesting.Tuple, "DB__PROT=1\n", "did you mean `DB__PORT`?"),
    (nesting.NestsItself, "NODE__CHILD__CHIDL__NAME=a\n", "did you mean `NODE__CHILD__CHILD__NAME`?"),
    (unions.Either, "STORE__SOMETHING_ELSE=1\n", None),
]


@pytest.mark.parametrize(("settings_class", "content", "label"), MISSPELT)
def test_a_misspelt_part_is_an_error_with_what_was_meant(
    settings_class: type[BaseSettings], content: str, label: str | None
) -> None:
    """The key keeps the names around it, which may be anything."""
    found = [each for each in checked(content, settings_class=settings_class).diagnostics if each.code == "SP301"]
    assert [(each.severity.value, each.label) for each in found] == [("error", label)]


OF_PLAIN_VALUES: list[tuple[str, list[str]]] = [
    ("DB__HOST=h\nDB__PORT__X=1\n", ["SP401 `DB__PORT__X` is read as a part of `DB__PORT`, which has no parts"]),
    ("DB__HOST=h\nDB__PORT=1\nDB__PORT__X=1\n", ["SP301 no setting reads `DB__PORT__X`"]),
    (
        "DB__PORT__X=1\nDB__PORT__Y__Z=1\nDB__HOST=h\n",
        [
            "SP401 `DB__PORT__X` is read as a part of `DB__PORT`, which has no parts",
            "SP401 `DB__PORT__Y__Z` is read as a part of `DB__PORT`, which has no parts",
        ],
    ),
]
OF_OPEN_VALUES: list[tuple[type[BaseSettings], str, list[str]]] = [
    (
        unions.ModelsByName,
        "GROUPS__G1__NAME=n\nGROUPS__G1__COUNT__X=1\nGROUPS__G2__COUNT=x\nGROUPS__G2__NAME=n\n",
        [
            "SP401 `GROUPS__G1__COUNT__X` is read as a part of `GROUPS__G1__COUNT`, which has no parts",
            "SP401 `GROUPS__G2__COUNT` is not an integer",
        ],
    ),
    (
        unions.NumbersByName,
        "LIMITS__CPU__X=1\n",
        ["SP401 `LIMITS__CPU__X` is read as a part of `LIMITS__CPU`, which has no parts"],
    ),
    (
        unions.Discriminated,
        "STORE__KIND=file\nSTORE__PATH__X=1\n",
        ["SP401 `STORE__PATH__X` is read as a part of `STORE__PATH`, which has no parts"],
    ),
]


@pytest.mark.parametrize(("settings_class", "content", "found"), OF_OPEN_VALUES)
def test_a_part_of_what_has_none_is_told_once_below_any_key(
    settings_class: type[BaseSettings], content: str, found: list[str]
) -> None:
    """What has no variable of its own, because its key may be any, has a place all the same."""
    report = checked(content, settings_class=settings_class)
    assert [f"{each.code} {each.message}" for each in report.diagnostics] == found


@pytest.mark.parametrize(("content", "found"), OF_PLAIN_VALUES)
def test_a_part_of_what_has_none_is_told_once(content: str, found: list[str]) -> None:
    """The class refuses what it makes of the value, where no variable of its own gives it."""
    report = checked(content, settings_class=nesting.Nested)
    assert [f"{each.code} {each.message}" for each in report.diagnostics] == found


class Numbered(BaseModel):
    """What has a number."""

    count: int = 0


class Keys(BaseSettings):
    """Its keys have types, too."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    groups: dict[int, Numbered] = {}
    limits: dict[Literal["low", "high"], int] = {}


class TypedExtras(BaseSettings):
    """What has no field has a type."""

    __pydantic_extra__: dict[str, int]
    model_config = SettingsConfigDict(extra="allow", env_file=".env")

    port: int = 1


REFUSED_NAMES: list[tuple[type[BaseSettings], str, str, tuple[int, int]]] = [
    (Keys, "GROUPS__1__COUNT=1\nGROUPS__A__COUNT=1\n", "the key `a` in `GROUPS__A__COUNT` is not an integer", (2, 1)),
    (Keys, 'GROUPS={"a":{"count":1}}\n', "the key `a` in `GROUPS` is not an integer", (1, 9)),
    (Keys, "LIMITS__MID=1\n", "the key `mid` in `LIMITS__MID` is not one of the allowed values", (1, 1)),
    (Keys, "LIMITS__LOW=x\n", "`LIMITS__LOW` is not an integer", (1, 13)),
    (TypedExtras, "PORT=1\nfoo=x\n", "`foo` is not an integer", (2, 5)),
]


@pytest.mark.parametrize(("settings_class", "content", "message", "place"), REFUSED_NAMES)
def test_a_refused_key_is_found_in_the_name_that_gives_it(
    settings_class: type[BaseSettings], content: str, message: str, place: tuple[int, int]
) -> None:
    """It is the key that has to change there, and not the value after it."""
    (found,) = (each for each in checked(content, settings_class=settings_class).diagnostics if each.code == "SP401")
    assert found.message == message
    assert found.location is not None
    assert (found.location.line, found.location.column) == place


def test_what_a_class_keeps_is_known_even_if_it_refuses_something_else() -> None:
    """Whoever removed it would change what the app gets."""
    for content in ("PORT=x\nbar=3\n", "PORT=1\nbar=x\nmore=1\n"):
        assert [each.code for each in checked(content, settings_class=TypedExtras).diagnostics] == ["SP401"]


MISSING: list[tuple[type[BaseSettings], str, list[str]]] = [
    (unions.Discriminated, "STORE__PATH=p\n", ["STORE__KIND"]),
    (unions.Discriminated, "STORE__KIND=file\n", ["STORE__PATH"]),
    (unions.Either, "STORE__KIND=file\n", ["STORE__PATH"]),
    (unions.ModelsByName, "GROUPS__G1__COUNT=1\nGROUPS__G2__NAME=n\n", ["GROUPS__G1__NAME"]),
    (nesting.PlainDataclass, "DB__PORT=1\n", ["DB__HOST"]),
    (nesting.Typed, "DB__PORT=1\n", ["DB__HOST"]),
    (nesting.Tuple, "DB__PORT=1\n", ["DB__HOST"]),
    (files.NestedSecrets, "MYAPP_PORT=1\n", ["MYAPP_DB__PASSWORD"]),
    (unions.Discriminated, 'STORE={"path": "p"}\n', []),
]


@pytest.mark.parametrize(("settings_class", "content", "names"), MISSING)
def test_a_missing_part_is_told_by_its_name(settings_class: type[BaseSettings], content: str, names: list[str]) -> None:
    """It is missing from no value that stands somewhere, so it has no place."""
    found = [each for each in checked(content, settings_class=settings_class).diagnostics if each.code == "SP302"]
    assert [each.variable for each in found] == names
    assert all(each.location is None for each in found)


def test_what_a_union_takes_for_a_part_is_told_of_all_its_members() -> None:
    """The part is a tag of each of them."""
    report = checked("STORE__PATH=p\n", settings_class=unions.Discriminated)
    assert [each.label for each in report.diagnostics] == ["expected `file` or `bucket`"]


def test_a_name_inside_a_model_is_known_by_its_variable() -> None:
    """A model of its own has a variable for each of its fields."""
    contract = SettingsContract.of(validators.InsideModel)
    assert contract.inside(("pool", "low")) is None
    assert [each.setting for each in contract.variables if each.name == "POOL__LOW"] == [("pool", "low")]


class Led(BaseSettings):
    """Takes settings out of a value in which others are as well."""

    model_config = SettingsConfigDict(extra="forbid")

    host: str = Field(validation_alias=AliasPath("SERVICE", "web", "host"))  # type: ignore[pydantic-alias]  # on purpose
    port: int = Field(validation_alias=AliasPath("SERVICE", "ports", 1))  # type: ignore[pydantic-alias]  # on purpose
    token: SecretStr = Field(SecretStr(""), validation_alias=AliasPath("SERVICE", "token"))  # type: ignore[pydantic-alias]  # on purpose


LED: list[tuple[str, list[str]]] = [
    (
        'SERVICE={"web":{},"ports":[1],"token":"hunter2"}',
        [
            "SP401 `web.host` in `SERVICE` is missing a required value",
            "SP401 `ports[1]` in `SERVICE` is missing a required value",
        ],
    ),
    ('SERVICE={"web":{"host":"h"},"ports":[1,"x"]}', ["SP401 `ports[1]` in `SERVICE` is not an integer"]),
    ("SERVICE=hunter2", ["SP401 `SERVICE` is not valid JSON"]),
]


@pytest.mark.parametrize(("line", "told"), LED, ids=("incomplete", "invalid", "no JSON"))
def test_what_an_alias_does_not_find_in_a_value_is_missing_there(line: str, told: list[str]) -> None:
    """The variable is set, so nobody is told that it is not, or that it is none."""
    report = checked(f"{line}\n", settings_class=Led)
    assert [f"{each.code} {each.message}" for each in report.diagnostics] == told
    assert {each.location.line for each in report.diagnostics if each.location} == {1}


class Box(BaseModel):
    """Has a field with several names."""

    first: int = 1
    second: int = Field(2, validation_alias=AliasChoices("other", "second"))  # type: ignore[pydantic-alias]  # on purpose


class Size(RootModel[Annotated[int, Field(ge=1, le=9)]]):
    """One number."""


class Named(RootModel[dict[str, Box]]):
    """Models by name."""


class Rooted(BaseSettings):
    """Has models that are one value each."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    size: Size
    mode: RootModel[Literal["fast", "slow"]] = RootModel[Literal["fast", "slow"]]("fast")
    named: Named = Named({})
    box: RootModel[Box] = RootModel[Box](Box(first=1))


ROOTED: list[tuple[str, list[str]]] = [
    ("", ["SP302 `SIZE` is required but not set; expected an integer from 1 to 9"]),
    ("SIZE=0", ["SP401 `SIZE` is too small; expected an integer from 1 to 9"]),
    ("SIZE=1\nMODE=fsat", ["SP401 `MODE` is not one of the allowed values; expected `fast` or `slow`"]),
    ("SIZE=1\nNAMED__A__FIRST=x", ["SP401 `NAMED__A__FIRST` is not an integer; expected an integer"]),
    ("SIZE=1\nNAMED__A__FRIST=1", ["SP301 no setting reads `NAMED__A__FRIST`; did you mean `NAMED__A__FIRST`?"]),
    ("SIZE=1\nBOX__FIRST=x", ["SP401 `BOX__FIRST` is not an integer; expected an integer"]),
    ("SIZE=1\nBOX__FIRST=2\nNAMED__A__FIRST=3", []),
    ("SIZE=1\nBOX__SECOND=5\nBOX__OTHER=x", ["SP401 `BOX__OTHER` is not an integer; expected an integer"]),
]


@pytest.mark.parametrize(("content", "told"), ROOTED, ids=map(str, range(len(ROOTED))))
def test_a_root_model_is_the_value_that_it_has(content: str, told: list[str]) -> None:
    """Nobody writes a JSON object for a number, and no name ends in `ROOT`."""
    found = checked(f"{content}\n", settings_class=Rooted).diagnostics
    assert [f"{each.code} {each.message}{'; ' if each.label else ''}{each.label or ''}" for each in found] == told


class Aliased(BaseSettings):
    """Nests a model with several names for a field."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    box: Box = Box(first=1)


@pytest.mark.parametrize("content", ["BOX__OTHER=x\nBOX__SECOND=5\n", "BOX__SECOND=5\nBOX__OTHER=x\n"])
def test_of_several_names_of_a_nested_field_the_first_is_to_blame(content: str) -> None:
    """The class takes that one, wherever it is in the file."""
    found = checked(content, settings_class=Aliased).diagnostics
    (error,) = [each.message for each in found if each.severity.value == "error"]
    assert error == "`BOX__OTHER` is not an integer"


class Renamed(BaseSettings):
    """Still reads the names from before it had a prefix of its own."""

    model_config = SettingsConfigDict(env_prefix="SHOPS_")

    port: int
    limits: list[int] = []

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
        """Ask for the names with the older prefix where the newer ones are not set."""
        return sources["env_settings"], EnvSettingsSource(cls, env_prefix="SHOP_")


RENAMED: list[tuple[dict[str, str], list[str]]] = [
    ({"SHOP_PORT": "1"}, []),
    ({"SHOPS_PORT": "1", "SHOP_PORT": "2"}, []),
    ({"SHOP_PORT": "1", "SHOP_PROT": "2"}, ["SP301 SHOP_PROT"]),
    ({"SHOP_PORT": "x"}, ["SP401 SHOP_PORT"]),
    ({"SHOP_PORT": "1", "SHOP_LIMITS": "[1"}, ["SP401 SHOP_LIMITS"]),
    ({}, ["SP302 SHOPS_PORT"]),
]


@pytest.mark.parametrize(("environment", "told"), RENAMED, ids=map(str, range(len(RENAMED))))
def test_a_name_that_a_source_reads_with_a_prefix_of_its_own_is_no_misspelling(
    environment: dict[str, str], told: list[str]
) -> None:
    """Whoever took it out would take away the value."""
    found = checked(settings_class=Renamed, environment=environment).diagnostics
    assert [f"{each.code} {each.variable}" for each in found] == told


def test_a_value_under_the_prefix_of_a_source_is_shown_and_refused_by_that_name() -> None:
    """With its place, as any other."""
    contract = SettingsContract.of(Renamed)
    gathered = Gathered((parse_env_file("a.env", b"SHOP_PORT=x\n", {}),))
    found = next(provenances(Subject(contract, gathered)))
    assert (found.name, found.winner and found.winner.name) == ("SHOPS_PORT", "SHOP_PORT")
    (refused,) = checked("SHOP_PORT=x\n", settings_class=Renamed).diagnostics
    assert (refused.message, refused.location and refused.location.column) == ("`SHOP_PORT` is not an integer", 11)
