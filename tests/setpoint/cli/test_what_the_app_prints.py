"""What the app's code prints is in no result and in no message, and what it raises wherever it runs ends no command."""

import json
import sys
from pathlib import Path

import pytest

from setpoint.cli.main import main

SETTINGS = """
import logging, sys, warnings
from typing import Annotated, Any
from pydantic import AfterValidator, BaseModel, Field, SecretStr, field_serializer
from pydantic_settings import BaseSettings


class Stop(BaseException):
    pass


def tell(value: Any = None) -> Any:
    if not IS_IMPORTED:
        return value
    inside = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    print("TOLD", inside)
    print("TOLD", inside, file=sys.stderr)
    warnings.warn(f"TOLD {inside}")
    logging.getLogger("app").error("TOLD %s", inside)
    if ERROR is not None:
        raise ERROR(f"TOLD {inside}")
    return value


class Own:
    def __str__(self) -> str:
        tell()
        return "own"

    def __eq__(self, other: object) -> bool:
        tell()
        return isinstance(other, Own)

    __repr__, __hash__ = __str__, object.__hash__


class Part(BaseModel):
    size: int = 1

    @field_serializer("size")
    def _written(self, value: int) -> int:
        return tell(value)


class App(BaseSettings, arbitrary_types_allowed=True):
    api_key: Annotated[SecretStr, AfterValidator(tell)] = SecretStr("unset")
    own: Own = Own()
    own_token: Own = Own()
    part: Part = Part()
    made: int = Field(default_factory=lambda: tell(5))
    port: int = 80

    @classmethod
    def settings_customise_sources(cls, settings_cls: Any, **given: Any) -> Any:
        tell()
        return tuple(given.values())


IS_IMPORTED, ERROR = True, None
"""

COMMANDS = [
    ["check", "a.env", "--deploy", "--format", "json"],
    ["check", "a.env", "--loader", "docker", "--loader", "bash"],
    ["show", "a.env", "--format", "json"],
    *(["explain", name, "a.env"] for name in ("OWN", "PART", "API_KEY")),
    ["diff", "a.env", "b.env"],
    ["read", "a.env", "--loader", "docker"],
    *([command, "-"] for command in ("example", "docs", "schema")),
]


@pytest.mark.parametrize("error", ["None", "ValueError", "SystemExit", "Stop"])
def test_no_command_repeats_it(
    error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be the very values that are wrong, and a report in JSON is none with it."""
    (tmp_path / "printing_app.py").write_text(SETTINGS.replace("ERROR = True, None", f"ERROR = True, {error}"))
    (tmp_path / "a.env").write_text("API_KEY=kXwvQzmWncRt\nPORT=x\n")
    (tmp_path / "b.env").write_text("PORT=1\n")
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "printing_app:App"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "printing_app", raising=False)
    for words in COMMANDS:
        status = main(words)
        said = capsys.readouterr()
        assert "TOLD" not in said.out + said.err, words
        assert "this is a bug" not in said.err, words
        if words[0] == "check":
            assert status == 1
        if "json" in words:
            json.loads(said.out)
