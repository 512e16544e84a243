"""A rollout: how far a revision has come, in one sentence."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.session import Session, State

_MOST_REASONS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """Instances that refused for one reason.

    Attributes:
        message: The reason.
        instances: How many refused for it.
    """

    message: str
    instances: int


@dataclass(frozen=True, slots=True)
class Rollout:
    """How a revision stands with the instances that are live.

    Attributes:
        revision: The number of the revision.
        states: How many instances are in which state; those that have gone are not counted.
        refusals: Why it was refused, the most frequent reason first.
        still_served: The other revisions that are served, the newest first.
    """

    revision: int
    states: Mapping[State, int]
    refusals: tuple[Refusal, ...]
    still_served: tuple[int, ...]

    @property
    def live(self) -> int:
        """Return how many instances follow the environment."""
        return sum(self.states.values())

    @property
    def is_settled(self) -> bool:
        """Return whether every live instance has applied or refused it."""
        return self.live == self.states.get(State.SYNCED, 0) + self.states.get(State.FAILED, 0)

    def __str__(self) -> str:
        """Return the sentence that people look for."""
        if not self.live:
            return f"no instance follows; revision {self.revision} waits for the first one"
        if self.states.get(State.FAILED):
            return f"{self._share(State.FAILED)} refused revision {self.revision}{self._why()}{self._rest()}"
        synced = self.states.get(State.SYNCED, 0)
        if synced == self.live:
            who = "the instance serves" if synced == 1 else f"all {synced} instances serve"
            return f"{who} revision {self.revision}"
        verb = "serves" if synced == 1 else "serve"
        return f"{self._share(State.SYNCED)} {verb} revision {self.revision}{self._rest()}"

    def _share(self, state: State) -> str:
        return f"{self.states.get(state, 0)} of {self.live} instance{'' if self.live == 1 else 's'}"

    def _why(self) -> str:
        told = [
            refusal.message if len(self.refusals) == 1 else f"{refusal.message} ({refusal.instances})"
            for refusal in self.refusals[:_MOST_REASONS_TOLD]
        ]
        if more := len(self.refusals) - len(told):
            told.append(f"{more} more reason{'' if more == 1 else 's'}")
        return f": {'; '.join(told)}" if told else ""

    def _rest(self) -> str:
        waiting = self.live - self.states.get(State.SYNCED, 0) - self.states.get(State.FAILED, 0)
        silence = f"; {waiting} {'has' if waiting == 1 else 'have'} not answered" if waiting else ""
        served = f"; still serving {' and '.join(map(str, self.still_served))}" if self.still_served else ""
        return silence + served


def rollout(revision: int, sessions: Iterable[Session]) -> Rollout:
    """Return how `revision` stands with `sessions`, all of which are offered it."""
    live = [each for each in sessions if each.held_by]
    states = Counter(each.state(revision) for each in live)
    refusing = [each for each in live if each.state(revision) is State.FAILED]
    served = {each.serves.revision for each in live if each.serves and each.serves.revision != revision}
    return Rollout(revision, states, _refusals(refusing), tuple(sorted(served, reverse=True)))


def _refusals(refusing: Sequence[Session]) -> tuple[Refusal, ...]:
    counted = Counter(
        message
        for each in refusing
        if each.attempted is not None
        for message in dict.fromkeys(reason.message for reason in each.attempted.reasons)
    )
    return tuple(Refusal(message, count) for message, count in sorted(counted.items(), key=_most_first))


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
