"""The variables of a settings class are those that pydantic-settings would read, however it spells them."""

from typing import Any

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    Field,
    SecretStr,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.contract.settings_class import SettingsContract
from support.checking import checked, marks, messages


class Prefixed(BaseSettings):
    """Every name begins alike."""

    model_config = SettingsConfigDict(env_prefix="APP_")

    port: int = 1
    api_key: SecretStr = SecretStr("")


def test_a_prefix_is_a_namespace() -> None:
    """Who else would own names with the app's own prefix."""
    report = checked("APP_PORT=x\nPORT=x\nAPP_DEBUG=1\n", settings_class=Prefixed)
    assert marks(report) == [
        "1.env:1:10-1:11 error SP401 invalid-value APP_PORT",
        "1.env:2:1-2:5 warning SP301 unknown-variable PORT",
        "1.env:3:1-3:10 error SP301 unknown-variable APP_DEBUG",
    ]


class Mail(BaseModel):
    """What is nested in other settings."""

    host: str = "localhost"
    port: int = 25


class Family(BaseSettings):
    """Names that begin alike without a prefix, and a nested model."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    plugins_dir: str = ""
    plugins_index: str = ""
    redis_port: int = 6379
    cache_url: str = ""
    mail: Mail = Mail()


@pytest.mark.parametrize(
    ("name", "severity", "label"),
    [
        ("PLUGINS_CLI_MARKUP", "warning", None),
        ("PLUGINS_INDEX_HOST", "warning", "the nearest known name is `PLUGINS_INDEX`"),
        ("PLUGINS_DIRECTORY", "warning", None),
        ("PLUGINS_DIRR", "error", "did you mean `PLUGINS_DIR`?"),
        ("REDIS_PROT", "error", "did you mean `REDIS_PORT`?"),
        ("REIDS_PROT", "error", "did you mean `REDIS_PORT`?"),
        ("REDISPORT", "error", "did you mean `REDIS_PORT`?"),
        ("REDIS_HOST", "warning", None),
        ("CACHE_TTL", "warning", None),
        ("MAIL__SENDER", "error", None),
        ("MAIL_SERVERS_OF_OTHERS", "warning", None),
        ("OTHER_THING", "warning", None),
    ],
)
def test_a_first_word_that_variables_share_is_no_namespace(name: str, severity: str, label: str | None) -> None:
    """Other programs have names with the same word; what is nested can belong to nobody else."""
    (found,) = checked(f"{name}=x\n", settings_class=Family).diagnostics
    assert (found.code, str(found.severity), found.label) == ("SP301", severity, label)


class Aliased(BaseSettings):
    """Names of its variables are not those of its fields."""

    port: int = Field(validation_alias="LISTEN_PORT")
    host: str = Field(validation_alias=AliasChoices("BIND", "HOST"), min_length=2)  # type: ignore[pydantic-alias]  # on purpose
    first: int = Field(0, validation_alias=AliasPath("PAIR", 0))  # type: ignore[pydantic-alias]  # on purpose


def test_aliases_are_the_names_that_count() -> None:
    """The field's own name reads nothing then."""
    report = checked('listen_port=x\nHOST=h\nPAIR=["a"]\nPORT=1\n', settings_class=Aliased)
    assert marks(report) == [
        "1.env:1:13-1:14 error SP401 invalid-value LISTEN_PORT",
        "1.env:2:1-2:5 info SP306 renamed-variable HOST",
        "1.env:2:6-2:7 error SP401 invalid-value HOST",
        "1.env:3:7-3:10 error SP401 invalid-value PAIR",
        "1.env:4:1-4:5 warning SP301 unknown-variable PORT",
    ]


class AliasedLikeItsField(BaseSettings):
    """An alias spells the same as the field, and so has no prefix."""

    model_config = SettingsConfigDict(env_prefix="APP_")

    token: str = Field(alias="token", min_length=2)
    port: int = Field(1, validation_alias=AliasChoices("port", "listen"))  # type: ignore[pydantic-alias]  # on purpose


def test_an_alias_has_no_prefix_even_if_it_spells_like_the_field() -> None:
    """The class finds the value under the bare name."""
    report = checked("TOKEN=abc\nPORT=x\nAPP_PORT=x\n", settings_class=AliasedLikeItsField)
    assert marks(report) == [
        "1.env:2:6-2:7 error SP401 invalid-value PORT",
        "1.env:3:1-3:9 error SP301 unknown-variable APP_PORT",
    ]


class OneName(BaseSettings):
    """Two settings may be given under one name, and one of them is secret."""

    key: SecretStr = Field(SecretStr(""), validation_alias=AliasChoices("KEY", "BOTH"))  # type: ignore[pydantic-alias]  # on purpose
    size: int = Field(0, validation_alias=AliasChoices("SIZE", "BOTH"))  # type: ignore[pydantic-alias]  # on purpose


def test_a_name_of_several_settings_is_as_secret_as_any_of_them() -> None:
    """Whichever of them the name is looked up for."""
    contract = SettingsContract.of(OneName)
    assert [each.name for each in contract.variables if each.secret] == ["KEY", "BOTH", "BOTH"]
    report = checked("BOTH=kXwvQzmW\n", settings_class=OneName)
    assert {each.excerpt.text for each in report.diagnostics if each.excerpt} == {"BOTH=********"}


def test_of_several_names_the_one_without_effect_is_told() -> None:
    """The other one counts, wherever it stands."""
    report = checked("HOST=right\nLISTEN_PORT=1\nBIND=there\n", settings_class=Aliased)
    assert marks(report) == ["1.env:1:1-1:5 warning SP306 renamed-variable HOST"]
    assert messages(report) == ["`HOST` has no effect"]
    assert report.diagnostics[0].label == "`BIND` is also set (set on line 3)"
    alone = checked("HOST=right\nLISTEN_PORT=1\n", settings_class=Aliased).diagnostics[0]
    assert (alone.message, alone.hint) == (
        "`HOST` is another name of `BIND`",
        "use `BIND`, which takes precedence",
    )


def test_a_missing_variable_tells_its_other_spellings() -> None:
    """One of them is enough."""
    report = checked("", settings_class=Aliased)
    assert messages(report) == ["`BIND` is required but not set", "`LISTEN_PORT` is required but not set"]
    assert report.diagnostics[0].hint == "`HOST` works as well"


def test_a_missing_variable_and_its_misspelling_are_one_finding() -> None:
    """It is one mistake, to be mended once."""
    report = checked("LISTEN_PROT=1\nBIND=any\n", settings_class=Aliased)
    assert marks(report) == ["1.env:1:1-1:12 error SP301 unknown-variable LISTEN_PROT"]
    assert report.diagnostics[0].hint == "`LISTEN_PORT` is required but not set"


def test_a_required_variable_with_a_broken_line_is_not_called_missing() -> None:
    """It stands there; the line says what is wrong."""
    report = checked("LISTEN_PORT=1\nBIND='any\n", settings_class=Aliased)
    assert marks(report) == ["1.env:2:6-2:7 error SP102 unclosed-quote BIND"]


class Exact(BaseSettings):
    """It tells cases apart."""

    model_config = SettingsConfigDict(case_sensitive=True)

    port: int = 1


def test_a_class_that_tells_cases_apart_reads_exact_names() -> None:
    """`PORT` is another variable than `port` there."""
    report = checked("port=x\nPort=2\n", settings_class=Exact)
    assert marks(report) == [
        "1.env:1:6-1:7 error SP401 invalid-value port",
        "1.env:2:1-2:5 error SP303 wrong-case Port",
    ]
    assert report.diagnostics[1].label == "did you mean `port`? (set on line 1)"


class Strict(Exact):
    """It also refuses every other name in its file."""

    model_config = SettingsConfigDict(env_file=".env", extra="forbid")


def test_a_forbidden_name_in_another_case_is_reported_once() -> None:
    """The rule that knows what was meant says so, unless a reference uses the name."""
    report = checked("PORT=1\nPort=2\nport=${Port}\n", settings_class=Strict)
    assert marks(report) == [
        "1.env:1:1-1:5 error SP303 wrong-case PORT",
        "1.env:2:1-2:5 error SP301 unknown-variable Port",
    ]
    assert report.diagnostics[0].hint == "the settings class is case-sensitive, and forbids names that it does not know"


def test_a_wrong_case_in_the_process_environment_is_found() -> None:
    """But for names that every process has, which are not meant by it."""

    class Cased(Exact):
        path: str = ""

    report = checked("POTR=1\n", settings_class=Cased, environment={"PORT": "1", "PATH": "/bin"})
    assert marks(report) == [
        "1.env:1:1-1:5 error SP301 unknown-variable POTR",
        "nowhere error SP303 wrong-case PORT",
    ]
    assert messages(report)[1] == "`PORT` in the process environment is written in the wrong case"


class Empty(BaseSettings):
    """An empty text counts as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    port: int = 1
    name: str


@pytest.mark.parametrize(
    ("settings_class", "text", "expected"),
    [
        (Empty, "PORT=\nNAME=a\n", ["1.env:1:6-1:6 warning SP402 empty-value PORT"]),
        (
            Empty,
            "NAME=\n",
            ["1.env:1:6-1:6 warning SP402 empty-value NAME", "nowhere error SP302 missing-variable NAME"],
        ),
        (
            Exact,
            "port=\n",
            ["1.env:1:6-1:6 error SP401 invalid-value port", "1.env:1:6-1:6 warning SP402 empty-value port"],
        ),
    ],
)
def test_an_empty_value_means_what_the_class_says(settings_class: Any, text: str, expected: list[str]) -> None:
    """Some classes take it as unset, others as a text."""
    assert marks(checked(text, settings_class=settings_class)) == expected


def test_an_empty_value_that_is_ignored_uncovers_the_one_below() -> None:
    """So the settings class reads its sources, too."""
    assert [each.name for each in checked("PORT=x\n", "PORT=\n", settings_class=Empty).diagnostics] == [
        "invalid-value",
        "empty-value",
        "missing-variable",
    ]
