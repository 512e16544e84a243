"""Misspelt names find the name that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.text.suggest import allowed_steps, distance, nearest

short_words = st.text("ABC_", max_size=7)


def _by_definition(one: str, other: str) -> int:
    """Return the optimal string alignment distance as its recursive definition says."""
    table: dict[tuple[int, int], int] = {}
    for row in range(len(one) + 1):
        for column in range(len(other) + 1):
            if not row or not column:
                table[row, column] = row + column
                continue
            steps = [table[row - 1, column] + 1, table[row, column - 1] + 1]
            steps.append(table[row - 1, column - 1] + (one[row - 1] != other[column - 1]))
            if row > 1 and column > 1 and one[row - 1] == other[column - 2] and one[row - 2] == other[column - 1]:
                steps.append(table[row - 2, column - 2] + 1)
            table[row, column] = min(steps)
    return table[len(one), len(other)]


@given(short_words, short_words, st.integers(0, 8))
def test_the_distance_is_the_one_of_its_definition_up_to_the_limit(one: str, other: str, limit: int) -> None:
    """The shortcuts change nothing but the time."""
    assert distance(one, other, limit) == min(_by_definition(one, other), limit + 1)


@given(short_words, st.lists(short_words, max_size=5), st.integers(0, 4))
def test_nothing_nearer_is_left_out(name: str, known: list[str], limit: int) -> None:
    """A suggestion that is not the best one misleads."""
    best = min((_by_definition(name, each) for each in known), default=limit + 1)
    found = nearest(name, known, limit)
    assert (found is None) == (best > limit)
    assert found is None or _by_definition(name, found) == best


@pytest.mark.parametrize(("name", "steps"), [("", 0), ("ABC", 0), ("PORT", 1), ("SENTRY_DNS", 2), ("A" * 16, 4)])
def test_a_longer_name_may_be_further_away(name: str, steps: int) -> None:
    """A step for every four letters."""
    assert allowed_steps(name) == steps


def test_case_is_no_difference() -> None:
    """It is told elsewhere where it counts."""
    assert nearest("Prot", ["HOST", "port"], 1) == "port"
