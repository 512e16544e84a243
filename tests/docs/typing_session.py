"""Types what a page shows, as a reader does: in one shell, from top to bottom, at the root of a clone."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from docs.documents import Block, blocks
from support.coverage_variables import coverage_variables

_END_OF_FILE = "END-OF-THE-FILE-ON-THE-PAGE"


def typed(page: Path, clone: Path, *programs: str) -> list[tuple[str, str, str]]:
    """Type the transcripts of `page`, and return each command, what the page shows for it, and what it printed.

    Programs are looked for in the folders `programs` first.
    """
    outputs = clone.parent / "outputs"
    outputs.mkdir()
    script: list[str] = []
    shown: list[tuple[str, str]] = []
    for block in blocks(page):
        if block.file is not None:
            script.append(_saved(block.text, clone / block.file))
        for command, expected in _steps(block):
            output = shlex.quote(str(outputs / str(len(shown))))
            script.append(f"exec >{output} 2>&1\n{command}\n")
            shown.append((command, expected))
    reader = reader_environment(clone)
    subprocess.run(
        ["bash", "-c", "".join(script)],
        cwd=clone,
        env={**reader, "PATH": ":".join([*programs, reader["PATH"]])},
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    return [
        (command, expected, (outputs / str(number)).read_text(encoding="utf-8"))
        for number, (command, expected) in enumerate(shown)
    ]


def reader_environment(clone: Path) -> dict[str, str]:
    """Return the environment of a reader who has activated `.venv`."""
    return coverage_variables() | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(clone.parent),
        "LANG": "C.UTF-8",
    }


def _steps(block: Block) -> Iterator[tuple[str, str]]:
    """Yield the commands of a transcript, each with the output below it."""
    if block.language == "console":
        parts = re.split(r"^\$ (.*)\n", block.text, flags=re.MULTILINE)[1:]
        yield from zip(parts[::2], parts[1::2], strict=True)


def _saved(content: str, path: Path) -> str:
    """Return shell commands that save `content` when the page shows it, as a reader does with an editor."""
    folder, name = shlex.quote(str(path.parent)), shlex.quote(str(path))
    return f"mkdir -p {folder}\ncat >{name} <<'{_END_OF_FILE}'\n{content}{_END_OF_FILE}\n"
