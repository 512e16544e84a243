"""Reads the code blocks of the project's Markdown, with the name of the file that the line above them shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(
    r"(?:`(?P<file>[^`\n]+)`:\n\n)?(?:<!-- (?P<marks>[^>]*) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One code block.

    Attributes:
        page: The page, relative to the root of the project.
        language: The word after the fence.
        text: What is in it.
        file: The file that a reader saves it as: the line above ends with its name and a colon.
        marks: `key: value` pairs of the comment right before it, which say what a test may do with the block. A reader
            does not see them, so what a reader types never depends on them.
        line: Where the block begins on the page.
    """

    page: str
    language: str
    text: str
    file: str | None
    marks: dict[str, str]
    line: int


def pages() -> list[Path]:
    """Return every page that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def blocks(page: Path) -> Iterator[Block]:
    """Yield the code blocks of `page`."""
    content = page.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(content):
        pairs = (mark.partition(":") for mark in (match["marks"] or "").split(","))
        marks = {key.strip(): value.strip() for key, _, value in pairs if key.strip()}
        line = content.count("\n", 0, match.start()) + 1
        yield Block(str(page.relative_to(ROOT)), match["language"], match["text"], match["file"], marks, line)
