"""No command says a secret of any kind in any format: as written, as decoded, in part, or in the wrong place."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from setpoint.cli.main import main
from setpoint.envfile.loaders import LOADERS
from setpoint.formats.registry import FORMATS

SETTINGS = """
import base64
from typing import Annotated, Any, Literal
from pydantic import AfterValidator, Base64Str, BaseModel, IPvAnyAddress, Json, Secret, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def tell(value: Any) -> Any:
    inside = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    raise ValueError(f"{inside} and {inside!r} and {str(inside)[:9]} and {str(inside)[3:]} are bad")


class Part(BaseModel):
    password: str | None = None
    size: int = 1
    labels: dict[str, str] = {}


class Keeps(BaseSettings):
    model_config = SettingsConfigDict(env_file="a.env", extra="allow", env_nested_delimiter="__")
    port: int = 80
    part: Part = Part()


class App(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")
    api_key: Annotated[SecretStr | None, AfterValidator(tell)] = SecretStr("DEFAULT")
    encoded_secret: Annotated[Base64Str | None, AfterValidator(tell)] = None
    json_secret: Annotated[Json | None, AfterValidator(tell)] = None
    db_password: str = "DEFAULT"
    database_url: str = "postgresql://app:DEFAULT@db/app"
    proxy: str = "http://u:DEFAULT@proxy"
    options: dict[str, str] = {"password": "DEFAULT"}
    part: Part = Part()
    port: int = 80
    host: IPvAnyAddress | None = None
    mode: Literal["fast", "safe"] = "fast"
    motto: str = ""
    sizes: dict[str, int] = {}
    words: Annotated[str, AfterValidator(tell)] = ""

    @field_validator("motto")
    @classmethod
    def _quotes(cls, value: str) -> str:
        raise ValueError(f"{value} is no motto")
"""

SECRETS = {
    "a token": "kXwvQzmWncRt",
    "hexadecimal digits": "3f2504e04f8911d39a0c0305e82c3301",
    "words": "correct-horse-battery",
    "one word": "swordfish",
    "letters of another script": "geheim-\u043f\u0430\u0440\u043e\u043b\u044c",
    "quotes and signs": "Tr0ub\"4d'or&3%",
    "blanks": "correct horse battery",
    "a PIN": "471183",
}
OFTEN = {"a token", "quotes and signs"}
"""What is tried every time; each kind is hundreds of commands."""

LINES = [
    *("API_KEY={0}", 'API_KEY="{0}', "API_KEY={0} # {0}", "API_KEY {0}", "# {0}", "{0}", "{0}=1", "export {0}", "={0}"),
    *(
        "API_KEY={0}\nAPI_KEY={0}",
        "APIKEY={0}",
        "API_KYE={0}",
        "OTHER_TOKEN={0}",
        "API_KEY=${{{0}}}",
        "API_KEY=${{X:-{0}}}",
    ),
    *("ENCODED_SECRET={1}", "JSON_SECRET={2}", 'JSON_SECRET={{"a": [{2}]}}', "DB_PASSWORD={0}", "DB_PASSWORD={3}"),
    *(
        "DATABASE_URL=postgresql://u:{3}@h/d",
        "PROXY=http://u:{3}@h",
        'OPTIONS={{"password": {2}}}',
        "OPTIONS__PASSWORD={0}",
    ),
    *("PART__PASSWORD={0}\nPART__LABELS__A={0}", 'DB_PASSWORD={0}\nPART={{"labels": {{"a": {2}}}}}'),
    *('PART={{"password": {2}, "size": "x"}}', "PART__PASSWORD={0}\nPART__SIZE=x", "API_KEY={0}\nPORT={0}\nMODE={0}"),
    *("DB_PASSWORD={0}\nMOTTO={0}", "DB_PASSWORD={0}\nMOTTO=so {0} it is", "DB_PASSWORD={0}\nMOTTO=${{DB_PASSWORD}}"),
    *(
        "OTHER_PASSWORD={0}\nMOTTO=${{OTHER_PASSWORD}}",
        "DB_PASSWORD={0}\nHOST={0}",
        "DB_PASSWORD={0}\nSIZES={{{2}: 1}}",
    ),
    *(
        "DB_PASSWORD={0}\nWORDS={0}",
        "DB_PASSWORD={0}\n{0}=1\n{0}",
        "DB_PASSWORD={0}\nUNKNOWN={0}",
        "API_KEY={0}\\\nPORT=x",
    ),
    *(
        "# setpoint: ignore={0} {0}\nAPI_KEY={0}",
        "# setpoint: ignore=SP301 {0}\nX=1",
        "DB_PASSWORD={0}\nDATABASE_URL={1}",
    ),
]

COMMANDS = [
    *(["check", "a.env", "--deploy", "--format", name] for name in FORMATS),
    *(["check", "a.env", "--environment", "--loader", name] for name in ("docker", "systemd", "bash", "compose")),
    ["check", "a.env", "--loader", "docker", "--loader", "systemd", "--loader", "node", "--format", "json"],
    ["check", "--environment", "--format", "json"],
    *(["show", "a.env", "--format", form] for form in ("text", "json")),
    ["show", "a.env", "--environment", "--format", "json"],
    *(["explain", name, "a.env"] for name in ("API_KEY", "DB_PASSWORD", "MOTTO", "OPTIONS", "PROXY")),
    *(["diff", "a.env", "b.env", "--format", form] for form in ("text", "json")),
    ["diff", "b.env", "--environment"],
    *(["read", "a.env", "--format", "json", "--loader", name] for name in LOADERS),
    *([command, "-"] for command in ("example", "docs", "schema")),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of an app whose validators tell all that they know."""
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "canary_app:App"\n')
    (tmp_path / "b.env").write_text("PORT=1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def _forbidden(secret: str) -> set[str]:
    """Return what must be in no output: the secret in all its forms, and what a validator cuts out of it."""
    forms = {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode(), json.dumps(secret)[1:-1]}
    forms |= {repr(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], secret.replace(" ", "\n")}
    long = {form[:9] for form in forms} | {form[3:] for form in forms} if len(secret) > 11 else set()
    return {form for form in forms | long if len(form) >= 6}


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in OFTEN else pytest.mark.long) for kind in SECRETS]
)
def test_no_command_says_a_secret(
    kind: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever somebody puts it."""
    secret, shift = SECRETS[kind], [*SECRETS].index(kind)
    (project / "canary_app.py").write_text(SETTINGS.replace("DEFAULT", quote(secret)), encoding="utf-8")
    monkeypatch.delitem(__import__("sys").modules, "canary_app", raising=False)
    forms = (secret, base64.b64encode(secret.encode()).decode(), json.dumps(secret), quote(secret, safe=""))
    for name in ("API_KEY", "OTHER_TOKEN", "DB_PASSWORD", "MOTTO", "HOST", "API_KYE"):
        monkeypatch.setenv(name, secret)
    said: dict[tuple[str, ...], str] = {}
    for number, line in enumerate(LINES):
        (project / "a.env").write_text(line.format(*forms) + "\n", encoding="utf-8")
        if kind == "one word" and line in {"{0}=1", "export {0}", "{0}"}:
            continue  # Nobody could tell it from the name of a variable.
        for words in COMMANDS[(number + shift) % 12 :: 12] if number else COMMANDS:
            main(words)
            said[line, *words] = "".join(capsys.readouterr())
    leaks = {key: each for key, text in said.items() for each in _forbidden(secret) if each in text}
    assert leaks == {}


@pytest.mark.parametrize("secret", ["kXwvQzmWncRtPz7", "3f2504e04f8911d39a0c0305e82c3301"])
@pytest.mark.parametrize("line", ["{0}=x", "PART__PASSWORD={0}\nPART__LABELS__A={0}"])
def test_no_command_says_a_secret_in_settings_that_the_class_accepts(
    line: str, secret: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever stands before `=` is a setting of a class with `extra="allow"`, and a model is shown as it is."""
    (project / "keeping_app.py").write_text(SETTINGS.replace("DEFAULT", "d"), encoding="utf-8")
    (project / "a.env").write_text(f"PORT=1\n{line.format(secret)}\n")
    for words in [*COMMANDS, ["check"], ["show"]]:
        if words[0] in {"check", "show", "diff"}:
            main([words[0], "--settings", "keeping_app:Keeps", *words[1:]])
    said = "".join(capsys.readouterr())
    assert "PORT" in said
    assert [each for each in (secret, secret.upper()) if each[:6] in said] == []
