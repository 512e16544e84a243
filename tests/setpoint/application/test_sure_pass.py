"""What passes at once is what a check in full finds nothing in, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AliasChoices, BaseModel, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.application.check_app import check_app
from setpoint.application.sure_pass import sure_pass
from setpoint.application.wanted import Wanted
from setpoint.check.outcome import Severity
from setpoint.cli.main import main
from setpoint.contract.document.manifest import settings_manifest
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project

FAULTY = Path(__file__).parents[1] / "faulty"
GOOD = "PORT=8080\nNAME='a b'  # comment\nTOKEN=q8Zr2vLkT0\nTAGS=[\"a\"]\n"


class Pool(BaseModel):
    """Settings inside a setting."""

    size: int = 1


class Plain(BaseSettings):
    """Nothing that a contract can't carry."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    port: int = Field(ge=1)
    name: str = "x"
    token: SecretStr = SecretStr("")
    tags: list[str] = []
    pool: Pool = Pool()


class Checked(Plain):
    """A check that the class alone makes."""

    @field_validator("name")
    @classmethod
    def short(cls, value: str) -> str:
        """Refuse nothing."""
        return value


class Deprecated(BaseSettings):
    """A setting that is on its way out."""

    port: int = 1
    old: int = Field(1, deprecated="use `PORT`")


class Renamed(BaseSettings):
    """A setting with two names."""

    port: int = Field(1, validation_alias=AliasChoices("PORT", "HTTP_PORT"))  # type: ignore[pydantic-alias]  # as apps have it


CLASSES = {each.__name__: each for each in (Plain, Checked, Deprecated, Renamed)}


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Write the contract of each class; return the paths by its name."""
    folder = tmp_path_factory.mktemp("contracts")
    for name, each in CLASSES.items():
        (folder / f"{name}.json").write_text(settings_manifest(SettingsContract.of(each)))
    return {name: str(folder / f"{name}.json") for name in CLASSES}


def _agrees(schema: str, path: Path) -> bool:
    """Return whether `path` passes at once; it must be what a check in full says."""
    report = sure_pass(schema, str(path), Severity.WARNING)
    wanted = Wanted((), schema, paths=(str(path),), fail_on=Severity.WARNING)
    assert report is None or report == check_app(wanted, Project(Path.cwd()))
    return report is not None


@pytest.mark.parametrize(("name", "passes"), [("Plain", True), ("Checked", True), ("Deprecated", False)])
def test_a_good_file_passes_at_once(contracts: dict[str, str], name: str, passes: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a table
    """Unless the contract says things of settings that take more to look at."""
    (tmp_path / "prod.env").write_text(GOOD)
    assert _agrees(contracts[name], tmp_path / "prod.env") is passes


_NAMES = st.sampled_from(
    ["PORT", "NAME", "TOKEN", "TAGS", "POOL", "POOL__SIZE", "POOL__SISE", "OLD", "HTTP_PORT", "port"]
)
_VALUES = st.sampled_from(
    ["8080", "0", "x", "", "changeme", "'a b'", '"a', "[]", '["a"]', "a,b", '{"size": 2}', "${NAME}",
     "$(date)", "a # b"]
)  # fmt: skip
_ASSIGNMENTS = st.builds(lambda name, value: f"{name}={value}", _NAMES, _VALUES)
_OTHERS = st.sampled_from(
    ["", "# comment", "# setpoint: ignore=SP301 why", "export NAME=a", "NAME", "no line", "\ufeff", "é=1", "NAME=\0"]
)


@given(st.sampled_from(sorted(CLASSES)), st.lists(st.one_of(_ASSIGNMENTS, _ASSIGNMENTS, _OTHERS), max_size=5))
def test_no_file_passes_in_which_there_is_something_to_find(
    contracts: dict[str, str], tmp_path: Path, name: str, lines: list[str]
) -> None:
    """Whatever rule would find it, a warning or a remark included."""
    path = tmp_path / "prod.env"
    path.write_text("\n".join([*lines, "PORT=1"] if len(lines) % 2 else lines) + "\n")
    _agrees(contracts[name], path)


@pytest.mark.parametrize("file", sorted(FAULTY.glob("*.env")), ids=lambda file: file.stem)
def test_no_faulty_file_passes(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one for each condition that rules know."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(FAULTY)
    assert main(["schema", "--settings", "shop:Shop", str(tmp_path / "contract.json")]) == 0
    _agrees(str(tmp_path / "contract.json"), file)


def test_a_check_that_passes_at_once_imports_no_pydantic(contracts: dict[str, str], tmp_path: Path) -> None:
    """That is what it is for: pydantic's core alone takes a quarter of the time."""
    (tmp_path / "prod.env").write_text(GOOD)
    words = ["check", "prod.env", "--schema", contracts["Plain"], "--format", "json"]
    code = f"import sys; from setpoint.cli.main import main; main({words}); sys.stderr.write(str(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["status"] == "passed"
    assert "'pydantic_core'" in done.stderr
    assert "'pydantic'" not in done.stderr
    assert "'pydantic_settings'" not in done.stderr
