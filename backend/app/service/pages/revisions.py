"""The history of an environment for people: who changed what and how it went, and any two revisions compared."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.canary import Offering, Stage
from app.domain.errors import DestroyedError
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.rollout import Trial, standing
from app.domain.rollout_result import RolloutResult
from app.domain.session import State
from app.service.history import revision_in
from app.service.pages.changes import Changes, changes_between, shortened
from app.service.pages.trouble import state_of
from app.service.ports import SchemaValidator, Store, Transaction
from app.service.trials import offering

PAGE = 50
_MOST_NAMES = 8
_MOST_REMEMBERED = 5_000
_MOST_COMPARED = 1_000


@dataclass(frozen=True, slots=True)
class ChangedNames:
    """The variables that a revision changed.

    Attributes:
        names: Their names, sorted; the first few.
        more: How many more there are.
        known: Whether it is known, which takes the values of both revisions.
    """

    names: tuple[str, ...] = ()
    more: int = 0
    known: bool = True


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One revision in the list.

    Attributes:
        number: Its number.
        made_at: When it was made.
        author: Who made it.
        message: Why, in the author's words; the beginning of it if it is long.
        copied_from: The revision that it restored; None if it is not a rollback.
        is_destroyed: Whether its values were permanently removed.
        is_current: Whether it is what everyone is offered.
        changed: What it changed.
        state: Its state among the instances, now or when it was replaced; None if that is not known.
        how: The same in words.
    """

    number: int
    made_at: datetime
    author: str
    message: str
    copied_from: int | None
    is_destroyed: bool
    is_current: bool
    changed: ChangedNames
    state: State | None
    how: str


@dataclass(frozen=True, slots=True)
class RevisionsShown:
    """A part of the history.

    Attributes:
        place: The environment.
        newest: The number of the newest revision, whoever is offered it.
        rows: The rows, newest first.
        next_before: The number below which the next part starts; None if there is none.
    """

    place: Place
    newest: int
    rows: tuple[RevisionRow, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class RevisionShown:
    """One revision.

    Attributes:
        place: The environment.
        row: What the list shows of it.
        message: Why it was made, in the author's words.
        digest: The SHA-256 over all of it.
        schema: The digest of the schema that it was checked against; empty if there was none.
        checked: What that says about it.
        unchecked: The checks that only the app's own class makes.
        variables: How many it has.
        bases: What it extends.
        before: The number of the revision before it that everyone was offered; None if it is the first.
        changes: What it changed; None for the first.
        destroyed: Who permanently removed its values, when and why; empty while they exist.
    """

    place: Place
    row: RevisionRow
    message: str
    digest: str
    schema: str
    checked: str
    unchecked: tuple[str, ...]
    variables: int
    bases: tuple[str, ...]
    before: int | None
    changes: Changes | None
    destroyed: str


@dataclass(frozen=True, slots=True)
class ComparedShown:
    """Two revisions side by side."""

    place: Place
    old: RevisionRow
    new: RevisionRow
    changes: Changes


@dataclass(frozen=True, slots=True)
class RevisionPages:
    """Finds out what the pages of revisions show.

    Attributes:
        store: Where they are.
        validator: Knows which values may be shown.
    """

    store: Store
    validator: SchemaValidator
    _changed: OrderedDict[str, ChangedNames] = field(default_factory=OrderedDict)

    def page(self, place: Place, before: int | None = None) -> RevisionsShown:
        """Return revisions, newest first, starting below number `before`.

        Raises:
            NotFoundError: The environment has no revision.
        """

        def ask(found: Transaction) -> RevisionsShown:
            offered = offering(found, place)
            history = found.revisions.history(place, before, PAGE + 1)
            rows = self._rows(found, offered, history[:PAGE], history)
            newest = offered.canary.revision if offered.canary else offered.current
            return RevisionsShown(place, newest, rows, rows[-1].number if len(history) > PAGE else None)

        return self.store.read(ask)

    def one(self, place: Place, number: int) -> RevisionShown:
        """Return one revision.

        Raises:
            NotFoundError: There is no such revision.
        """

        def ask(found: Transaction) -> RevisionShown:
            revision = revision_in(found, place, number)
            before = found.revisions.current(place, below=number)
            (row,) = self._rows(found, offering(found, place), [revision])
            gone = revision.destroyed
            return RevisionShown(
                place=place,
                row=row,
                message=revision.message,
                digest=revision.digest,
                schema=revision.schema,
                checked=str(revision.outcome) if revision.schema else "",
                unchecked=revision.unchecked if revision.schema else (),
                variables=len(revision.names),
                bases=tuple(map(str, revision.bases)),
                before=before.number if before else None,
                changes=changes_between(found, self.validator, before, revision) if before else None,
                destroyed=f"{gone.principal.name}: {gone.reason}" if gone else "",
            )

        return self.store.read(ask)

    def compare(self, place: Place, old: int, new: int) -> ComparedShown:
        """Return two revisions side by side.

        Raises:
            NotFoundError: There is no such revision.
        """

        def ask(found: Transaction) -> ComparedShown:
            one, other = revision_in(found, place, old), revision_in(found, place, new)
            first, second = self._rows(found, offering(found, place), [one, other])
            changes = changes_between(found, self.validator, one, other, _MOST_COMPARED)
            return ComparedShown(place, first, second, changes)

        return self.store.read(ask)

    def _rows(
        self, found: Transaction, offered: Offering, wanted: Sequence[Revision], known: Sequence[Revision] = ()
    ) -> tuple[RevisionRow, ...]:
        went = _how_they_went(found, offered, wanted)
        return tuple(_row(each, offered, went[each.number], self._changed_by(found, each, known)) for each in wanted)

    def _changed_by(self, found: Transaction, revision: Revision, known: Iterable[Revision]) -> ChangedNames:
        """Return what a revision changed; that never changes, and takes two sets of values to find out."""
        if (remembered := self._changed.get(revision.digest)) is not None:
            return remembered
        is_before = (each for each in known if each.number < revision.number and each.stage is Stage.COMPLETE)
        before = next(is_before, None) or found.revisions.current(revision.place, below=revision.number)
        try:
            changed = _changed_names(found, before, revision)
        except DestroyedError:
            return ChangedNames(known=False)
        self._changed[revision.digest] = changed
        while len(self._changed) > _MOST_REMEMBERED:
            self._changed.popitem(last=False)
        return changed


def _changed_names(found: Transaction, before: Revision | None, revision: Revision) -> ChangedNames:
    old = dict(found.revisions.variables(before).items()) if before else {}
    new = dict(found.revisions.variables(revision).items())
    names = sorted({name for name, _ in old.items() ^ new.items()})
    return ChangedNames(tuple(names[:_MOST_NAMES]), max(0, len(names) - _MOST_NAMES))


def _row(revision: Revision, offered: Offering, went: tuple[State | None, str], changed: ChangedNames) -> RevisionRow:
    state, how = went
    return RevisionRow(
        number=revision.number,
        made_at=revision.made_at,
        author=revision.author.name,
        message=shortened(revision.message),
        copied_from=revision.copied_from,
        is_destroyed=revision.destroyed is not None,
        is_current=revision.number == offered.current,
        changed=changed,
        state=state,
        how=how,
    )


def _how_they_went(
    found: Transaction, offered: Offering, wanted: Sequence[Revision]
) -> Mapping[int, tuple[State | None, str]]:
    """Return how revisions turned out, by number; for those on offer now, their current state."""
    if not wanted:
        return {}
    place = wanted[0].place
    results = found.rollout_results.of(place, [each.number for each in wanted])
    went = {each.number: _went(each, results.get(each.number)) for each in wanted}
    newest = offered.canary.revision if offered.canary else offered.current
    if went.keys() & {newest, offered.current}:
        stands = standing(offered, found.sessions.alike(place))
        if isinstance(stands, Trial):
            went[offered.current] = state_of(stands.others), str(stands.others)
        went[newest] = state_of(stands), str(stands)
    return went


def _went(revision: Revision, result: RolloutResult | None) -> tuple[State | None, str]:
    if revision.stage is Stage.ROLLED_BACK:
        return State.FAILED, f"was rolled back; {result}" if result and result.refused else "was rolled back"
    return (result.state, str(result)) if result else (None, "")
