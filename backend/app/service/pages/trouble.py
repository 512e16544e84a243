"""What is wrong with an environment, short enough for a table cell or a browser tab."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.canary import Stage
from app.domain.rollout import Rollout, Trial
from app.domain.session import State


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong with an environment.

    Attributes:
        state: How it is shown: like an instance in this state.
        text: What it is, in two words: `2 refused`.
    """

    state: State
    text: str


def troubles(stands: Rollout | Trial, *, is_base: bool) -> Iterator[Trouble]:
    """Yield what is wrong with an environment, worst first; a base needs no followers."""
    if refused := stands.states.get(State.FAILED, 0):
        yield Trouble(State.FAILED, f"{refused} refused")
    elif stands.stage is Stage.ROLLED_BACK:
        yield Trouble(State.FAILED, f"{stands.revision} rolled back")
    if behind := stands.states.get(State.STALE, 0):
        yield Trouble(State.STALE, f"{behind} behind")
    if not stands.live and not is_base:
        yield Trouble(State.EXPIRED, "0 live")


def state_of(stands: Rollout | Trial) -> State:
    """Return the state of an environment as a whole: that of its worst instance, or expired if it has none."""
    if stands.states.get(State.FAILED) or stands.stage is Stage.ROLLED_BACK:
        return State.FAILED
    if not stands.live:
        return State.EXPIRED
    worst = next(each for each in (State.STALE, State.APPLYING, State.SYNCED) if stands.states.get(each))
    return State.APPLYING if stands.stage.is_trial and worst is State.SYNCED else worst
