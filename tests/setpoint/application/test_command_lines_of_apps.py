"""A settings class parses the command line of its app: at a start of the app, and nowhere else."""

import pytest
from pydantic_settings import BaseSettings, CliSettingsSource, SettingsConfigDict

import setpoint
from setpoint.application.loading import EX_CONFIG, look
from support.differential.catalogue.chosen import Source, chosen


def _words(settings_class: type[BaseSettings], *, parse: bool | None = None) -> Source:
    source: CliSettingsSource[BaseSettings] = CliSettingsSource(settings_class, "app", cli_parse_args=parse)
    return source


class ReadsWords(BaseSettings):
    """It takes the words on its command line, and so does what it nests."""

    model_config = SettingsConfigDict(cli_parse_args=True, cli_prog_name="app", env_file=".env", extra="ignore")

    port: int = 80
    host: str = "h"


class MakesSource(BaseSettings):
    """It makes the source for its command line itself, as its manual says."""

    port: int = 80
    host: str = "h"

    settings_customise_sources = chosen(lambda cls, given: (_words(cls, parse=True), given["env"]))  # type: ignore[pydantic-field]  # pydantic takes it for what it is


class ParsesLater(BaseSettings):
    """It has a source for its command line and leaves it to pydantic-settings to parse it."""

    model_config = SettingsConfigDict(cli_parse_args=True)

    port: int = 80
    host: str = "h"

    settings_customise_sources = chosen(lambda cls, given: (_words(cls), given["env"]))  # type: ignore[pydantic-field]  # pydantic takes it for what it is


OF_WORDS = pytest.mark.parametrize("settings_class", [ReadsWords, MakesSource, ParsesLater])


@OF_WORDS
def test_the_command_line_of_the_app_counts_at_its_start(
    settings_class: type[ReadsWords], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does for `Settings()`, over the environment."""
    monkeypatch.setattr("sys.argv", ["app", "--port", "3"])
    monkeypatch.setenv("PORT", "2")
    monkeypatch.setenv("HOST", "e")
    settings = setpoint.load(settings_class)
    assert settings == settings_class()
    assert (settings.port, settings.host) == (3, "e")


@OF_WORDS
@pytest.mark.parametrize(
    ("words", "said"),
    [("--help", (0, "usage: app", "")), ("--prot 3", (2, "", "unrecognized arguments: --prot 3"))],
)
def test_the_command_line_of_the_app_answers_as_ever(
    settings_class: type[BaseSettings],
    words: str,
    said: tuple[int, str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With its own help, its own errors and its own status."""
    monkeypatch.setattr("sys.argv", ["app", *words.split()])
    with pytest.raises(SystemExit) as end:
        setpoint.load(settings_class)
    output, talk = capsys.readouterr()
    assert end.value.code == said[0]
    assert output.startswith(said[1])
    assert talk.rstrip().endswith(said[2])


def test_a_bad_value_on_the_command_line_of_the_app_is_told_as_others_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says where it comes from."""
    monkeypatch.setattr("sys.argv", ["app", "--port", "x"])
    with pytest.raises(SystemExit) as end:
        setpoint.load(ReadsWords)
    assert end.value.code == EX_CONFIG
    assert "`PORT` of the command line is not an integer" in capsys.readouterr().err


@OF_WORDS
def test_words_for_another_program_are_none_of_the_apps(
    settings_class: type[BaseSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check, and a look before the start, have words of their own."""
    monkeypatch.setattr("sys.argv", ["setpoint", "check", "--nonsense"])
    loaded = look(settings_class, {"PORT": "5"})
    assert loaded.settings is not None
    assert loaded.settings.model_dump()["port"] == 5
