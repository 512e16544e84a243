"""Formats tables for people, each column as wide as its contents."""

from collections.abc import Sequence

from setpoint.text.escape import printable
from setpoint.text.width import width as width_of

_GAP = "  "


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return `rows` under `head` in columns, one line each; nothing in a cell can control a terminal."""
    cells = [list(head), *([printable(_text(cell)) for cell in row] for row in rows)]
    widths = [max(width_of(row[column]) for row in cells) for column in range(len(head))]
    return "".join(f"{_line(row, widths)}\n" for row in cells)


def _text(cell: object) -> str:
    if isinstance(cell, list | tuple):
        return ", ".join(map(str, cell)) or "-"
    return "-" if cell is None or cell == "" else " ".join(str(cell).split())


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True))
    return _GAP.join(padded).rstrip()
