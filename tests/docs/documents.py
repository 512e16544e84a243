"""Reads the project's Markdown: code blocks with the marks that stand in a comment before them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(
    r"(?:<!-- (?P<marks>[^>]*) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Block:
    """One code block.

    Attributes:
        page: The page, relative to the root of the project.
        language: The word after the fence.
        text: What stands in it.
        marks: `key: value` pairs of the comment right before it.
    """

    page: str
    language: str
    text: str
    marks: dict[str, str]


def pages() -> list[Path]:
    """Return every page that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def blocks(page: Path) -> Iterator[Block]:
    """Yield the code blocks of `page`."""
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        pairs = (mark.partition(":") for mark in (match["marks"] or "").split(","))
        marks = {key.strip(): value.strip() for key, _, value in pairs if key.strip()}
        yield Block(str(page.relative_to(ROOT)), match["language"], match["text"], marks)
