"""What a finding tells people to do is what the class would accept."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, NotRequired

import pytest
from pydantic import BaseModel, SecretStr, create_model, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from typing_extensions import TypedDict

from setpoint.application.gathering import of_a_start
from setpoint.check.checking import check
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from support.checking import checked


class Db(BaseModel):
    """Its host and its password are needed once it is there."""

    host: str
    password: SecretStr = SecretStr("")
    port: int = 1


class OneOfTwo(BaseSettings):
    """Which variables it needs depends on others."""

    model_config = SettingsConfigDict(env_file="prod.env", env_nested_delimiter="__", extra="ignore")

    a_key: str | None = None
    b_key: str | None = None
    db: Db | None = None
    name: str
    title: str = "x"

    @model_validator(mode="after")
    def _need_one(self) -> "OneOfTwo":
        if self.a_key is None and self.b_key is None:
            message = "A_KEY or B_KEY must be given"
            raise ValueError(message)
        return self


def _hints(report: Report) -> dict[str | None, str | None]:
    return {each.variable: each.hint for each in report.diagnostics if each.code == "SP402"}


@pytest.mark.parametrize("starts", [False, True], ids=["a file", "a start"])
def test_an_empty_value_is_to_be_left_out_only_where_the_class_does_without(
    starts: bool,  # noqa: FBT001 - the case
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To follow the advice makes no finding."""
    monkeypatch.chdir(tmp_path)
    content = "A_KEY=\nDB__HOST=\nDB__PORT=3\nNAME=\nTITLE=\n"
    Path("prod.env").write_text(content)
    started = check(of_a_start(SettingsContract.of(OneOfTwo), {}, Project(tmp_path)))
    report = started if starts else checked(content, settings_class=OneOfTwo)
    assert _hints(report) == {
        "A_KEY": "set a value",
        "DB__HOST": "set a value",
        "NAME": "set a value",
        "TITLE": "set a value, or comment the line out",
    }


def test_the_advice_on_the_last_of_many_empty_values_is_as_good_as_on_the_first() -> None:
    """The class is asked about all of them at once."""
    titles: dict[str, Any] = {f"title_{at}": (str, "") for at in range(60)}
    many = create_model("Many", __base__=BaseSettings, first=(int, ...), **titles)
    content = "".join(f"TITLE_{at}=\n" for at in range(60))
    assert set(_hints(checked(f"FIRST=\n{content}", settings_class=many)).items()) == {
        ("FIRST", "set a value"),
        *((f"TITLE_{at}", "set a value, or comment the line out") for at in range(60)),
    }


class Listed(BaseSettings):
    """A choice that is the empty string."""

    prefix: Literal["", "a/"] = "a/"


class Ignoring(Listed, env_ignore_empty=True):
    """The same, where an empty value counts as unset."""


def test_an_empty_value_that_the_class_lists_is_a_choice() -> None:
    """Another value would be another choice, unless an empty one counts as unset."""
    assert _hints(checked("PREFIX=\n", settings_class=Listed)) == {}
    assert _hints(checked("PREFIX=\n", settings_class=Ignoring)) == {"PREFIX": "set a value, or comment the line out"}


class Prefixed(BaseSettings):
    """A short name that looks like nothing else."""

    model_config = SettingsConfigDict(env_prefix="APP_")

    cfg: str = ""
    pool_size: int = 1


@pytest.mark.parametrize(
    ("name", "label"), [("GNU", None), ("POOL_COUNT", "the nearest known name is `APP_POOL_SIZE`")]
)
def test_a_name_that_has_little_in_common_is_not_called_near(name: str, label: str | None) -> None:
    """What is left of the name without its prefix counts."""
    assert checked(f"APP_{name}=1", settings_class=Prefixed).diagnostics[0].label == label


class Holder(BaseSettings):
    """Its default is a whole model."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    class Needy(BaseModel):
        """It has no password of its own."""

        host: str = "h"
        password: SecretStr

    db: Needy = Needy(password=SecretStr("postgres"))


@pytest.mark.parametrize(("text", "code"), [("", "SP509"), ("DB__HOST=x", "SP302")])
def test_a_secret_that_is_missing_has_no_default_any_more(text: str, code: str) -> None:
    """The default of the model is replaced once a part of it is set."""
    assert [each.code for each in checked(text, settings_class=Holder, deploy=True).diagnostics] == [code]


class HolderOfJson(BaseSettings):
    """Its default is a whole model, and the environment gives another one as a whole."""

    db: Holder.Needy = Holder.Needy(password=SecretStr("postgres"))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["SP509"]),
        ('DB={"host": "x", "password": "postgres"}', ["SP509"]),
        ('DB={"password": "q8Zr2vLkT0"}', []),
    ],
)
def test_a_secret_inside_a_default_is_found(text: str, codes: list[str]) -> None:
    """It is a secret of the variable around it, where its part has none of its own."""
    assert [each.code for each in checked(text, settings_class=HolderOfJson, deploy=True).diagnostics] == codes


@dataclass
class Server:
    """Has defaults of both kinds, and a field without."""

    host: str = "localhost"
    name: str = field(default_factory=str)
    port: int = field(kw_only=True)


class Address(NamedTuple):
    """Has a default."""

    host: str
    port: int = 80


class Account(TypedDict):
    """A key can be left out."""

    user: str
    team: NotRequired[str]


class OpenParts(BaseSettings):
    """Their parts have no variables of their own."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    server: Server = Server(port=1)
    address: Address = Address("a")
    account: Account = {"user": "a"}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SERVER__HOTS", "`SERVER__HOST` keeps its default"),
        ("SERVER__NAEM", "`SERVER__NAME` keeps its default"),
        ("SERVER__PROT", "`SERVER__PORT` is required but not set"),
        ("ADDRESS__HOTS", "`ADDRESS__HOST` is required but not set"),
        ("ADDRESS__PROT", "`ADDRESS__PORT` keeps its default"),
        ("ACCOUNT__USR", "`ACCOUNT__USER` is required but not set"),
        ("ACCOUNT__TAEM", "`ACCOUNT__TEAM` keeps its default"),
    ],
)
def test_a_misspelt_part_of_a_dataclass_is_told_once_and_what_follows(name: str, hint: str) -> None:
    """The class refuses the key as well, which is no second fault."""
    report = checked(f"{name}=1\n", settings_class=OpenParts)
    found = [each for each in report.diagnostics if each.variable == name or each.code == "SP401"]
    assert [(each.code, each.hint) for each in found if "not allowed" in each.message or each.code == "SP301"] == [
        ("SP301", hint)
    ]
