"""`make demo` as somebody who types it sees it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from support.free_port import free_port
from support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 90.0


@dataclass(frozen=True)
class RunningDemo:
    """A demo that has come to its refusal.

    Attributes:
        address: The page that it says to open.
        token: The token that it says to sign in with.
    """

    address: str
    token: str


@contextmanager
def running_demo() -> Iterator[RunningDemo]:
    """Run the demo, and end it with Ctrl-C; fail if that leaves anything."""
    with TemporaryDirectory() as short:  # a socket of the service has no room for a long path
        yield from _run(free_port(), Path(short))


def _run(port: int, folder: Path) -> Iterator[RunningDemo]:
    said, inside = folder / "said", folder / "inside"
    inside.mkdir()
    environment = {**os.environ, "PORT": str(port), "TMPDIR": str(inside)}
    with said.open("w") as sink:
        demo = subprocess.Popen([sys.executable, "demo"], cwd=ROOT, env=environment, stdout=sink, stderr=sink)

    def is_there() -> bool:
        assert demo.poll() is None, said.read_text()
        return "Ctrl-C ends" in said.read_text()

    try:
        eventually(is_there, "the demo says what to do", SECONDS)
        text = said.read_text()
        yield RunningDemo(*(re.findall(pattern, text)[0] for pattern in (r"http\S+", r"sp_\w+")))
        demo.send_signal(signal.SIGINT)
        assert demo.wait(SECONDS) == 0, said.read_text()
        assert list(inside.iterdir()) == []
    finally:
        demo.terminate()
        demo.wait(SECONDS)
