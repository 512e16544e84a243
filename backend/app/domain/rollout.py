"""A rollout: the state of a revision in one sentence, and the outcome of its canaries."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.canary import Canary, Offering, Stage
from app.domain.session import Alike, Reason, Session, State, alike

_MOST_REASONS_TOLD = 3

LONGEST_SILENCE = timedelta(seconds=30)
"""After its lease has expired, an instance may still come back, as it does when the service was down."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Instances that refused for the same reason.

    Attributes:
        message: The reason.
        instances: How many refused for it.
        rule: Its name for programs.
        variable: The variable; empty if it concerns several.
    """

    message: str
    instances: int
    rule: str = ""
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The line that people look for, in parts.

    Attributes:
        head: What has happened.
        why: Why; empty if that is not known, or goes without saying.
        rest: What else there is to know.
    """

    head: str
    why: str = ""
    rest: tuple[str, ...] = ()

    @property
    def explanation(self) -> str:
        """Return all but the head."""
        return "; ".join(each for each in (self.why, *self.rest) if each)

    def __str__(self) -> str:
        return "; ".join((f"{self.head}: {self.why}" if self.why else self.head, *self.rest))


@dataclass(frozen=True, slots=True)
class Rollout:
    """The state of a revision among the live instances.

    Attributes:
        revision: The number of the revision.
        states: How many instances are in each state; those that have gone are not counted.
        refusals: Why it was refused, most frequent reason first.
        still_served: The other revisions that are served, newest first.
        noun: The words for one and for several of the instances.
    """

    revision: int
    states: Mapping[State, int]
    refusals: tuple[Refusal, ...]
    still_served: tuple[int, ...]
    noun: tuple[str, str] = ("instance", "instances")

    @property
    def current(self) -> int:
        """Return the number of the revision that everyone is offered."""
        return self.revision

    @property
    def stage(self) -> Stage:
        """Return its stage."""
        return Stage.COMPLETE

    @property
    def live(self) -> int:
        """Return how many instances follow the environment."""
        return sum(self.states.values())

    @property
    def is_settled(self) -> bool:
        """Return whether every live instance has applied or refused it."""
        return self.live == self.states.get(State.SYNCED, 0) + self.states.get(State.FAILED, 0)

    @property
    def sentence(self) -> Sentence:
        """Return the sentence that people look for."""
        if not self.live:
            return Sentence("no instance follows", rest=(f"revision {self.revision} waits for the first one",))
        if self.states.get(State.FAILED):
            return Sentence(f"{self.refused_by} refused revision {self.revision}", self.why, self._rest())
        synced = self.states.get(State.SYNCED, 0)
        if synced == self.live:
            who = f"the {self.noun[0]} serves" if synced == 1 else f"all {synced} {self.noun[1]} serve"
            return Sentence(f"{who} revision {self.revision}")
        verb = "serves" if synced == 1 else "serve"
        return Sentence(f"{self._share(State.SYNCED)} {verb} revision {self.revision}", rest=self._rest())

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def refused_by(self) -> str:
        """Return how many have refused it, for people."""
        return self._share(State.FAILED)

    @property
    def why(self) -> str:
        """Return why it was refused; nothing if no reason is known."""
        told = [
            refusal.message if len(self.refusals) == 1 else f"{refusal.message} ({refusal.instances})"
            for refusal in self.refusals[:_MOST_REASONS_TOLD]
        ]
        if more := len(self.refusals) - len(told):
            told.append(f"{more} more reason{'' if more == 1 else 's'}")
        return "; ".join(told)

    def _share(self, state: State) -> str:
        return f"{self.states.get(state, 0)} of {self.live} {self.noun[self.live != 1]}"

    def _rest(self) -> tuple[str, ...]:
        waiting = self.live - self.states.get(State.SYNCED, 0) - self.states.get(State.FAILED, 0)
        silence = f"{waiting} {'has' if waiting == 1 else 'have'} not answered" if waiting else ""
        served = f"still serving {' and '.join(map(str, self.still_served))}" if self.still_served else ""
        return tuple(each for each in (silence, served) if each)


@dataclass(frozen=True, slots=True)
class Trial:
    """The state of a revision that only the canaries are, or were, offered.

    Attributes:
        canary: The revision, and its stage.
        tried: Its state among the canaries.
        others: The state of the current revision: among the others, or among all instances after a rollback.
    """

    canary: Canary
    tried: Rollout
    others: Rollout

    @property
    def revision(self) -> int:
        """Return the number of the revision."""
        return self.canary.revision

    @property
    def current(self) -> int:
        """Return the number of the revision that everyone but the canaries is offered."""
        return self.others.revision

    @property
    def stage(self) -> Stage:
        """Return its stage."""
        return self.canary.stage

    @property
    def states(self) -> Mapping[State, int]:
        """Return how many instances are in each state, relative to what each is offered."""
        return Counter(self.tried.states) + Counter(self.others.states)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Return why the offers were refused, most frequent reason first."""
        return self.tried.refusals or self.others.refusals

    @property
    def still_served(self) -> tuple[int, ...]:
        """Return the other revisions that are served, newest first."""
        return tuple(sorted({*self.tried.still_served, *self.others.still_served} - {self.revision}, reverse=True))

    @property
    def is_settled(self) -> bool:
        """Return whether it was rolled back, and every live instance has answered to the current revision."""
        return not self.stage.is_trial and self.others.is_settled

    @property
    def live(self) -> int:
        """Return how many instances follow the environment."""
        return self.tried.live + self.others.live

    @property
    def sentence(self) -> Sentence:
        """Return the sentence that people look for."""
        if not self.stage.is_trial:
            return Sentence(f"revision {self.revision} was rolled back", self.canary.reason, (str(self.others),))
        bakes = f"it bakes for {self.canary.plan.bake.total_seconds():g} s" if self.stage is Stage.BAKING else ""
        away = Sentence(f"the canaries of revision {self.revision} have left")
        tried = self.tried.sentence if self.tried.live else away
        rest = (*tried.rest, bakes, self._rest())
        return replace(tried, rest=tuple(each for each in rest if each))

    def __str__(self) -> str:
        return str(self.sentence)

    def _rest(self) -> str:
        count = self.others.live
        who = "1 other instance is" if count == 1 else f"{count} other instances are"
        return f"{who} offered {self.current}" if count else ""


def rollout(revision: int, instances: Iterable[Alike]) -> Rollout:
    """Return the state of `revision` among instances that are all offered it; those that have gone don't count."""
    live = [each for each in instances if each.stance.is_live]
    states: Counter[State] = Counter()
    for each in live:
        states[each.stance.state(revision)] += each.instances
    refusing = [each for each in live if each.stance.state(revision) is State.FAILED]
    served = {each.stance.serves for each in live} - {revision, None}
    return Rollout(
        revision, states, _refusals(refusing), tuple(sorted((each for each in served if each), reverse=True))
    )


def standing(offering: Offering, instances: Sequence[Alike]) -> Rollout | Trial:
    """Return the state of the newest revision among the instances of an environment."""
    canary = offering.canary
    if canary is None:
        return rollout(offering.current, instances)
    tries = [each for each in instances if offering.to(each.stance) == canary.revision]
    others = [each for each in instances if offering.to(each.stance) != canary.revision]
    return Trial(canary, _tried(canary, tries), rollout(offering.current, others))


def advanced(canary: Canary, canaries: Sequence[Session], now: datetime) -> Canary:
    """Return the stage of a revision on trial, from what its canaries say and serve.

    A canary that shuts down normally is no longer asked. One that goes silent proves nothing, and is given a while to
    come back; until then, and until all others serve the revision, the bake time does not begin.
    """
    tried = _tried(canary, alike(canaries))
    if State.FAILED in tried.states:
        return ended(canary, Stage.ROLLED_BACK, now, str(Sentence(f"{tried.refused_by} refused it", tried.why)))
    silent = [each for each in canaries if each.left_at is not None and not each.held_by]
    if not canaries or any(now - each.left_at >= LONGEST_SILENCE for each in silent if each.left_at):
        what = "a canary has stopped answering" if silent else "there is no canary left"
        return ended(canary, Stage.ROLLED_BACK, now, what)
    if silent or tried.states.get(State.SYNCED) != len(canaries):
        return replace(canary, stage=Stage.DEPLOYING, baking_since=None)
    since = canary.baking_since or now
    if now - since >= canary.plan.bake:
        return ended(replace(canary, baking_since=since), Stage.COMPLETE, now)
    return replace(canary, stage=Stage.BAKING, baking_since=since)


def ended(canary: Canary, stage: Stage, now: datetime, reason: str = "") -> Canary:
    """Return a trial that is over."""
    return replace(canary, stage=stage, ended_at=now, reason=reason)


def _tried(canary: Canary, canaries: Iterable[Alike]) -> Rollout:
    return replace(rollout(canary.revision, canaries), noun=("canary", "canaries"))


def _refusals(refusing: Sequence[Alike]) -> tuple[Refusal, ...]:
    counted: Counter[str] = Counter()
    told: dict[str, Reason] = {}
    for each in refusing:
        reasons = {reason.message: reason for reason in reversed(each.reasons)}
        counted.update(dict.fromkeys(reasons, each.instances))
        told = reasons | told
    most_first = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Refusal(each, count, told[each].rule, told[each].variable) for each, count in most_first)
