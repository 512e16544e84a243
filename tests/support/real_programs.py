"""Runs the real programs on env files, many files at a time, and says what each of them read."""

import io
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import dotenv

ENVIRONMENT = {"OUTER": "outer_value", "HOME": "/home/app", "PATH": "/nonexistent"}
"""What every program finds in its environment, and no command in its path."""

Read = dict[str, str]

_LIVE = Path(__file__).parents[1] / "setpoint" / "envfile" / "live"
_ENV = "/usr/bin/env"
_NODE_SCRIPT = """
const fs = require("node:fs");
const dotenv = require("dotenv");
const [environment, ...files] = process.argv.slice(1);
const readings = files.map((file) => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, JSON.parse(environment));
  process.loadEnvFile(file);
  return { node: { ...process.env }, dotenv: dotenv.parse(fs.readFileSync(file)) };
});
process.stdout.write(JSON.stringify(readings));
"""
_SHELL_SCRIPT = rf"""
for __file do
  (set --; set -a; . "$__file"; unset __file; exec {_ENV} -0) 2>/dev/null
  printf '\001\002\003'
done
"""
_END_OF_READING = b"\1\2\3"
_OWN_VARIABLES = {
    "PWD", "OLDPWD", "SHLVL", "_",
    "UV", "UV_RUN_RECURSION_DEPTH", "VIRTUAL_ENV", "PYTHONHOME",
}  # fmt: skip


def read_by_python_dotenv(text: str) -> dict[str, str | None]:
    """Return what `dotenv_values()` reads; None is a bare name."""
    logging.getLogger("dotenv.main").setLevel(logging.CRITICAL)
    with mock.patch.dict("os.environ", ENVIRONMENT, clear=True):
        return dict(dotenv.dotenv_values(stream=io.StringIO(text, newline=None)))


def read_by_node_and_dotenv(directory: Path, contents: Sequence[bytes]) -> list[dict[str, Read]]:
    """Return what `node --env-file` and npm's dotenv read, under these names, with ENVIRONMENT left out for node."""
    assert (_LIVE / "node_modules").is_dir(), "npm's dotenv is missing: run `make setup`"
    command: list[str | Path] = [
        Path(sys.executable).with_name("node"),
        "-e",
        _NODE_SCRIPT,
        json.dumps(ENVIRONMENT),
        *_written(directory, contents),
    ]
    done = subprocess.run(command, cwd=_LIVE, env={}, capture_output=True, timeout=60, check=True)
    readings: list[dict[str, Read]] = json.loads(done.stdout)
    return [{**reading, "node": _without_the_environment(reading["node"])} for reading in readings]


def read_by_uv(directory: Path, contents: Sequence[bytes]) -> list[Read | None]:
    """Return what `uv run --env-file` gives to a command; None where uv refuses the file."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(_read_by_uv, _written(directory, contents)))


def read_by_shell(shell: str, directory: Path, contents: Sequence[bytes]) -> list[Read]:
    """Return what `set -a; . FILE` hands on; the caller answers for it that nothing in the files is run."""
    program = shutil.which(shell)
    assert program, f"`{shell}` is missing on this machine"
    command = [program, "-c", _SHELL_SCRIPT, shell, *_written(directory, contents)]
    done = subprocess.run(command, env=ENVIRONMENT, cwd=directory, capture_output=True, timeout=60, check=True)
    return [_variables(output) for output in done.stdout.split(_END_OF_READING)[:-1]]


def _read_by_uv(path: str) -> Read | None:
    uv = Path(sys.executable).with_name("uv")
    options = ["--quiet", "--offline", "--no-project", "--no-config", "--no-cache", "--python", sys.executable]
    command: list[str | Path] = [uv, "run", *options, "--env-file", path, "--", _ENV, "-0"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, timeout=60, check=False)
    if done.returncode:
        return None
    # uv puts its own directory into PATH, which the file cannot set; `_` is set by shells alone.
    return _variables(done.stdout, own=_OWN_VARIABLES - {"_"} | {"PATH"})


def _written(directory: Path, contents: Sequence[bytes]) -> list[str]:
    paths = [directory / f"{number}.env" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return [str(path) for path in paths]


def _variables(output: bytes, own: AbstractSet[str] = _OWN_VARIABLES) -> Read:
    pairs = (entry.partition("=") for entry in output.decode("utf-8", "surrogateescape").split("\0") if entry)
    return _without_the_environment({name: value for name, _, value in pairs}, own)


def _without_the_environment(variables: Read, own: AbstractSet[str] = _OWN_VARIABLES) -> Read:
    return {name: value for name, value in variables.items() if name not in own and ENVIRONMENT.get(name) != value}
