"""The schemas of an app: their releases, which live instances run which, and what each of them changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import NotFoundError
from app.domain.identity import Actor, Scope
from app.domain.revision import Schema
from app.service.pages.contract_changes import ContractChange, changes_of_contract
from app.service.ports import Store, Transaction

ON_A_PAGE = 15


@dataclass(frozen=True, slots=True)
class Running:
    """Live instances of one environment that run one schema."""

    environment: str
    instances: int


@dataclass(frozen=True, slots=True)
class SchemaRow:
    """One schema.

    Attributes:
        digest: Its name.
        release: The release of the app that was pushed with it last.
        author: Who pushed it.
        pushed_at: When.
        is_current: Whether new revisions are checked against it.
        running: Where it runs now.
        changes: What differs from the schema before it; None for the first one.
    """

    digest: str
    release: str
    author: str
    pushed_at: datetime
    is_current: bool
    running: tuple[Running, ...]
    changes: tuple[ContractChange, ...] | None


@dataclass(frozen=True, slots=True)
class UnknownSchema:
    """A schema that instances run but nobody has pushed, so that no write is checked against it."""

    digest: str
    running: tuple[Running, ...]


@dataclass(frozen=True, slots=True)
class SchemasOfApp:
    """A page of the schemas of an app.

    Attributes:
        app: The app.
        unknown: What runs but was never pushed; only on the first page.
        schemas: The schemas, last pushed first.
        next: The digest after which the next page begins; None if there is none.
    """

    app: str
    unknown: tuple[UnknownSchema, ...]
    schemas: tuple[SchemaRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class SchemasShown:
    """What the page of schemas shows."""

    store: Store

    def of(self, actor: Actor, app: str, after: str | None = None) -> SchemasOfApp:
        """Return the schemas of `app` that come after a digest, or the first ones.

        Raises:
            NotFoundError: There is no such app, or no such schema.
        """
        return self.store.read(lambda found: _page(found, actor, app, after))


def _page(found: Transaction, actor: Actor, app: str, after: str | None) -> SchemasOfApp:
    if app not in found.revisions.apps():
        message = f"there is no app `{app}`"
        raise NotFoundError(message)
    if after is not None and found.schemas.named(app, after) is None:
        message = f"`{app}` has no such schema"
        raise NotFoundError(message)
    schemas = found.schemas.page(app, after, ON_A_PAGE + 1)
    running = _running(found, actor, app)
    known = {each for each in running if found.schemas.named(app, each)}
    unknown = [UnknownSchema(digest, running[digest]) for digest in sorted(running.keys() - known)]
    current = found.schemas.current(app)
    rows = _rows(schemas, running, current.digest if current else "")
    more = schemas[ON_A_PAGE - 1].digest if len(schemas) > ON_A_PAGE else None
    return SchemasOfApp(app, tuple(unknown if after is None else ()), tuple(rows)[:ON_A_PAGE], more)


def _rows(schemas: Sequence[Schema], running: Mapping[str, tuple[Running, ...]], current: str) -> Iterator[SchemaRow]:
    for schema, older in zip(schemas, [*schemas[1:], None], strict=True):
        yield SchemaRow(
            digest=schema.digest,
            release=schema.release,
            author=schema.author.name,
            pushed_at=schema.pushed_at,
            is_current=schema.digest == current,
            running=running.get(schema.digest, ()),
            changes=changes_of_contract(older.document, schema.document) if older else None,
        )


def _running(found: Transaction, actor: Actor, app: str) -> Mapping[str, tuple[Running, ...]]:
    """Return where each schema runs, as far as `actor` may read there."""
    told: dict[str, list[Running]] = defaultdict(list)
    for revision in found.revisions.environments(app):
        place = revision.place
        if actor.token.allows(Scope.CONFIG_READ, app, place.environment):
            for digest, count in found.sessions.live_schemas(place).items():
                told[digest].append(Running(place.environment, count))
    return {digest: tuple(each) for digest, each in told.items()}
