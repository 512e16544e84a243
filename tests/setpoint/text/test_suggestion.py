"""Misspelt names find the name that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.text import suggest
from setpoint.text.suggest import KnownNames, allowed_steps, measure, nearest

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
    assert measure(one, other, limit)[0] == min(_by_definition(one, other), limit + 1)


@given(short_words, st.lists(short_words, max_size=5), st.integers(0, 4))
def test_nothing_nearer_is_left_out(name: str, known: list[str], limit: int) -> None:
    """A suggestion that is not the best one misleads."""
    best = min((_by_definition(name, each) for each in known), default=limit + 1)
    found = nearest(name, known, limit)
    assert (found is None) == (best > limit)
    assert found is None or _by_definition(name, found) == best


@pytest.mark.parametrize(
    ("name", "steps"), [("", 0), ("ABC", 0), ("PORT", 1), ("SENTRY_DNS", 2), ("A" * 12, 3), ("A" * 60, 3)]
)
def test_a_longer_name_may_be_further_away(name: str, steps: int) -> None:
    """A step for every four letters; with more than three, most other names would do."""
    assert allowed_steps(name) == steps


def test_case_is_no_difference() -> None:
    """It is told elsewhere where it counts."""
    assert nearest("Prot", ["HOST", "port"], 1) == "port"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return the names of which the distance to another one is measured, each with what that takes."""
    names: list[tuple[str, int]] = []

    def noted(one: str, other: str, limit: int) -> tuple[int, int]:
        steps, rows = measure(one, other, limit)
        names.append((one, rows))
        return steps, rows

    monkeypatch.setattr(suggest, "measure", noted)
    return names


def _misspelt(name: str) -> list[str]:
    """Return `name` with two neighbours swapped, everywhere once."""
    return [f"{name[:at]}{name[at + 1]}{name[at]}{name[at + 2 :]}" for at in range(len(name) - 1)]


def test_a_name_is_measured_once_however_often_it_is_looked_for(measured: list[tuple[str, int]]) -> None:
    """A file can hold one wrong name a thousand times."""
    known = KnownNames(["DATABASE_URL", "SENTRY_DSN"])
    assert {known.nearest("DATABSAE_URL", 3) for _ in range(1000)} == {"DATABASE_URL"}
    assert measured == [("DATABSAE_URL", len("DATABSAE_URL"))]


def test_all_that_is_looked_for_together_takes_bounded_work(measured: list[tuple[str, int]]) -> None:
    """Thousands of near misses in a stranger's file are no slips, and would hold a worker."""
    names = [f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ' * 2}{number:08}" for number in range(50)]
    known = KnownNames(names)
    for name in names:
        for each in _misspelt(name):
            known.nearest(each, 3)
    assert 5_000 < sum(rows for _, rows in measured) < 16_000


def test_as_many_slips_as_people_make_are_all_found() -> None:
    """The bound is far from what anyone types."""
    words = ["DATABASE", "CACHE", "MAIL", "QUEUE", "SEARCH", "STORAGE", "METRICS", "PAYMENT", "WEBHOOK", "SESSION"]
    names = [f"{word}_{part}" for word in words for part in ("URL", "TIMEOUT", "POOL_SIZE", "PASSWORD", "RETRY_LIMIT")]
    known = KnownNames(names)
    assert [known.nearest(f"OF_ANOTHER_{number}", 3) for number in range(200)] == [None] * 200
    assert [known.nearest(f"{each[:2]}{each[3:]}", 3) for each in names] == names
