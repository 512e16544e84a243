"""How long it takes to read an env file of 10,000 lines, beside the programs themselves."""

import io
import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from dotenv import dotenv_values

from rounds import table, wall_ms
from setpoint.envfile.loaders import LOADERS

LINES = 10_000
# What util.parseEnv takes is measured inside node, without its start.
_NODE = """
const { parseEnv } = require('node:util');
const text = require('node:fs').readFileSync(process.argv[1], 'utf8');
const times = [];
for (let round = 0; round < 5; round++) {
  const start = process.hrtime.bigint();
  parseEnv(text);
  times.push(Number(process.hrtime.bigint() - start) / 1e6);
}
console.log(JSON.stringify(times.sort((a, b) => a - b)[2]));
"""


def text(lines: int) -> str:
    """Return an env file as services have them: most values plain, some quoted, some with a reference or a comment."""
    kinds = (
        "NAME_{0}=value-{0}",
        'QUOTED_{0}="a value with blanks {0}"',
        "# a comment on a line of its own",
        "URL_{0}=https://host-{0}.example:8443/path?key={0}",
        "SINGLE_{0}='value {0}'",
    )
    return "".join(kinds[number % len(kinds)].format(number) + "\n" for number in range(lines))


def main() -> None:
    """Measure and print."""
    content = text(LINES)
    subjects = {f"setpoint, as {name} reads": partial(loader.read, content, {}) for name, loader in LOADERS.items()}
    programs = {
        "python-dotenv without references": lambda: dotenv_values(stream=io.StringIO(content), interpolate=False),
        "python-dotenv": lambda: dotenv_values(stream=io.StringIO(content)),
    }
    figures = wall_ms({**subjects, **programs})
    with tempfile.NamedTemporaryFile("w", suffix=".env") as file:
        file.write(content)
        file.flush()
        node = str(Path(sys.executable).with_name("node"))
        said = subprocess.run([node, "-e", _NODE, file.name], capture_output=True, check=True, text=True).stdout
        figures["node's util.parseEnv"] = json.loads(said)
    table(f"Reading an env file of {LINES:,} lines", figures, "ms", "python-dotenv")


if __name__ == "__main__":
    main()
