from collections import Counter
from datetime import UTC, datetime

import pytest

from app.domain.canary import Canary, Plan, Size, Stage
from app.domain.rollout import Rollout, Trial
from app.domain.session import State
from app.service.pages.trouble import state_of, troubles
from support.configuration_service import PRODUCTION

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def stands(*states: State) -> Rollout:
    return Rollout(44, Counter(states), (), ())


def words(found: Rollout | Trial, *, is_base: bool = False) -> str:
    return ", ".join(each.text for each in troubles(found, is_base=is_base))


@pytest.mark.parametrize(
    ("states", "state", "expected"),
    [
        ([State.FAILED, State.STALE, State.APPLYING, State.SYNCED], State.FAILED, "1 refused, 1 behind"),
        ([State.STALE, State.STALE, State.APPLYING, State.SYNCED], State.STALE, "2 behind"),
        ([State.APPLYING, State.SYNCED], State.APPLYING, ""),
        ([State.SYNCED], State.SYNCED, ""),
        ([], State.EXPIRED, "0 live"),
    ],
)
def test_an_environment_is_as_its_worst_instance(states: list[State], state: State, expected: str) -> None:
    """And says so in two words each; in none where all is well."""
    assert (state_of(stands(*states)), words(stands(*states))) == (state, expected)


def test_nobody_need_follow_a_base() -> None:
    """It is there to be extended."""
    assert words(stands(), is_base=True) == ""


@pytest.mark.parametrize(
    ("stage", "state", "expected"),
    [(Stage.BAKING, State.APPLYING, ""), (Stage.ROLLED_BACK, State.FAILED, "44 rolled back")],
)
def test_a_trial_is_not_yet_well_and_a_rollback_is_no_success(stage: Stage, state: State, expected: str) -> None:
    """Whatever those say who are asked."""
    trial = Trial(Canary(PRODUCTION, 44, Plan(Size(1)), 1, stage, NOW), stands(State.SYNCED), stands(State.SYNCED))
    assert (state_of(trial), words(trial)) == (state, expected)
