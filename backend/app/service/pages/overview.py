"""All apps at a glance: which revision is served where, and a word if something is wrong."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.identity import Actor, Scope
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.rollout import Rollout, Trial, standing
from app.domain.session import State
from app.service.pages.trouble import Trouble, troubles
from app.service.ports import Store, Transaction
from app.service.trials import offering


@dataclass(frozen=True, slots=True)
class Cell:
    """One environment.

    Attributes:
        app: The app.
        environment: The environment.
        revision: The newest revision.
        served: The revisions that its instances really serve, newest first.
        live: How many instances follow it.
        is_base: Whether it exists for others to extend.
        trouble: What is wrong, worst first.
    """

    app: str
    environment: str
    revision: int
    served: tuple[int, ...]
    live: int
    is_base: bool
    trouble: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One app.

    Attributes:
        app: Its name.
        cells: Its environments, one for each column; None if it has none of that name.
    """

    app: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class AppsAtAGlance:
    """All apps.

    Attributes:
        environments: The columns: the names of environments, the most common first.
        apps: The rows, those with most trouble first.
    """

    environments: tuple[str, ...]
    apps: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page shows."""

    store: Store

    def seen_by(self, actor: Actor) -> AppsAtAGlance:
        """Return the apps that `actor` may know about, with the environments that it may read."""
        return self.store.read(lambda found: _at_a_glance(found, actor))


def _at_a_glance(found: Transaction, actor: Actor) -> AppsAtAGlance:
    cells = {app: [_cell(found, each) for each in _readable(found, actor, app)] for app in _visible(found, actor)}
    counted = Counter(cell.environment for row in cells.values() for cell in row)
    columns = tuple(sorted(counted, key=lambda name: (-counted[name], name)))
    rows = [Row(app, _in_columns(row, columns)) for app, row in cells.items()]
    return AppsAtAGlance(columns, tuple(sorted(rows, key=_by_trouble)))


def _visible(found: Transaction, actor: Actor) -> Iterable[str]:
    return (app for app in found.revisions.apps() if actor.token.allows_somewhere(Scope.CONFIG_READ, app))


def _readable(found: Transaction, actor: Actor, app: str) -> Iterable[Revision]:
    every = found.revisions.environments(app)
    return (each for each in every if actor.token.allows(Scope.CONFIG_READ, app, each.place.environment))


def _cell(found: Transaction, current: Revision) -> Cell:
    place: Place = current.place
    rollout = standing(offering(found, place), found.sessions.alike(place))
    return Cell(
        app=place.app,
        environment=place.environment,
        revision=rollout.revision,
        served=_served(rollout),
        live=rollout.live,
        is_base=current.is_base,
        trouble=tuple(troubles(rollout, is_base=current.is_base)),
    )


def _served(rollout: Rollout | Trial) -> tuple[int, ...]:
    """Return the revisions that are really served, newest first."""
    parts = (rollout,) if isinstance(rollout, Rollout) else (rollout.tried, rollout.others)
    taken = {each.revision for each in parts if each.states.get(State.SYNCED)}
    return tuple(sorted({*rollout.still_served, *taken}, reverse=True))


def _in_columns(cells: Sequence[Cell], columns: Sequence[str]) -> tuple[Cell | None, ...]:
    found = {cell.environment: cell for cell in cells}
    return tuple(found.get(name) for name in columns)


_WORST_FIRST = (State.FAILED, State.STALE, State.EXPIRED)


def _by_trouble(row: Row) -> tuple[tuple[int, ...], str]:
    """Return the sort key of an app: how many of its environments have each kind of trouble, and its name."""
    counted = Counter(each.state for cell in row.cells if cell for each in cell.trouble)
    return tuple(-counted[state] for state in _WORST_FIRST), row.app
