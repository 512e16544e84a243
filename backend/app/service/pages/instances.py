"""The instances of an environment: by state, release and schema, a page at a time, and what happened to one of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.canary import Offering
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.session import Alike, Answer, Session, State, Verdict
from app.service.pages.instance_row import InstanceRow, instance_row, offer_in, worst_first
from app.service.ports import Store, Transaction
from app.service.sessions import unknown_session

PAGE = 50
_MOST_CHOICES = 20
_MOST_REVISIONS = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """Which instances to show; empty fields match all.

    Attributes:
        state: Their state.
        release: The release that they run.
        schema: The digest of their contract.
        start: How many of them to skip, worst first.
    """

    state: State | None = None
    release: str = ""
    schema: str = ""
    start: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that instances have in common.

    Attributes:
        word: A state, a release, or the digest of a schema.
        instances: How many have it.
    """

    word: str
    instances: int


@dataclass(frozen=True, slots=True)
class InstancesShown:
    """What the page shows.

    Attributes:
        place: The environment.
        wish: Which instances to show.
        states: How many instances are in which state, the most frequent first.
        releases: How many run which release, the most frequent first.
        schemas: How many live ones run which schema, the most frequent first.
        found: How many match.
        rows: A page of them, worst first.
        next_start: Where the next page starts; None if there is none.
    """

    place: Place
    wish: Wish
    states: tuple[Choice, ...]
    releases: tuple[Choice, ...]
    schemas: tuple[Choice, ...]
    found: int
    rows: tuple[InstanceRow, ...]
    next_start: int | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to an instance.

    Attributes:
        at: When.
        what: What happened.
        why: More about it; empty if there is nothing more.
        state: The state that it led to; None if it led to none.
    """

    at: datetime
    what: str
    why: str = ""
    state: State | None = None


@dataclass(frozen=True, slots=True)
class InstanceShown:
    """One instance.

    Attributes:
        place: The environment.
        instance: The id that the process has made for itself.
        principal: The principal of its token.
        row: How it is now.
        moments: What happened to it, the newest first; of its verdicts, only the newest is kept.
    """

    place: Place
    instance: str
    principal: str
    row: InstanceRow
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class InstancePages:
    """Finds out what the pages of instances show."""

    store: Store

    def page(self, place: Place, wish: Wish) -> InstancesShown:
        """Return a page of the instances of an environment.

        Raises:
            NotFoundError: The environment has no revision.
        """

        def ask(found: Transaction) -> InstancesShown:
            offer, of = offer_in(found, place), {"release": wish.release, "schema": wish.schema}
            offered = offer.offering
            every = found.sessions.alike(place)
            like = found.sessions.alike(place, **of) if wish.release or wish.schema else every
            wanted = [each for each in like if wish.state in {None, each.stance.state(offered.to(each.stance))}]
            number = sum(each.instances for each in wanted)
            end = wish.start + PAGE
            return InstancesShown(
                place=place,
                wish=wish,
                states=_choices(_states(every, offered)),
                releases=_choices(found.sessions.releases(place)),
                schemas=_choices(found.sessions.live_schemas(place)),
                found=number,
                rows=worst_first(found, offer, wanted, wish.start, PAGE, **of),
                next_start=end if end < number else None,
            )

        return self.store.read(ask)

    def one(self, place: Place, session_id: str) -> InstanceShown:
        """Return one instance and what happened to it.

        Raises:
            NotFoundError: There is no such session in the environment.
        """

        def ask(found: Transaction) -> InstanceShown:
            session = next((each for each in found.sessions.named([session_id]) if each.place == place), None)
            if session is None:
                raise unknown_session()
            revisions = found.revisions.history(place, limit=_MOST_REVISIONS)
            moments = sorted(_moments(session, revisions), key=lambda each: each.at, reverse=True)
            row = instance_row(session, offer_in(found, place))
            return InstanceShown(place, session.instance.id, session.principal.name, row, tuple(moments))

        return self.store.read(ask)


def _states(instances: Iterable[Alike], offered: Offering) -> Mapping[str, int]:
    counted: Counter[str] = Counter()
    for each in instances:
        counted[each.stance.state(offered.to(each.stance))] += each.instances
    return counted


def _choices(counted: Mapping[str, int]) -> tuple[Choice, ...]:
    most_first = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Choice(str(word), count) for word, count in most_first[:_MOST_CHOICES])


def _moments(session: Session, revisions: Sequence[Revision]) -> Iterator[Moment]:
    instance, serves, verdict = session.instance, session.serves, session.attempted
    yield Moment(instance.started_at, f"started on {instance.host or 'an unnamed host'}, process {instance.pid}")
    yield Moment(session.opened_at, "began to follow the environment")
    for each in revisions:
        if each.made_at >= session.opened_at:
            yield Moment(each.made_at, f"revision {each.number} was made by {each.author.name}", each.message)
    if verdict is not None:
        yield _answered(verdict)
    is_told = verdict is not None and verdict.answer is Answer.APPLIED
    if serves is not None and not (is_told and verdict and verdict.revision == serves.revision):
        yield Moment(serves.since, f"served revision {serves.revision} from then on")
    if session.left_at is not None:
        yield Moment(session.left_at, "went away", state=State.EXPIRED)


def _answered(verdict: Verdict) -> Moment:
    if verdict.answer is Answer.FAILED:
        why = "; ".join(dict.fromkeys(each.message for each in verdict.reasons))
        return Moment(verdict.at, f"refused revision {verdict.revision}", why, State.FAILED)
    if verdict.answer is Answer.APPLYING:
        return Moment(verdict.at, f"began to apply revision {verdict.revision}", state=State.APPLYING)
    return Moment(verdict.at, f"applied revision {verdict.revision}", state=State.SYNCED)
