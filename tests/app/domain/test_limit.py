from datetime import UTC, datetime, timedelta

import pytest

from app.domain.limit import Limit, Spent, Usage, first_minute, free_at, minute_of

NOON = datetime(2026, 11, 26, 12, 0, 30, tzinfo=UTC)


def spent(*revisions: int) -> list[Spent]:
    """What was used in the minutes up to noon, the last one being that minute."""
    last = minute_of(NOON)
    return [Spent(last - ago, number, 10 * number) for ago, number in zip(range(len(revisions))[::-1], revisions)]  # noqa: B905 - as many


@pytest.mark.parametrize(
    ("used", "allowed", "minutes"),
    [
        ((), 1, None),
        ((2, 3), 6, None),
        ((2, 3), 5, 59),
        ((2, 3), 3, 60),
        ((5, 0, 0), 5, 58),
        ((1, 1, 1, 1), 2, 59),
    ],
)
def test_there_is_room_again_once_enough_minutes_are_over(
    used: tuple[int, ...], allowed: int, minutes: int | None
) -> None:
    """The oldest cease to count first, each an hour after it has begun."""
    expected = None if minutes is None else NOON.replace(second=0) + timedelta(minutes=minutes)
    assert free_at(spent(*used), Limit.REVISIONS, allowed) == expected
    assert free_at(spent(*used), Limit.BYTES, 10 * allowed) == expected


def test_an_hour_is_this_minute_and_the_59_before() -> None:
    """What was used earlier counts no more."""
    assert minute_of(NOON) - first_minute(NOON) == 59


@pytest.mark.parametrize(
    ("allowed", "used", "is_up"), [(None, 10**9, False), (5, 4, False), (5, 5, True), (0, 0, True)]
)
def test_a_limit_is_used_up_when_nothing_is_left(allowed: int | None, used: int, is_up: bool) -> None:  # noqa: FBT001 - of the table
    """Where there is none, it never is."""
    assert Usage(Limit.STREAMS, allowed, used).is_used_up is is_up
