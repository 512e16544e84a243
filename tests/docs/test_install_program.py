"""`.ci/install-program`: installs the browser of the tests where it may, and says what to type where it may not."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "install-program"
TOLD = "the tests of the pages need chromium: sudo apt-get install chromium\n"
ALWAYS = {
    "bash": 'exec /bin/bash "$@"',
    "true": "exit 0",
    "env": 'shift; exec "$@"',
    "install": "exec /bin/cat >/dev/null",
    "rm": "exit 0",
}


def _machine(folder: Path, **programs: str) -> None:
    """Make programs that say how they were called."""
    for name, body in {**ALWAYS, **programs}.items():
        path = folder / name.replace("_", "-")
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)


CALLED = "echo $1 >> {folder}/calls"


@pytest.mark.parametrize(
    ("programs", "calls", "status", "said"),
    [
        ({"chromium": "true"}, [], 0, ""),
        ({"apt_get": CALLED, "id": "echo 0"}, ["update", "install"], 0, ""),
        ({"apt_get": CALLED, "id": "echo 1000", "sudo": 'shift; exec "$@"'}, ["update", "install"], 0, ""),
        ({"apt_get": CALLED, "id": "echo 1000", "sudo": "exit 1"}, [], 1, TOLD),
        ({}, [], 1, "the tests of the pages need chromium: install it, so that `chromium` is on the path\n"),
    ],
    ids=["is there", "root", "sudo without a password", "may not", "no apt-get"],
)
def test_chromium_is_installed_or_one_line_says_how(
    tmp_path: Path, programs: dict[str, str], calls: list[str], status: int, said: str
) -> None:
    """Never a silent skip."""
    _machine(tmp_path, **{name: body.format(folder=tmp_path) for name, body in programs.items()})
    done = subprocess.run(
        ["/bin/bash", str(SCRIPT), "chromium", "the tests of the pages"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    log = tmp_path / "calls"
    assert (done.returncode, done.stderr) == (status, said)
    assert (log.read_text().splitlines() if log.exists() else []) == calls
