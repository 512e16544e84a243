"""The list of loaders, and that a loader costs nothing before it is used."""

import subprocess
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from setpoint.envfile.loaders import LOADERS, UnknownLoaderError, find_loader

_BACKEND = Path(__file__).parents[3] / "backend"


def test_twelve_programs_are_followed() -> None:
    """The names are those that people write after `--loader`."""
    assert list(LOADERS) == snapshot(
        [
            "python-dotenv",
            "docker",
            "compose",
            "systemd",
            "bash",
            "dash",
            "kubectl",
            "node",
            "podman",
            "uv",
            "dotenv",
            "github-env",
        ]
    )


def test_an_unknown_loader_is_told_with_all_that_there_are() -> None:
    """The message can be shown as it is."""
    with pytest.raises(
        UnknownLoaderError, match="there is no loader `foreman`; the loaders are `python-dotenv`, `docker`"
    ):
        find_loader("foreman")


@pytest.mark.parametrize("loader", LOADERS)
def test_a_loader_imports_neither_pydantic_nor_other_loaders(loader: str) -> None:
    """Reading a file with one program's grammar needs that program's module alone."""
    code = (
        "import sys\n"
        "from setpoint.envfile.loaders import LOADERS, find_loader\n"
        f"find_loader({loader!r}).read('A=1', {{}})\n"
        "modules = {name.replace('-', '_') for name in LOADERS} | {'pydantic', 'argparse', 'json'}\n"
        "print(*sorted(m for m in modules if m in sys.modules or f'setpoint.envfile.programs.{m}' in sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=_BACKEND, env={}, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == [loader.replace("-", "_")]
