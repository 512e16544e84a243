"""The line that a report shows is the one that its message speaks of."""

from typing import Annotated, Literal

import pytest
from pydantic import AnyUrl, BaseModel, Field, HttpUrl, PostgresDsn, RedisDsn, SecretStr, UrlConstraints
from pydantic_settings import BaseSettings

from setpoint.formats import registry
from setpoint.formats.for_people import Style
from support.checking import checked


class Site(BaseSettings):
    """Values of several kinds."""

    password: SecretStr = SecretStr("x")
    page: int = 1
    motto: str = ""
    home: HttpUrl | None = None
    cache: RedisDsn | None = None
    database: PostgresDsn | None = None
    events: Annotated[AnyUrl, UrlConstraints(allowed_schemes=["wss"])] | None = None


class Bucket(BaseModel):
    """A member that its kind selects."""

    kind: Literal["bucket"]


class Folder(BaseModel):
    """Another."""

    kind: Literal["folder"]


class Choices(BaseSettings):
    """Settings that allow a few words, which may well be a password of a laptop."""

    password: SecretStr
    home: HttpUrl | None = None
    stages: list[Literal["dev", "production"]] = []
    store: Annotated[Bucket | Folder, Field(discriminator="kind")] | None = None


def _shown(text: str | bytes) -> str:
    return registry.render("full", checked(text, settings_class=Site), Style(colored=False))


@pytest.mark.parametrize("name", ["PAGE", "PASSWORD"])
def test_an_empty_value_before_a_comment_is_shown_with_the_comment(name: str) -> None:
    """Else nobody sees why the value, which seems to be there, is empty."""
    shown = _shown(f"{name}=   # note\n")
    assert f" | {name}=   #…\n   | {' ' * len(name)} ^^^ " in shown
    assert "note" not in shown
    assert f"1.env:1:{len(name) + 2}\n" in shown, "the place is that of the caret"


@pytest.mark.parametrize("content", [b"MOTTO=caf\xe9\n", b"# caf\xe9\n", b"PASSWORD=caf\xe9\n", b"caf\xe9=1\n"])
def test_a_byte_that_is_no_utf_8_is_not_shown_as_what_python_makes_of_it(content: bytes) -> None:
    """Nobody has written a surrogate."""
    for name in registry.FORMATS:
        report = checked(content, settings_class=Site)
        assert "udce9" not in registry.render(name, report, Style(colored=False))


def test_the_caret_is_under_the_byte() -> None:
    """An escape is wider than what it stands for."""
    assert " | MOTTO=caf\\xe9\n   |          ^^^^ " in _shown(b"MOTTO=caf\xe9\n")


@pytest.mark.parametrize(
    ("line", "schemes"),
    [
        ("HOME=ftp://h", "`http://` or `https://`"),
        ("CACHE=http://h", "`redis://` or `rediss://`"),
        ("EVENTS=ws://h", "`wss://`"),
        ("DATABASE=mysql://h/d", "`postgres://`, `postgresql://`, "),
    ],
)
def test_a_refused_url_names_the_schemes_that_are_allowed(line: str, schemes: str) -> None:
    """One has not to look them up."""
    assert f"expected a URL that begins with {schemes}" in _shown(line)


@pytest.mark.parametrize(
    ("line", "password", "expected"),
    [
        ("HOME=gopher://h", "http", "expected a URL that begins with `http://` or `https://`"),
        ('STAGES=["x"]', "production", "expected `dev` or `production`"),
        ('STORE={"kind": "x"}', "bucket", "expected `bucket` or `folder`"),
    ],
)
def test_a_word_that_the_class_allows_is_not_masked(line: str, password: str, expected: str) -> None:
    """It is in the class for all to read, and a mask among the others would tell that it is the password."""
    report = checked(f"{line}\nPASSWORD={password}\n", settings_class=Choices)
    assert expected in registry.render("full", report, Style(colored=False))
