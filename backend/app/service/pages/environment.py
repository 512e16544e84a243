"""An environment as it is now: what is wanted and what is really served, who refused it, and what had changed."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.domain.canary import Canary, Offering, Stage
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.rollout import Refusal, Rollout, Trial, standing
from app.domain.session import Alike, State
from app.service.history import revision_in
from app.service.pages.changes import Changes, changes_between
from app.service.pages.instance_row import InstanceRow, offer_in, worst_first
from app.service.pages.trouble import Trouble, state_of, troubles
from app.service.ports import SchemaValidator, Store, Transaction

MOST_INSTANCES = 25
"""How many instances the page shows; the page of instances shows the others."""

MOST_REFUSALS = 20
MOST_PROPOSALS = 5
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The revision that instances should serve.

    Attributes:
        number: Its number.
        message: Why it was made, in the author's words.
        author: Who made it.
        made_at: When.
        copied_from: The revision that it restored; None if it is not a rollback.
        checked: What its schema says about it.
        unchecked: The checks that only the app's own class makes.
        stage: How far it has come.
        schema: The digest of its schema; empty if it was not checked against one.
        bases: What it extends.
    """

    number: int
    message: str
    author: str
    made_at: datetime
    copied_from: int | None
    checked: str
    unchecked: tuple[str, ...]
    stage: Stage
    schema: str
    bases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Instances that serve one revision, and have the same state.

    Attributes:
        revision: The number of the revision; None for nothing yet.
        state: Their state.
        instances: How many there are.
    """

    revision: int | None
    state: State
    instances: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Instances that refused for one reason.

    Attributes:
        instances: How many.
        rule: The name of the rule.
        variables: The variables that it concerns.
        message: The reason, in the words of the app's own class.
    """

    instances: int
    rule: str
    variables: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class TrialShown:
    """A revision that some instances are offered first.

    Attributes:
        revision: Its number.
        stage: How far it has come.
        canaries: How many instances try it.
        baking_since: When the last of them began to serve it; None while one does not.
        bake_seconds: How long they must serve it.
    """

    revision: int
    stage: Stage
    canaries: int
    baking_since: datetime | None
    bake_seconds: float


@dataclass(frozen=True, slots=True)
class EnvironmentNow:
    """What the page shows.

    Attributes:
        place: The environment.
        trouble: What is wrong, worst first.
        state: Its state as a whole.
        headline: What has happened.
        explanation: Why, and what else there is to know.
        newest: The number of the newest revision, whoever is offered it.
        wanted: The revision that instances should serve.
        trial: What some of them are offered first; None if there is no trial.
        live: How many instances follow it.
        gone: How many have gone within the last hour.
        served: What is really served, and the state of the instances that serve it.
        refusals: Why it was refused, the most frequent reason first.
        more_refusals: How many more reasons there are.
        instances: The live ones, worst first; at most `MOST_INSTANCES`.
        way_back: The number of the revision to roll back to; None if there is no need, or no such revision.
        changes: What the newest revision changed; None for the first one.
        proposals: The numbers of proposals that wait for a decision, newest first; at most `MOST_PROPOSALS`.
    """

    place: Place
    trouble: tuple[Trouble, ...]
    state: State
    headline: str
    explanation: str
    newest: int
    wanted: Wanted
    trial: TrialShown | None
    live: int
    gone: int
    served: tuple[Share, ...]
    refusals: tuple[Refused, ...]
    more_refusals: int
    instances: tuple[InstanceRow, ...]
    way_back: int | None
    changes: Changes | None
    proposals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EnvironmentPage:
    """Finds out what the page shows."""

    store: Store
    validator: SchemaValidator

    def now(self, place: Place) -> EnvironmentNow:
        """Return the page of an environment.

        Raises:
            NotFoundError: It has no revision.
        """
        return self.store.read(lambda found: self._now(found, place))

    def _now(self, found: Transaction, place: Place) -> EnvironmentNow:
        offer, instances = offer_in(found, place), found.sessions.alike(place)
        offered, newest, stands = offer.offering, offer.newest, standing(offer.offering, instances)
        live = [each for each in instances if each.stance.is_live]
        before = found.revisions.current(place, below=newest.number)
        wanted = newest if stands.stage is not Stage.ROLLED_BACK else revision_in(found, place, stands.current)
        sentence = stands.sentence
        return EnvironmentNow(
            place=place,
            trouble=tuple(troubles(stands, is_base=newest.is_base)),
            state=state_of(stands),
            headline=sentence.head,
            explanation=sentence.explanation,
            newest=newest.number,
            wanted=_wanted(wanted),
            trial=_trial(stands.canary) if isinstance(stands, Trial) else None,
            live=stands.live,
            gone=sum(each.instances for each in instances if not each.stance.is_live),
            served=_shares(live, offered),
            refusals=tuple(_refused(stands.refusals[:MOST_REFUSALS], newest.names)),
            more_refusals=max(0, len(stands.refusals) - MOST_REFUSALS),
            instances=worst_first(found, offer, live, 0, MOST_INSTANCES),
            way_back=_way_back(stands, before),
            changes=changes_between(found, self.validator, before, newest) if before else None,
            proposals=tuple(each.number for each in found.proposals.of(place, only_open=True, limit=MOST_PROPOSALS)),
        )


def _wanted(revision: Revision) -> Wanted:
    return Wanted(
        number=revision.number,
        message=revision.message,
        author=revision.author.name,
        made_at=revision.made_at,
        copied_from=revision.copied_from,
        checked=str(revision.outcome) if revision.schema else "",
        unchecked=revision.unchecked if revision.schema else (),
        stage=revision.stage,
        schema=revision.schema,
        bases=tuple(map(str, revision.bases)),
    )


def _trial(canary: Canary) -> TrialShown:
    return TrialShown(
        revision=canary.revision,
        stage=canary.stage,
        canaries=canary.instances,
        baking_since=canary.baking_since,
        bake_seconds=canary.plan.bake.total_seconds(),
    )


def _shares(live: Iterable[Alike], offered: Offering) -> tuple[Share, ...]:
    """Return how many instances serve what, newest revision first."""
    counted: Counter[tuple[int | None, State]] = Counter()
    for each in live:
        counted[each.stance.serves, each.stance.state(offered.to(each.stance))] += each.instances
    shares = (Share(revision, state, count) for (revision, state), count in counted.items())
    return tuple(sorted(shares, key=lambda each: (-(each.revision or 0), -each.instances)))


def _refused(refusals: Iterable[Refusal], names: Collection[str]) -> Iterator[Refused]:
    for each in refusals:
        named = dict.fromkeys(name for name in (each.variable, *_names_in(each.message, names)) if name)
        yield Refused(each.instances, each.rule, tuple(named), each.message)


def _names_in(message: str, names: Collection[str]) -> Iterator[str]:
    """Yield the variables that a message names."""
    known = frozenset(names)
    return (word for word in dict.fromkeys(_WORD.findall(message)) if word in known)


def _way_back(stands: Rollout | Trial, before: Revision | None) -> int | None:
    """Return which revision to roll back to: the newest that is still served, or the previous one."""
    if stands.stage is not Stage.COMPLETE or not stands.states.get(State.FAILED):
        return None
    served = next((each for each in stands.still_served if each < stands.revision), None)
    return served or (before.number if before else None)
