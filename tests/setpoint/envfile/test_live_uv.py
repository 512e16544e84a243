"""Compares the loader `uv` with uv itself."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from env_texts import contents
from setpoint.envfile.source_text import SourceText
from setpoint.envfile.uv import read

_UV = Path(sys.executable).with_name("uv")
_ENVIRONMENT = {"OUTER": "outer_value", "PATH": "/nonexistent"}
_OWN_VARIABLES = {"UV", "UV_RUN_RECURSION_DEPTH", "VIRTUAL_ENV", "PYTHONHOME", *_ENVIRONMENT}


@settings(
    max_examples=4,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(files=st.lists(contents, min_size=15, max_size=25))
def test_uv_reads_the_same(tmp_path: Path, files: list[bytes]) -> None:
    """`uv run --env-file` gives a command the same names and values, or refuses the same files."""

    def real_reading(numbered: tuple[int, bytes]) -> dict[str, str] | None:
        number, content = numbered
        path = tmp_path / f"{number}.env"
        path.write_bytes(content)
        return _real_reading(path)

    with ThreadPoolExecutor(2) as pool:
        readings = list(pool.map(real_reading, enumerate(files)))
    for content, real in zip(files, readings, strict=True):
        reading = read(SourceText.from_bytes("file", content).text, _ENVIRONMENT)
        assert (None if reading.refused else dict(reading.variables)) == real, content


def _real_reading(path: Path) -> dict[str, str] | None:
    options = ["--quiet", "--offline", "--no-project", "--no-config", "--no-cache", "--python", sys.executable]
    command: list[str | Path] = [_UV, "run", *options, "--env-file", path, "--", "/usr/bin/env", "-0"]
    environment = {**_ENVIRONMENT, "HOME": str(path.parent)}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    if done.returncode:
        return None
    pairs = (entry.partition("=") for entry in done.stdout.decode().split("\0") if entry)
    return {name: value for name, _, value in pairs if name not in _OWN_VARIABLES and name != "HOME"}
