"""The page of faults names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (TESTS / "checklist.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d", line)
]
NUMBERS = [*range(1, 51), *range(53, 58), 59, 60, 63, 64]


def test_every_fault_has_its_row() -> None:
    """Each once, in order."""
    assert [int(row[0]) for row in ROWS] == NUMBERS


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_test_that_is_named_exists(row: list[str]) -> None:
    """And at least one is named."""
    named = re.findall(r"`([^`]+)`", row[3])
    assert named
    for each in named:
        path, _, name = each.partition("::")
        module = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        functions = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
        assert name in functions, each
