"""A secret behind the name of another setting shows in no command and no format, and no place tells its length."""

import json
import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import pytest
from pydantic import AfterValidator, BaseModel, Field, FilePath, IPvAnyAddress, SecretStr, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.settings import Settings
from setpoint.check.checking import check
from setpoint.check.report import Report
from setpoint.cli import explain, show
from setpoint.contract.settings_class import SettingsContract
from setpoint.formats import registry, step_summary
from setpoint.formats.for_people import Style
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from support.checking import checked

TOKENS = [
    "kXwvQzmWncRt",
    "q8Zr2vLkT0m3",
    "3f2504e04f8911d39a0c0305e82c3301",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY",
    "sk_live_51HxYzAbCdEf",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "xoxb-2401-2402-a1b2c3d4e5f6",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP",
]


def _texts(subject: Subject, report: Report) -> str:
    formats = [registry.render(name, report, Style(colored=False)) for name in registry.FORMATS]
    found = list(provenances(subject))
    shown = [show._json([subject], None), *show._lines([subject], None)]
    for variable in subject.contract.variables:
        shown += [*explain._lines(subject, variable, found), explain._json(subject, variable, found)]
    return "\n".join([*formats, step_summary.render(report), *shown])


def _said(settings_class: type[BaseSettings], text: str, environment: dict[str, str] | None = None) -> str:
    report = checked(text, settings_class=settings_class, environment=environment)
    process = None if environment is None else ProcessEnvironment(environment)
    files = (parse_env_file("1.env", text.encode(), {}),)
    return _texts(Subject(SettingsContract.of(settings_class), Gathered(files, process)), report)


def _refuse(value: str) -> str:
    message = f"{value!r} does not resolve"
    raise ValueError(message)


class Item(BaseModel):
    """A part of a setting."""

    size: int = 1
    address: IPvAnyAddress | None = None


class Closed(Item, extra="forbid"):
    """One that takes no other keys."""


TAGS: list[Any] = [Literal["whole"], Literal["half"]]
Whole = create_model("Whole", kind=(TAGS[0], ...), size=(int, ...), note=(str, ""))
Half = create_model("Half", kind=(TAGS[1], ...))


KINDS: dict[str, Any] = {
    "address": IPvAnyAddress,
    "ipv4": IPv4Address,
    "uuid": UUID,
    "date": date,
    "datetime": datetime,
    "time": time,
    "duration": timedelta,
    "file": FilePath,
    "pattern": Annotated[str, Field(pattern=r"^[a-z]+\.example$")],
    "short": Annotated[str, Field(max_length=5)],
    "validated": Annotated[str, AfterValidator(_refuse)],
    "dictionary": dict[str, int],
    "sets": set[str],
    "lists": list[int],
    "union": int | bool | UUID,
    "word_or_number": Literal["auto"] | int,
    "part": Item,
    "number": int,
    "decimal": Decimal | None,
}


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_the_class_refuses_is_hidden_whatever_the_type(kind: str, token: str) -> None:
    """It is most often a slip between two lines."""
    made = create_model("Made", __base__=BaseSettings, value=(KINDS[kind], ...))
    if kind in {"uuid", "union"} and len(token) == len(uuid4().hex):
        return  # It is one.
    for text, environment in ((f"VALUE={token}\n", None), (f"VALUE={token}\nVALUE=x\n", None), ("", {"VALUE": token})):
        shown = _said(made, text, environment)
        assert [token[at : at + 6] for at in range(len(token) - 5) if token[at : at + 6] in shown] == []


@pytest.mark.parametrize(
    "text", ['VALUE={{"a": "{0}"}}', 'VALUE={{"{0}": 1, "b": "x"}}', "VALUE__SIZE={0}", "VALUE__ADDRESS={0}"]
)
@pytest.mark.parametrize("kind", [dict[str, int], Closed])
def test_nor_does_it_show_as_a_part_of_a_value(kind: Any, text: str) -> None:
    """Keys and items are values, too."""

    class Nested(BaseSettings):
        model_config = SettingsConfigDict(env_nested_delimiter="__")

    made = create_model("Made", __base__=Nested, value=(kind, ...))
    assert "kXwvQz" not in _said(made, text.format("kXwvQzmWncRt"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Whole, '{"note": "kXwvQzmWncRt"}'),
        (Whole, '{"kind": "whole", "kXwvQzmWncRt": "x"}'),
        (list[Whole], '[{"note": "kXwvQzmWncRt"}]'),
        (dict[str, Whole], '{"a": {"note": "kXwvQzmWncRt"}}'),
        (Annotated[Whole | Half, Field(discriminator="kind")], '{"note": "kXwvQzmWncRt"}'),
        (Whole | Half, '{"note": "kXwvQzmWncRt"}'),
    ],
)
def test_nor_in_a_value_that_lacks_something(kind: Any, text: str) -> None:
    """It is refused as a whole, whatever else is in it."""
    made = create_model("Made", __base__=BaseSettings, value=(kind, ...))
    assert "kXwvQz" not in _said(made, f"VALUE={text}\n")
    assert "kXwvQz" not in _said(made, f"VALUE={text}\nVALUE=[]\n")


@pytest.mark.parametrize("name", [field.upper() for field in Settings.model_fields])
def test_nor_at_any_setting_of_the_service_that_refuses_it(name: str) -> None:
    """`HOST=` takes a name or an address, `LOG_LEVEL=` one of a few words."""
    said = _said(Settings, f"{name}=q8Zr2vLkT0m3+/==\n")
    is_refused = f"`{name}` is" in said or f"`{name}` cannot" in said
    assert not is_refused or "q8Zr2v" not in said


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (UUID, "3f2504e0-4f89-11d3-9a0c"),
        (IPvAnyAddress, "10.0.0.256"),
        (IPvAnyAddress, "db-1.internal.example"),
        (date, "2026-13-45"),
        (FilePath, "/srv/shop/certificates/server-2026.pem"),
        (Annotated[str, Field(pattern="^[a-z]+$")], "Production Europe"),
        (Annotated[str, Field(max_length=5)], "engines.SqliteBackend"),
        (dict[str, int], '{"workers": "many"}'),
        (int, "eighty"),
        (timedelta, "30 minutes"),
    ],
)
def test_a_wrong_value_that_is_no_token_shows(kind: Any, value: str) -> None:
    """Seeing it is half of fixing it."""
    made = create_model("Made", __base__=BaseSettings, value=(kind, ...))
    assert f"VALUE={value.partition('#')[0]}".strip() in _said(made, f"VALUE={value}\n")


class Page(BaseSettings):
    """A secret, and settings that may be given the same value by mistake."""

    admin_user: str = "root"
    admin_password: SecretStr = SecretStr("unset")
    page: int = 1
    motto: str = ""
    mode: Literal["strict", "lax"] = "strict"


@pytest.mark.parametrize(
    "secret", ["correct-horse", "Zq81kPwm", "guest", "4711", "https://u:pw@h/1", "tr\u00f6st lich", "a'b\"c d"]
)
@pytest.mark.parametrize(
    "text",
    ["MOTTO={0}", "PAGE={0}", "ADMIN_USER={0}", "MOTTO=is it {0}?", "MOTTO=x\nMOTTO={0}", "MOTTO=${{ADMIN_PASSWORD}}"],
)
@pytest.mark.parametrize("name", ["ADMIN_PASSWORD", "OTHER_PASSWORD"])
def test_the_value_of_a_known_secret_shows_behind_no_other_name(name: str, text: str, secret: str) -> None:
    """Whoever uses one password twice has one secret."""
    written = "'" + secret.replace("'", "\\'") + "'"
    line = text.format(written if "x\n" in text or text.endswith("={0}") else secret).replace("ADMIN_PASSWORD", name)
    assert secret not in _said(Page, f"{name}={written}\n{line}\n").replace("guest-", "")
    if "$" not in text and "\n" not in text:
        variable, _, value = text.partition("=")
        assert secret not in _said(Page, "", {name: secret, variable: value.format(secret)})


@pytest.mark.parametrize(
    "line", ["SIZES={{{0}: 1}}", "MOTTO=$(echo {0})", "MOTTO=a {0}", "MOTTO=`{0}`", "PAGE=$(({0}))"]
)
@pytest.mark.parametrize("loader", ["bash", "dash"])
@pytest.mark.parametrize("first", ["ADMIN_PASSWORD=kXwvQzmWncRt\n", ""])
def test_nor_does_what_a_shell_would_have_to_run(line: str, loader: str, first: str) -> None:
    """It has no value that the class could be asked about."""
    file = parse_env_file("1.env", (first + line.format("kXwvQzmWncRt") + "\n").encode(), {}, loader)
    subject = Subject(SettingsContract.of(Page), Gathered((file,)))
    assert "kXwvQz" not in _texts(subject, check(subject))


def test_a_word_that_a_setting_lists_is_no_secret() -> None:
    """Whatever a password happens to be."""
    assert "MODE  " in _said(Page, "ADMIN_PASSWORD=strict\nMODE=strict\n")
    assert re.search(r"MODE +strict", _said(Page, "ADMIN_PASSWORD=strict\nMODE=strict\n"))


LINES = [
    "ADMIN_PASSWORD={0}",
    'ADMIN_PASSWORD="{0}" x',
    'ADMIN_PASSWORD="{0}',
    "ADMIN_PASSWORD={0}\nADMIN_PASSWORD={0}",
    "ADMIN_PASSWORD={0} # setpoint: ignore=SP999",
    "# setpoint: ignore=SP301 {0}\nOTHER=x",
    "# setpoint: ignore {0}",
    "ADMIN_PASSWORD=${{{0}}}",
    "ADMIN_PASSWORD={0}${{UNSET}}",
    "ADMIN_PASSWORD {0}",
    "PAGE={0}",
    "{0}",
    "OTHER_PASSWORD={0}${{UNSET}}",
    'MOTTO={{"password": "{0}", "size": ${{UNSET}}}}',
    "ADMIN_PASSWORD={0}\udcff",
    "ADMIN_PASSWORD={0}\0",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("loader", [None, "docker", "systemd", "bash", "compose", "node", "kubectl"])
def test_no_format_tells_how_long_a_secret_is(line: str, loader: str | None) -> None:
    """Neither by a place, nor by carets, nor by the number of masks."""
    said = set()
    for length in (12, 13, 40):
        content = line.format(("kXwvQzmWncRt" * 4)[:length]).encode("utf-8", "surrogateescape")
        file = parse_env_file("1.env", content, {}, loader)
        subject = Subject(SettingsContract.of(Page), Gathered((file,)))
        said.add(re.sub(r'"(fingerprint|setpoint/v1)": "\w+"', "", _texts(subject, check(subject))))
    assert len(said) == 1


def test_a_place_inside_a_value_that_shows_is_exact() -> None:
    """It is where the cursor goes."""

    class Shown(BaseSettings):
        sizes: dict[str, int] = {}

    report = checked('SIZES={"a": 1, "b": "many"}\n', settings_class=Shown)
    place = json.loads(registry.render("json", report, Style(colored=False)))["diagnostics"][0]["location"]
    assert (place["column"], place["end_column"]) == (21, 27)


class Part(BaseModel):
    """What one name stands for."""

    count: int = 1


class Keyed(BaseSettings):
    """Settings whose variables are called like their keys."""

    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__", extra="forbid")

    limits: dict[str, int] = {}
    parts: dict[str, Part] = {}
    deep: dict[str, dict[str, Any]] = {}


class Keeping(Keyed):
    """The same, which keep what they do not know."""

    model_config = SettingsConfigDict(extra="allow", case_sensitive=True)


@pytest.mark.parametrize("settings_class", [Keyed, Keeping])
@pytest.mark.parametrize(
    "line",
    [
        "{}__{}=5",
        "{}__{}=x",
        "{}__{}=x\n{}__{}=y",
        "{}__{}=${{NO_SUCH}}",
        "{}__{}__COUNT=5",
        "{}__{}__count=x",
        "{}__{}__CUONT=x",
        "{}__one__{}=changeme",
        "{}__{}",
        "{}__{}__=",
        '{}__{}="x',
    ],
)
def test_a_token_as_a_key_in_the_name_of_a_variable_shows_nowhere(
    line: str, settings_class: type[BaseSettings]
) -> None:
    """A `dict` takes its keys from names, whatever comes of the value: taken, refused, set twice or misspelt."""
    heads = ("APP_limits" if settings_class is Keeping else "APP_LIMITS", "APP_parts", "app_deep")
    for head, token in zip(heads, (TOKENS[1], *TOKENS[4:6]), strict=True):
        text = line.format(*[head, token] * 2)
        name, _, value = text.partition("\n")[0].partition("=")
        for environment in (None, {name: value}):
            said = _said(settings_class, f"{text}\nAPP_LIMITS__good=1\n", environment)
            assert token[-8:].casefold() not in said.casefold()


@pytest.mark.parametrize(
    "text",
    [
        "MOTTO= # kXwvQz\n",
        "MOTTO=\t#kXwvQz\nPAGE=x #kXwvQz\n",
        "MOTTO=a # kXwvQz\n",
        "MOTTO=a\\\n# kXwvQz\n",
        'MOTTO="a" # kXwvQz\n',
    ],
)
@pytest.mark.parametrize("loaders", ["systemd bash", "compose docker", "docker", "systemd", "kubectl uv"])
def test_a_comment_shows_nowhere_whatever_a_program_makes_of_it(text: str, loaders: str) -> None:
    """Who writes one does not know that a program takes it for the value."""
    contract = SettingsContract.of(Page)
    subjects = [
        Subject(contract, Gathered((parse_env_file("1.env", text.encode(), {}, each),))) for each in loaders.split()
    ]
    subject = replace(subjects[0], others=tuple(subjects[1:]))
    assert "kXw" not in _texts(subject, check(subject))


def test_a_value_that_begins_with_a_hash_is_no_comment() -> None:
    """It may be a colour or a channel."""
    assert "MOTTO  #fff" in re.sub(" +", "  ", _said(Page, "MOTTO=#fff\n"))
