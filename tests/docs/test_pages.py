"""What the pages show is what happens."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from docs.documents import ROOT, Block, blocks, pages
from setpoint.envfile.loaders import find_loader
from support.coverage_variables import coverage_variables

_LINK = re.compile(r"\[[^\]]*\]\((?!https?://|#)([^)#]+)")
_TRANSCRIPTS = [block for page in pages() for block in blocks(page) if block.language == "console"]


def _steps(block: Block) -> list[tuple[str, str]]:
    """Return the commands of a transcript, each with the output that stands under it."""
    parts = re.split(r"^\$ (.*)\n", block.text, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with every file that the pages show."""
    for page in pages():
        for block in blocks(page):
            if "file" in block.marks:
                path = tmp_path / block.marks["file"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("block", _TRANSCRIPTS, ids=lambda block: f"{block.page}-{block.line}")
def test_a_transcript_shows_what_its_commands_print(block: Block, folder: Path) -> None:
    """Each command of a transcript, typed in a folder with the files of the pages, prints just what stands there."""
    environment = {
        **coverage_variables(),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / block.marks.get("in", "backend")),
        "HOME": str(folder),
    }
    for command, expected in _steps(block):
        ended = subprocess.run(
            ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert ended.stdout + ended.stderr == expected, shlex.quote(command)


def test_there_are_transcripts() -> None:
    """The pattern that finds transcripts does find some: a test over none of them proves nothing."""
    assert any(block.page == "README.md" for block in _TRANSCRIPTS)


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    """A relative link names a file or a folder of the repository."""
    broken = [
        target for target in _LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize(
    "block",
    [block for page in pages() for block in blocks(page) if block.language == "toml"],
    ids=lambda block: f"{block.page}-{block.line}",
)
def test_toml_on_a_page_is_valid(block: Block) -> None:
    """A reader can paste every TOML block."""
    assert tomllib.loads(block.text)


def test_every_decision_is_numbered_once_without_a_gap() -> None:
    """Decision records count from 1, so that a number names one record."""
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_each_deployment_on_the_readme_reads_the_file_that_it_shows() -> None:
    """What systemd, compose and docker make of the file on the page is what the page says it holds."""
    shown = list(blocks(ROOT / "README.md"))
    file = next(block for block in shown if block.marks.get("file") == "deploy.env")
    loaders = [block.marks["loader"] for block in shown if "loader" in block.marks]
    expected = dict(line.split("=", 1) for line in file.text.splitlines())
    assert loaders == ["systemd", "compose", "docker"]
    for loader in loaders:
        reading = find_loader(loader).read(file.text, {})
        assert (dict(reading.variables), reading.problems) == (expected, ()), loader
