"""Draws for the README what a report looks like in a terminal; `make generate` runs it."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.color import parse_rgb_hex
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from docs.documents import ROOT, blocks

FOLDER = ROOT / "docs" / "images"


def _theme(background: str, foreground: str, normal: str, bright: str) -> TerminalTheme:
    """Return a theme of colours that are given as six hexadecimal digits each."""
    first: list[tuple[int, int, int]] = [parse_rgb_hex(each) for each in normal.split()]
    last: list[tuple[int, int, int]] = [parse_rgb_hex(each) for each in bright.split()]
    return TerminalTheme(parse_rgb_hex(background), parse_rgb_hex(foreground), first, last)


# The colours that terminals on GitHub's own pages have.
THEMES = {
    "light": _theme(
        "ffffff",
        "24292f",
        "24292f cf222e 116329 7a4c00 0969da 8250df 1b7c83 6e7781",
        "57606a a40e26 1a7f37 633c01 218bff a475f9 3192aa 8c959f",
    ),
    "dark": _theme(
        "0d1117",
        "e6edf3",
        "484f58 ff7b72 3fb950 d29922 58a6ff bc8cff 39c5cf b1bac4",
        "6e7681 ffa198 56d364 e3b341 79c0ff d2a8ff 56d4dd ffffff",
    ),
}
# Without the fonts of another host, which a picture on a page is not allowed to load, and without a window around.
_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <style>
    .{unique_id}-matrix {{
        font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
        font-variant-east-asian: full-width;
    }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def picture(theme: str) -> str:
    """Return what a terminal with `theme` shows of the README's first check, as SVG."""
    report = Text.from_ansi(f"$ setpoint check prod.env\n{_report()}")
    width = max(map(len, report.plain.splitlines()))
    console = Console(record=True, width=width, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(report, soft_wrap=True)
    return console.export_svg(title="", theme=THEMES[theme], code_format=_FORMAT, unique_id=f"check-{theme}")


def _report() -> str:
    """Return what the command prints in a folder with the README's file, coloured."""
    content = next(block.text for block in blocks(ROOT / "README.md") if block.file == "prod.env")
    with TemporaryDirectory() as folder:
        (Path(folder) / "prod.env").write_text(content, encoding="utf-8")
        command = [sys.executable, "-m", "config", "check", "prod.env", "--color", "always"]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "backend")}
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=60)
    return ended.stdout.decode()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in THEMES:
        (FOLDER / f"check-{name}.svg").write_text(picture(name), encoding="utf-8")
