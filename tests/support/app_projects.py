"""Projects of other people, each in a copy of its own, beside an installed Setpoint."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from support.checking import Completed, run

PROJECTS = Path(__file__).parents[1] / "apps"
NAMES = ("flask_shop", "fastapi_tickets", "django_magazine")
_CANARY = re.compile(r"zQ7[\w-]+")
_LONGEST_PIECE = 5


@dataclass(frozen=True)
class AppProject:
    """A copy of one of the projects.

    Attributes:
        name: Its folder below `tests/apps`.
        folder: Where the copy is.
        programs: The folder of the programs that are installed for it: `python` and `setpoint`.
    """

    name: str
    folder: Path
    programs: Path

    @classmethod
    def copied(cls, name: str, folder: Path, programs: Path) -> "AppProject":
        """Copy the project `name` to `folder`."""
        shutil.copytree(PROJECTS / name, folder, ignore=shutil.ignore_patterns("__pycache__"))
        return cls(name, folder, programs)

    def setpoint(self, *words: str, environment: Mapping[str, str] | None = None) -> Completed:
        """Run `setpoint` in the project, with nothing in the environment but `environment`."""
        return run([str(self.programs / "setpoint"), *words], environment, self.folder)

    def python(self, *words: str, environment: Mapping[str, str] | None = None) -> Completed:
        """Run its Python in the project; warnings are errors there, too."""
        return run([str(self.programs / "python"), "-W", "error", *words], environment, self.folder)

    def take(self, name: str) -> None:
        """Let the app read its env file `name` by itself."""
        shutil.copy(self.folder / name, self.folder / ".env")

    def environment(self, name: str) -> dict[str, str]:
        """Return what a process manager hands over that reads the env file `name`."""
        return {key: value for key, value in dotenv_values(self.folder / name).items() if value is not None}

    def adopt(self) -> None:
        """Have Setpoint load the settings, where the project does it by itself yet: that is one line, and an import."""
        for path in self.folder.rglob("*.py"):
            text = path.read_text()
            path.write_text(
                text.replace("settings = Settings()", "from setpoint import load\n\nsettings = load(Settings)")
            )


Copies = Callable[[str], AppProject]
"""Makes a copy of the project of a name."""


def faults(result: Completed) -> list[str]:
    """Return what `check --format json` found, each on a line of its own: place, severity, rule and variable."""
    return [
        f"{_place(each['location'])} {each['severity']} {each['code']} {each['variable']}"
        for each in json.loads(result.stdout)["diagnostics"]
    ]


def _place(location: Any) -> str:
    return f"{location['line']}:{location['column']}" if location else "nowhere"


def leaked(text: str, project: AppProject) -> list[str]:
    """Return the pieces of the project's secrets that `text` holds."""
    found = {canary for path in project.folder.rglob("*.env") for canary in _CANARY.findall(path.read_text())}
    assert found, "there is nothing to leak"
    return sorted({piece for canary in found for piece in _pieces(canary) if piece in text})


def _pieces(canary: str) -> Iterator[str]:
    size = _LONGEST_PIECE + 1
    return (canary[at : at + size] for at in range(len(canary) - _LONGEST_PIECE))
