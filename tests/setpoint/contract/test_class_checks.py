"""What only the class knows: a contract names it, and a check against the contract says so."""

from pathlib import Path
from typing import Any, Self

import pytest
from pydantic import BaseModel, PrivateAttr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, TomlConfigSettingsSource

from setpoint.cli.main import main
from setpoint.contract.document.class_checks import class_checks
from setpoint.contract.document.manifest import as_json, settings_manifest
from setpoint.contract.settings_class import SettingsContract
from support.differential.catalogue.chosen import chosen, ordered


class Plain(BaseSettings):
    """Nothing is checked that a schema can't carry, though it has a private attribute."""

    port: int = 1
    _cache: int = PrivateAttr(0)


class OfField(BaseSettings):
    """A validator of one field."""

    port: int = 1

    @field_validator("port")
    @classmethod
    def even(cls, value: int) -> int:
        """Refuse odd ports."""
        assert value % 2 == 0
        return value


class Across(BaseSettings):
    """A validator across fields."""

    port: int = 1

    @model_validator(mode="after")
    def fit(self) -> Self:
        """Refuse nothing."""
        return self


class PostInit(BaseSettings):
    """Looks at itself once it is made, and has a private attribute."""

    port: int = 1
    _cache: int = PrivateAttr(0)

    def model_post_init(self, _: Any) -> None:
        """Refuse port 7."""
        assert self.port != 7


class Inside(BaseModel):
    """The same inside a setting."""

    size: int = 1

    def model_post_init(self, _: Any) -> None:
        """Refuse nothing."""


class Around(BaseSettings):
    """A setting with such a model."""

    pool: Inside = Inside()


class OwnInit(BaseSettings):
    """Gives itself values."""

    port: int

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"port": 1, **values})


class _FromToml(BaseSettings):
    model_config = SettingsConfigDict(toml_file="config.toml")

    port: int
    limits: dict[str, int] = {}


class TomlUnder(_FromToml):
    """A file gives what no variable gives."""

    settings_customise_sources = ordered("env", last=TomlConfigSettingsSource)  # type: ignore[pydantic-field]  # it is a method


class TomlOver(_FromToml):
    """A file wins over variables."""

    settings_customise_sources = chosen(lambda cls, given: (TomlConfigSettingsSource(cls), given["env"]))  # type: ignore[pydantic-field]  # it is a method


CLASSES: list[tuple[type[BaseSettings], list[str], bool]] = [
    (Plain, [], False),
    (OfField, ["port"], False),
    (Across, ["fields together"], False),
    (PostInit, ["fields together"], False),
    (Around, ["pool"], False),
    (OwnInit, ["values from its other sources"], True),
    (TomlUnder, ["values from its other sources"], False),
    (TomlOver, ["values from its other sources"], True),
]


@pytest.mark.parametrize(("settings_class", "names", "_"), CLASSES)
def test_what_only_the_class_checks_has_a_name(settings_class: type[BaseSettings], names: list[str], _: object) -> None:
    """A validator, code that looks at the whole, and sources of which a variable knows nothing."""
    assert [each.name for each in class_checks(as_json(SettingsContract.of(settings_class)))] == names


@pytest.mark.parametrize(("settings_class", "names", "takes_all"), CLASSES)
def test_a_check_says_what_it_did_not_look_at(
    settings_class: type[BaseSettings],
    names: list[str],
    takes_all: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In place of a plain "no problems"; and it refuses nothing that the class could take."""
    (tmp_path / "contract.json").write_text(settings_manifest(SettingsContract.of(settings_class)))
    for content, is_taken in (("", True), ("PORT=2\n", True), ("PORT=x\n", takes_all or settings_class is Around)):
        (tmp_path / "prod.env").write_text(content)
        words = ["check", str(tmp_path / "prod.env"), "--schema", str(tmp_path / "contract.json")]
        assert main(words) == (0 if is_taken else 1), content
        said = capsys.readouterr().out
        assert ("values are checked as far as the schema says" in said) is bool(names)
        assert all(name in said for name in names)
