"""Compares the loaders `node` and `dotenv` with node itself and with npm's dotenv."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from env_texts import contents
from setpoint.envfile import dotenv, node
from setpoint.envfile.source_text import SourceText

_LIVE = Path(__file__).with_name("live")
_ENVIRONMENT = {"OUTER": "outer_value"}
_SCRIPT = """
const fs = require("node:fs");
const dotenv = require("dotenv");
const [outer, ...files] = process.argv.slice(1);
const readings = files.map((file) => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  process.env.OUTER = outer;
  process.loadEnvFile(file);
  const { OUTER, ...node } = process.env;
  return { node, dotenv: dotenv.parse(fs.readFileSync(file)) };
});
process.stdout.write(JSON.stringify(readings));
"""


@pytest.fixture(scope="module")
def node_program() -> Path:
    """Return node 24, which `npm ci` puts beside npm's dotenv."""
    found = sorted(_LIVE.glob("node_modules/node-*/bin/node"))
    assert found, "node and dotenv are missing; run `make setup`, or `npm ci --ignore-scripts` in the directory `live`"
    return found[0]


@settings(
    max_examples=8,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(files=st.lists(contents, min_size=30, max_size=60))
def test_node_and_dotenv_read_the_same(node_program: Path, tmp_path: Path, files: list[bytes]) -> None:
    """`process.loadEnvFile()` and `dotenv.parse()` give the same names and values."""
    readings = _real_readings(node_program, tmp_path, files)
    for content, real in zip(files, readings, strict=True):
        text = SourceText.from_bytes("file", content).text
        assert dict(node.read(text, _ENVIRONMENT).variables) == real["node"], text
        assert dict(dotenv.read(text, _ENVIRONMENT).variables) == real["dotenv"], text


def _real_readings(program: Path, directory: Path, files: list[bytes]) -> list[dict[str, dict[str, str]]]:
    names = []
    for number, content in enumerate(files):
        path = directory / f"{number}.env"
        path.write_bytes(content)
        names.append(str(path))
    command: list[str | Path] = [program, "-e", _SCRIPT, "outer_value", *names]
    done = subprocess.run(command, cwd=_LIVE, env={}, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    readings: list[dict[str, dict[str, str]]] = json.loads(done.stdout)
    return readings
