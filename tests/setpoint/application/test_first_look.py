"""What passes at once by the class itself is what a check in full finds nothing in, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AliasChoices, AliasPath, BaseModel, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint import FileVariables
from setpoint.application.check_classes import check_classes
from setpoint.application.first_look import first_look
from setpoint.application.importing import import_settings_classes
from setpoint.application.wanted import Wanted
from setpoint.check.outcome import Severity
from setpoint.project import Project
from support.checking import BACKEND

FAULTY = Path(__file__).parents[1] / "faulty"
GOOD = "PORT=8080\nNAME='a b'  # comment\nTOKEN=q8Zr2vLkT0\nTAGS=[\"a\"]\n"


class Pool(BaseModel):
    """Settings inside a setting."""

    size: int = 1


class Plain(BaseSettings):
    """Most classes are like this one."""

    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__", extra="ignore")

    port: int = Field(ge=1)
    name: str = "x"
    token: SecretStr = SecretStr("")
    tags: list[str] = []
    pool: Pool = Pool()

    @field_validator("name")
    @classmethod
    def short(cls, value: str) -> str:
        """Refuse what is long."""
        if len(value) > 3:
            message = "it is too long"
            raise ValueError(message)
        return value


class Open(Plain):
    """It keeps what it does not know."""

    model_config = SettingsConfigDict(extra="allow")


class Closed(Plain):
    """It refuses what it does not know."""

    model_config = SettingsConfigDict(extra="forbid")


class CaseSensitive(Plain):
    """`PORT` is no setting of it."""

    model_config = SettingsConfigDict(case_sensitive=True)


class IgnoresEmpty(Plain):
    """An empty value is none."""

    model_config = SettingsConfigDict(env_ignore_empty=True, env_file=None)


class Deprecated(Plain):
    """A setting that is on its way out."""

    old: int = Field(1, deprecated="use `PORT`")


class Renamed(Plain):
    """A setting with two names, and one inside a value."""

    port: int = Field(1, validation_alias=AliasChoices("PORT", "HTTP_PORT"))  # type: ignore[pydantic-alias]  # as apps have it
    name: str = Field("x", validation_alias=AliasPath("POOL", "name"))  # type: ignore[pydantic-alias]  # as apps have it


class FromFiles(FileVariables):
    """It takes `PORT_FILE`."""

    port: int = 1


class Deaf(Plain):
    """It reads nothing of what is in files or in the environment."""

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
        """Take what the code gives alone."""
        return (sources["init_settings"],)


class InLatin1(Plain):
    """It reads other letters in the same bytes."""

    model_config = SettingsConfigDict(env_file_encoding="latin-1")


class Around(BaseSettings):
    """It builds another one."""

    port: int = 1
    plain: Plain = Field(default_factory=Plain)


CLASSES = (Plain, Open, Closed, CaseSensitive, IgnoresEmpty, Deprecated, Renamed, FromFiles, Deaf, InLatin1, Around)


@pytest.fixture(autouse=True)
def no_rules_of_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget that other tests have imported what an app enters rules with."""
    monkeypatch.delitem(sys.modules, "setpoint.check.catalogue.app_rule", raising=False)


def _agrees(settings_class: type[BaseSettings], path: Path) -> bool:
    """Return whether `path` passes at once; a check in full must say the same, with and without what was seen."""
    look = first_look(settings_class, str(path))
    report = look.report(Severity.WARNING) if look else None
    wanted, project = Wanted((), paths=(str(path),), fail_on=Severity.WARNING), Project(Path.cwd())
    in_full = check_classes([settings_class], {}, wanted, project)
    assert report in {None, in_full}
    assert look is None or check_classes([settings_class], {}, wanted, project, look) == in_full
    return report is not None


@pytest.mark.parametrize("settings_class", CLASSES, ids=lambda each: each.__name__)
def test_a_good_file_passes_at_once(settings_class: type[BaseSettings], tmp_path: Path) -> None:
    """Unless the class reads its variables in a way of its own."""
    (tmp_path / "prod.env").write_text("PORT=8080\n" if settings_class is IgnoresEmpty else GOOD.replace("a b", "ab"))
    passes = settings_class in {Plain, Open, Closed, IgnoresEmpty, Deprecated}
    assert _agrees(settings_class, tmp_path / "prod.env") is passes


_NAMES = st.sampled_from(
    ["PORT", "NAME", "TOKEN", "TAGS", "POOL", "POOL__SIZE", "POOL__SISE", "OLD", "HTTP_PORT", "port", "PORT_FILE"]
)
_VALUES = st.sampled_from(
    ["8080", "0", "x", "", "changeme", "'a b'", "long", '"a', "[]", '["a"]', "a,b", '{"size": 2}', "${NAME}", "$(date)",
     "a # b", "aéb"]
)  # fmt: skip
_ASSIGNMENTS = st.builds(lambda name, value: f"{name}={value}", _NAMES, _VALUES)
_OTHERS = st.sampled_from(
    ["", "# comment", "# setpoint: ignore=SP301 why", "export NAME=a", "NAME", "no line", "\ufeff", "é=1", "NAME=\0"]
)


@given(st.sampled_from(CLASSES), st.lists(st.one_of(_ASSIGNMENTS, _ASSIGNMENTS, _OTHERS), max_size=5))
def test_no_file_passes_in_which_there_is_something_to_find(
    tmp_path: Path, settings_class: type[BaseSettings], lines: list[str]
) -> None:
    """Whatever rule would find it, a warning or a remark included."""
    path = tmp_path / "prod.env"
    path.write_text("\n".join([*lines, "PORT=1"] if len(lines) % 2 else lines) + "\n")
    _agrees(settings_class, path)


@pytest.mark.parametrize("content", ["NAME=\0\nNAME\n", "NAME='a\nPORT=0\nTOKEN=x\n", "NAME\0=a\nPORT=x\n"])
def test_what_follows_a_line_that_cannot_be_read_is_found_after_a_first_look_too(content: str, tmp_path: Path) -> None:
    """As much is found as in a file that is given with others."""
    path = tmp_path / "prod.env"
    path.write_text(content)
    assert not _agrees(Plain, path)


@pytest.mark.parametrize("file", sorted(FAULTY.glob("*.env")), ids=lambda file: file.stem)
def test_no_faulty_file_passes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one for each condition that rules know."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(FAULTY)
    _agrees(import_settings_classes("shop:Shop")[0], file)


def test_rules_of_the_app_are_applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module of the settings may declare some."""
    monkeypatch.setitem(sys.modules, "setpoint.check.catalogue.app_rule", sys)
    (tmp_path / "prod.env").write_text("PORT=1\n")
    assert not _agrees(Plain, tmp_path / "prod.env")


def test_a_check_of_a_good_file_imports_nothing_that_explains_faults(tmp_path: Path) -> None:
    """What is wrong takes longer to import the words for than such a file takes to be validated."""
    (tmp_path / "prod.env").write_text("PORT=8000\nLOG_LEVEL=INFO\nENCRYPTION_KEYS=k1:" + "a" * 43 + "=\n")
    code = (
        "import pydantic_settings, config.settings, json, sys\nbefore = set(sys.modules)\n"
        f"from setpoint.cli.main import main\nmain(['check', {str(tmp_path / 'prod.env')!r}, '--format', 'full'],"
        " settings='config.settings:Settings')\nsys.stderr.write(json.dumps(sorted({*sys.modules} - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=BACKEND, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("no problems")
    loaded = set(json.loads(done.stderr))
    rooms = {".".join(each.split(".")[:2]) for each in loaded if each.startswith("setpoint.")}
    # Whoever measures coverage has read a file of TOML before.
    assert {each.partition(".")[0] for each in loaded} <= {"setpoint", "tomllib"}
    assert rooms.isdisjoint({"setpoint.client", "setpoint.generate", "setpoint.resolution", "setpoint.testing"})
    assert "setpoint.deploys" not in rooms
    assert {each for each in loaded if each.startswith("setpoint.check.")} == {
        "setpoint.check.outcome",
        "setpoint.check.report",
    }
    assert loaded.isdisjoint({"setpoint.contract.settings_class", "setpoint.contract.secrecy"})
    assert len(loaded) <= 49  # just above what it is: it may fall, and rises only with a reason


def test_a_check_of_a_faulty_env_file_imports_nothing_of_deploys(tmp_path: Path) -> None:
    """YAML and the readers of deploy files are for those who check one."""
    (tmp_path / "prod.env").write_text("PORT=x\nPROT=1\n")
    code = (
        "import json, sys\nfrom setpoint.cli.main import main\n"
        f"main(['check', {str(tmp_path / 'prod.env')!r}], settings='config.settings:Settings')\n"
        "sys.stderr.write(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=BACKEND, capture_output=True, text=True, check=True)
    assert "SP401" in done.stdout
    of_deploys = [
        each for each in json.loads(done.stderr) if each.startswith(("setpoint.deploys", "setpoint.sources.d"))
    ]
    assert of_deploys == []
    assert "yaml" not in json.loads(done.stderr)
