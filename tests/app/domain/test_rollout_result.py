import pytest

from app.domain.rollout_result import RolloutResult
from app.domain.session import State


@pytest.mark.parametrize(
    ("result", "state", "words"),
    [
        (RolloutResult(3, 1, 2, "why"), State.FAILED, "2 of 3 instances refused it: why"),
        (RolloutResult(1, 0, 1), State.FAILED, "1 of 1 instance refused it"),
        (RolloutResult(3, 2), State.STALE, "2 of 3 instances served it"),
        (RolloutResult(3, 3), State.SYNCED, "all 3 instances served it"),
        (RolloutResult(1, 1), State.SYNCED, "the instance served it"),
        (RolloutResult(0, 0), State.EXPIRED, "no instance followed"),
    ],
)
def test_a_result_says_how_it_went(result: RolloutResult, state: State, words: str) -> None:
    """In the words of the line about the newest revision, as something that is over."""
    assert (result.state, str(result)) == (state, words)
