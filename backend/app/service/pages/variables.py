"""The page that shows the variables of an app side by side: what each of its environments has for each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.described import Described
from app.domain.errors import NotFoundError
from app.domain.identity import Actor, Scope
from app.domain.revision import Revision, Schema
from app.domain.variables import Variables, fit_to_show
from app.service.ports import SchemaValidator, Store, Transaction
from app.service.secrecy import shown_names


class CellState(StrEnum):
    """Whether an environment has a variable."""

    SET = "set"
    INHERITED = "inherited"
    DEFAULT = "default"
    MISSING = "missing"
    UNSET = "not set"


@dataclass(frozen=True, slots=True)
class Cell:
    """A variable in an environment.

    Attributes:
        environment: The environment.
        state: Whether it has it.
        is_secret: Whether its value is withheld.
        value: The value, or the default; None if there is none, or if it is withheld.
        source: The revision of a base that it comes from, or the other name under which it is set; empty if neither.
        may_reveal: Whether the viewer may reveal what is withheld.
    """

    environment: str
    state: CellState
    is_secret: bool = False
    value: str | None = None
    source: str = ""
    may_reveal: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Which release reads a variable.

    Attributes:
        release: The release of the app that the schema was pushed for.
        digest: The schema.
        instances: How many live instances run it.
        is_current: Whether writes are checked against it.
    """

    release: str
    digest: str
    instances: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A variable.

    Attributes:
        name: The variable.
        described: What the current schema says about it; None if that does not know it.
        cells: One per environment.
        readers: Who reads it.
    """

    name: str
    described: Described | None
    cells: tuple[Cell, ...]
    readers: tuple[Reader, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """An environment."""

    environment: str
    revision: int
    is_base: bool


@dataclass(frozen=True, slots=True)
class VariablesPage:
    """What the page shows."""

    app: str
    release: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Environment:
    """What one environment has, as far as the viewer may see it."""

    revision: Revision
    variables: Variables
    shown: frozenset[str]
    may_reveal: bool

    @property
    def name(self) -> str:
        return self.revision.place.environment


@dataclass(frozen=True, slots=True)
class _Found:
    environments: tuple[_Environment, ...]
    current: Schema | None
    live: tuple[tuple[Schema, int], ...]


@dataclass(frozen=True, slots=True)
class VariablesOverview:
    """Finds out what the page shows."""

    store: Store
    validator: SchemaValidator

    def of(self, actor: Actor, app: str) -> VariablesPage:
        """Return the variables of `app` in the environments that `actor` may read.

        Raises:
            NotFoundError: There is no such app, or it has nothing that the actor may read.
        """
        found = self.store.read(lambda each: self._look(each, actor, app))
        if not found.environments and not (found.current and actor.token.allows_somewhere(Scope.CONFIG_READ, app)):
            message = f"there is no app `{app}`"
            raise NotFoundError(message)
        names = dict.fromkeys(name for each in found.environments for name in each.revision.names)
        described = self.validator.described(found.current, tuple(names)) if found.current else {}
        known = [(schema, count, self.validator.known(schema)) for schema, count in found.live]
        rows = tuple(
            Row(
                name,
                described.get(name),
                tuple(_cell(each, name, described.get(name)) for each in found.environments),
                tuple(_reader(schema, count, found.current) for schema, count, names in known if name in names),
            )
            for name in sorted({*names, *described})
        )
        columns = tuple(Column(each.name, each.revision.number, each.revision.is_base) for each in found.environments)
        return VariablesPage(app, found.current.release if found.current else "", columns, rows)

    def _look(self, found: Transaction, actor: Actor, app: str) -> _Found:
        token = actor.token
        visible = [
            each
            for each in found.revisions.environments(app)
            if token.allows(Scope.CONFIG_READ, app, each.place.environment)
        ]
        environments = tuple(
            _Environment(
                each,
                variables := found.revisions.variables(each),
                fit_to_show(shown_names(found, self.validator, each), variables),
                token.allows(Scope.CONFIG_REVEAL, app, each.place.environment),
            )
            for each in visible
        )
        current = found.schemas.current(app)
        return _Found(environments, current, tuple(_live(found, app, visible, current)))


def _live(
    found: Transaction, app: str, visible: Sequence[Revision], current: Schema | None
) -> Iterator[tuple[Schema, int]]:
    """Yield the current schema and those that live instances run, each with how many run it."""
    counts: dict[str, int] = {current.digest: 0} if current else {}
    for revision in visible:
        for digest, instances in found.sessions.live_schemas(revision.place).items():
            counts[digest] = counts.get(digest, 0) + instances
    for digest, count in counts.items():
        schema = current if current and digest == current.digest else found.schemas.named(app, digest)
        if schema is not None:
            yield schema, count


def _reader(schema: Schema, instances: int, current: Schema | None) -> Reader:
    return Reader(schema.release, schema.digest, instances, schema == current)


def _cell(environment: _Environment, name: str, described: Described | None) -> Cell:
    revision = environment.revision
    if name in environment.variables:
        is_shown = name in environment.shown
        return Cell(
            environment.name,
            CellState.INHERITED if name in revision.origins else CellState.SET,
            is_secret=not is_shown,
            value=environment.variables[name] if is_shown else None,
            source=revision.origins.get(name, ""),
            may_reveal=environment.may_reveal and not is_shown,
        )
    if described is None:
        return Cell(environment.name, CellState.UNSET)
    other = next((each for each in described.other_names if each in environment.variables), "")
    if other:
        return Cell(environment.name, CellState.SET, described.is_secret, source=other)
    if described.is_required and not revision.is_base:
        return Cell(environment.name, CellState.MISSING, described.is_secret)
    if described.is_required or described.condition:
        return Cell(environment.name, CellState.UNSET, described.is_secret)
    return Cell(environment.name, CellState.DEFAULT, described.is_secret, value=described.default)
