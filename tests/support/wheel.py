"""Builds the wheel, and installs it where nothing of the repository is."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from support.checking import BACKEND


def build_wheel(folder: Path) -> Path:
    """Build the wheel into `folder`, as a release does."""
    program = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(program, check=True, cwd=BACKEND.parent, env=dict(os.environ), capture_output=True, timeout=60)
    return next(folder.glob("*.whl"))


def install(wheel: Path, folder: Path) -> Path:
    """Install `wheel` alone into a new virtual environment in `folder`, and return the folder of its programs.

    What it depends on is found where the tests find it. The `.pth` file that makes the repository's own
    packages importable stands there too, and is not read: Python reads those of the environment itself alone.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    packages = sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)})
    Path(packages, "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    pip = [sys.executable, "-m", "pip", "--isolated", "--python", str(folder / "bin" / "python")]
    options = ["install", "--quiet", "--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check"]
    subprocess.run([*pip, *options, str(wheel)], check=True, timeout=60)
    return folder / "bin"
