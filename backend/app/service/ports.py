"""What the use cases need from outside, as Protocols; `app.store` has the implementations of all but one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from app.domain.audit import Action, AuditEntry
from app.domain.described import Described
from app.domain.event import Event, Happening, Position, Reset
from app.domain.place import Place
from app.domain.revision import Destruction, Draft, Revision, Schema
from app.domain.validation import Validation
from app.domain.variables import Variables
from app.service.access_ports import Principals, SignIns, Tokens
from app.service.approvals.ports import Proposals
from app.service.exchange_ports import TrustRules
from app.service.limits.ports import Limits
from app.service.session_ports import Canaries, RolloutResults, Sessions
from app.service.webhooks.ports import IncomingWebhooks, Webhooks
from setpoint.application.compare_programs import Comparison
from setpoint.check.report import Report
from setpoint.sources.env_file import EnvFile

T = TypeVar("T")
Clock = Callable[[], datetime]
"""Returns the time of day, with its time zone."""


class Revisions(Protocol):
    """The revisions of all environments."""

    def apps(self) -> Sequence[str]:
        """Return the names of the apps that have a schema or a revision, sorted."""
        ...

    def environments(self, app: str) -> Sequence[Revision]:
        """Return the current revision of each environment of `app`, sorted by environment."""
        ...

    def newest(self, place: Place) -> Revision | None:
        """Return the newest revision, whoever is offered it; None if there is none."""
        ...

    def current(self, place: Place, below: int | None = None) -> Revision | None:
        """Return the newest revision below a number that everyone is offered; None if there is none."""
        ...

    def numbered(self, place: Place, number: int) -> Revision | None:
        """Return one revision; None if there is none with this number."""
        ...

    def history(self, place: Place, before: int | None = None, limit: int = 100) -> Sequence[Revision]:
        """Return revisions, newest first, starting below number `before`."""
        ...

    def variables(self, revision: Revision) -> Variables:
        """Return the values of a revision.

        Raises:
            DestroyedError: They were permanently removed.
            DamagedError: What is stored is not what was written.
        """
        ...

    def append(self, draft: Draft) -> Revision:
        """Store `draft` as the next revision of its environment."""
        ...

    def extending(self, place: Place) -> Sequence[Place]:
        """Return the environments whose newest revision extends `place` directly, sorted."""
        ...

    def destroy(self, revision: Revision, destruction: Destruction) -> Revision:
        """Permanently remove the values of a revision, and keep everything else."""
        ...


class Schemas(Protocol):
    """The schemas of all apps."""

    def current(self, app: str) -> Schema | None:
        """Return the last schema that was pushed; None if none was."""
        ...

    def named(self, app: str, digest: str) -> Schema | None:
        """Return the schema with this digest; None if there is none."""
        ...

    def all_of(self, app: str) -> Sequence[Schema]:
        """Return the schemas of `app`, last pushed first."""
        ...

    def page(self, app: str, after: str | None = None, limit: int = 100) -> Sequence[Schema]:
        """Return schemas of `app`, last pushed first, starting after a digest."""
        ...

    def put(self, schema: Schema) -> None:
        """Store `schema`, or its new release if it is already stored, and make it the current one."""
        ...


class Events(Protocol):
    """What happened, in one gapless order."""

    def add(self, happening: Happening) -> Event:
        """Store what happened as the next event."""
        ...

    def latest(self) -> Position:
        """Return the position of the newest event."""
        ...

    def after(self, position: Position, limit: int = 1_000) -> Sequence[Event] | Reset:
        """Return the events after `position`, or a reset if this history does not have that position."""
        ...

    def trim(self, keep: int) -> int:
        """Remove all but the newest `keep` events; return how many were removed."""
        ...


class AuditLog(Protocol):
    """Who did what."""

    def record(self, entry: AuditEntry) -> None:
        """Record what was done, in the transaction that does it."""
        ...

    def page(
        self,
        before: int | None = None,
        limit: int = 100,
        app: str = "",
        environment: str = "",
        action: Action | None = None,
    ) -> Sequence[AuditEntry]:
        """Return entries, newest first: below id `before`, about that place, and of that kind."""
        ...


class Keys(Protocol):
    """The keys of the apps, each wrapped by one of the service's keys."""

    def first(self) -> str:
        """Return the id of the service's first key, which wraps everything new."""
        ...

    def wrapped_by(self) -> Mapping[str, str]:
        """Return the id of the wrapping key by app."""
        ...

    def wrap_anew(self, app: str) -> None:
        """Wrap the key of `app` with the first of the service's keys."""
        ...


class Transaction(Protocol):
    """One consistent view of everything, and one change that is stored as a whole or not at all."""

    @property
    def revisions(self) -> Revisions: ...  # noqa: D102 - the Protocol says it
    @property
    def schemas(self) -> Schemas: ...  # noqa: D102 - the Protocol says it
    @property
    def proposals(self) -> Proposals: ...  # noqa: D102 - the Protocol says it
    @property
    def tokens(self) -> Tokens: ...  # noqa: D102 - the Protocol says it
    @property
    def sign_ins(self) -> SignIns: ...  # noqa: D102 - the Protocol says it
    @property
    def principals(self) -> Principals: ...  # noqa: D102 - the Protocol says it
    @property
    def sessions(self) -> Sessions: ...  # noqa: D102 - the Protocol says it
    @property
    def canaries(self) -> Canaries: ...  # noqa: D102 - the Protocol says it
    @property
    def rollout_results(self) -> RolloutResults: ...  # noqa: D102 - the Protocol says it
    @property
    def events(self) -> Events: ...  # noqa: D102 - the Protocol says it
    @property
    def audit(self) -> AuditLog: ...  # noqa: D102 - the Protocol says it
    @property
    def trust(self) -> TrustRules: ...  # noqa: D102 - the Protocol says it
    @property
    def keys(self) -> Keys: ...  # noqa: D102 - the Protocol says it
    @property
    def webhooks(self) -> Webhooks: ...  # noqa: D102 - the Protocol says it
    @property
    def incoming(self) -> IncomingWebhooks: ...  # noqa: D102 - the Protocol says it
    @property
    def limits(self) -> Limits: ...  # noqa: D102 - the Protocol says it


class Store(Protocol):
    """Where everything is stored.

    All methods raise `UnavailableError` if the database can't be reached or stays busy.
    """

    def read(self, question: Callable[[Transaction], T]) -> T:
        """Return what `question` finds in one consistent view; it must not write."""
        ...

    def glance(self, question: Callable[[Transaction], T]) -> T:
        """Return what `question` finds with a single statement; cheap enough for every request."""
        ...

    def write(self, change: Callable[[Transaction], T]) -> T:
        """Run `change` while nobody else writes, and return its result once it is on disk.

        Nothing is stored if it raises. It may be run in another thread, and a second time: after a lost
        connection, or if another change that shares its transaction fails. So it must have no other effects.

        Raises:
            StorageFullError: There is no space left.
        """
        ...

    @property
    def hindrance(self) -> str:
        """Why this process stores nothing now, as far as it knows without trying; empty if nothing hinders it."""
        ...

    def position(self) -> Position:
        """Return the position of the newest event; cheap enough for every request."""
        ...

    def wait(self, known: Position, timeout: float) -> Position:
        """Return the position of the newest event, once it differs from `known` or `timeout` seconds have passed."""
        ...

    def scrub(self) -> None:
        """Overwrite what was removed, as far as the database allows that now."""
        ...

    def close(self) -> None:
        """Close the database."""
        ...


class SchemaValidator(Protocol):
    """What a schema says about variables; a contract from somebody else counts as hostile until it is admitted."""

    def admit(self, document: str) -> str:
        """Return the digest of a contract that may be stored.

        Raises:
            InvalidError: It is not a contract, or one that could do harm: too large, too deep, with a remote reference.
        """
        ...

    def passed(self, schema: Schema, variables: Mapping[str, str]) -> Validation | None:
        """Return the answer if nothing is wrong with `variables`; None if that can't be told quickly."""
        ...

    def accepts(self, schema: Schema, variables: Mapping[str, str]) -> bool:
        """Return quickly whether the app would start with `variables`; names that it does not know are ignored."""
        ...

    def validate(self, schema: Schema, variables: Mapping[str, str]) -> Validation:
        """Return what is wrong with `variables`, and what `schema` can't check."""
        ...

    def check(self, schema: Schema | None, file: EnvFile) -> Report:
        """Return what is wrong with an env file, each problem at its place, as `setpoint check` would report it.

        Without a schema, only its syntax is checked.
        """
        ...

    def compare(self, schema: Schema | None, path: str, content: bytes, loaders: Sequence[str]) -> Comparison:
        """Return what programs read in the bytes of an env file, and what is wrong with it; this is slow.

        Without a schema, only its syntax is checked.
        """
        ...

    def described(self, schema: Schema, names: Sequence[str] = ()) -> Mapping[str, Described]:
        """Return what `schema` says in words about its variables, and about those of `names` that are keys of them."""
        ...

    def known(self, schema: Schema) -> frozenset[str]:
        """Return the names of the variables that `schema` knows."""
        ...

    def shown(self, schema: Schema, names: Iterable[str]) -> frozenset[str]:
        """Return those of `names` that `schema` knows not to be secrets."""
        ...

    def same(self, schema: Schema, name: str, old: str, new: str) -> bool:
        """Return whether two texts of a variable mean the same value to the app."""
        ...
