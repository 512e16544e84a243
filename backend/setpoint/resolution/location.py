"""Where something is in a file, as editors count it."""

from typing import NamedTuple


class Location(NamedTuple):
    """Where a problem stands: lines and columns from 1, columns in code points, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
