"""What one settings class of an app hides, nothing that is said of the others shows."""

import json
from pathlib import Path

import pytest

from support.checking import run_setpoint

CANARY = "corr3ct-Horse-Battery"
_HOLDER = """
from typing import Any

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    JsonConfigSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
    YamlConfigSettingsSource,
)


class Inner(BaseModel):
    blob: SecretStr = SecretStr("")


class Holder(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", toml_file="a.toml", json_file="a.json", yaml_file="a.yaml"
    )

    blob: SecretStr = SecretStr("")
    made: SecretStr = Field(default_factory=lambda: SecretStr(MADE))
    inner: Inner = Inner()

    @classmethod
    def settings_customise_sources(cls, settings_cls, init_settings, env_settings, dotenv_settings, **_):
        files = (TomlConfigSettingsSource, JsonConfigSettingsSource, YamlConfigSettingsSource)
        vault = InitSettingsSource(settings_cls, init_kwargs=VAULT)
        return env_settings, dotenv_settings, vault, *(each(settings_cls) for each in files)
"""
_QUOTER = """
from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Quoter(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    page: str = ""
    size: str = ""

    @field_validator("size")
    @classmethod
    def _quote(cls, value: str) -> str:
        raise ValueError(f"{value} is no size")
"""
_PLACES = {
    "TOML": ("a.toml", f'blob = "{CANARY}"\n'),
    "TOML, inside": ("a.toml", f'[inner]\nblob = "{CANARY}"\n'),
    "JSON": ("a.json", json.dumps({"blob": CANARY})),
    "YAML": ("a.yaml", f"blob: {CANARY}\n"),
    "a source of the app's own": ("vault.py", f'VAULT = {{"blob": "{CANARY}"}}\n'),
    "a default factory": ("made.py", f'MADE = "{CANARY}"\n'),
    "a variable that is no secret by its name": (".env", f"BLOB={CANARY}\n"),
}


@pytest.fixture(params=_PLACES)
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the folder of an app with two settings classes; one holds a secret, and the other one's variables do."""
    files = {
        "vault.py": "VAULT = {}\n",
        "made.py": 'MADE = ""\n',
        "holder.py": f"from made import MADE\nfrom vault import VAULT\n{_HOLDER}",
        "quoter.py": _QUOTER,
        "pyproject.toml": '[tool.setpoint]\nsettings = ["holder:Holder", "quoter:Quoter"]\n',
    }
    path, content = _PLACES[request.param]
    for name, text in {**files, path: content}.items():
        (tmp_path / name).write_text(text)
    with (tmp_path / ".env").open("a") as file:
        file.write(f"PAGE={CANARY}\nSIZE='not {CANARY}'\n")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "show",
        "show .env --format json",
        "explain PAGE",
        "check --format full",
        "check .env --format github --settings quoter:Quoter --settings holder:Holder",
    ],
)
def test_no_class_shows_a_secret_of_another(app: Path, words: str) -> None:
    """Wherever that one has it from, and in whichever order they are named: in values, lines and validators' words."""
    ended = run_setpoint(*words.split(), cwd=app)
    said = (ended.stdout + ended.stderr).decode()
    assert ended.returncode in {0, 1}, said
    assert "PAGE" in said or "SIZE" in said
    assert CANARY not in said
    assert "Horse" not in said


_COMPOSE = f"""\
services:
  web:
    image: web
    environment:
      BLOB: {CANARY}
  worker:
    image: worker
    environment:
      PAGE: {CANARY}
      SIZE: not {CANARY}
"""
_DEPLOY = """
[tool.setpoint.deploys.production]
files = ["compose.yaml"]
services = {web = "holder:Holder", worker = "quoter:Quoter"}
"""


@pytest.mark.parametrize(
    "words", ["check", "check --format json", "check --format github", "show compose.yaml --service worker"]
)
def test_no_service_of_a_deploy_shows_a_secret_of_another(tmp_path: Path, words: str) -> None:
    """Each runs a class of its own, and the file is one."""
    files = {
        "holder.py": f'MADE, VAULT = "", {{}}\n{_HOLDER}',
        "quoter.py": _QUOTER,
        "compose.yaml": _COMPOSE,
        "pyproject.toml": _DEPLOY,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    ended = run_setpoint(*words.split(), cwd=tmp_path)
    said = (ended.stdout + ended.stderr).decode()
    assert "SIZE" in said
    assert CANARY not in said


def test_a_file_that_is_no_deploy_needs_a_settings_class(tmp_path: Path) -> None:
    """That a project deploys something does not name one."""
    (tmp_path / "pyproject.toml").write_text(_DEPLOY)
    (tmp_path / "prod.env").write_text("A=1\n")
    ended = run_setpoint("show", "prod.env", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert b"no settings class is named" in ended.stderr
