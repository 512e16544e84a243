"""Stores the contracts of apps, and refuses one that a current revision does not satisfy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.domain.audit import Action, entry
from app.domain.errors import InvalidError
from app.domain.event import EventKind, Happening
from app.domain.identity import Actor
from app.domain.place import LABEL_RULE, is_label
from app.domain.revision import Revision, Schema
from app.domain.validation import Fault, line_problems
from app.service.limits.budgets import Budgets
from app.service.ports import Clock, SchemaValidator, Store, Transaction
from app.service.writing.gates import Gates

LONGEST_RELEASE = 200


@dataclass(frozen=True, slots=True)
class Schemas:
    """The schemas of apps."""

    store: Store
    validator: SchemaValidator
    clock: Clock
    budgets: Budgets = field(default_factory=Budgets)

    def push(
        self, actor: Actor, app: str, digest: str, document: str, release: str, *, compatible: bool = True
    ) -> Schema:
        """Store a contract under its digest, and make it the one that `app` is checked against.

        Args:
            actor: Who pushes it.
            app: Whose contract it is.
            digest: The name under which it is sent.
            document: The JSON text written by `setpoint schema`.
            release: The release of the app that it belongs to.
            compatible: Whether to refuse it if the current revision of an environment does not satisfy it.

        Raises:
            InvalidError: It may not be stored, is not what its name says, or is refused by a current revision.
            LimitedError: The app has used up what it may store within an hour.
        """
        if not is_label(app):
            raise InvalidError((Fault(None, "name-not-allowed", f"the name of an app has {LABEL_RULE}"),))
        self._refuse_bad_words(digest, self.validator.admit(document), release)
        schema = Schema(app, digest, document, release, actor.principal, self.clock())

        def change(found: Transaction) -> Schema:
            current = found.schemas.current(app)
            if current and (current.digest, current.release) == (digest, release):
                return current
            problems = tuple(self._problems(found, schema))
            if problems and compatible:
                raise InvalidError(
                    problems, "stored revisions do not satisfy the schema; the compatibility `none` accepts it anyway"
                )
            self._take_from_budget(found, schema)
            found.schemas.put(schema)
            found.events.add(Happening(EventKind.SCHEMA, schema.pushed_at, app, subject=digest))
            told = {"digest": digest, "release": release, "incompatible": len(problems)}
            found.audit.record(entry(actor, Action.SCHEMA_PUSH, schema.pushed_at, app, detail=told))
            return schema

        # The validator then knows the reasons, and others can write while it looks for them.
        self.store.read(lambda found: list(self._problems(found, schema)))
        return self.store.write(change)

    def all_of(self, app: str) -> Sequence[Schema]:
        """Return the schemas of `app`, current one first."""
        return self.store.read(lambda found: found.schemas.all_of(app))

    def _take_from_budget(self, found: Transaction, schema: Schema) -> None:
        """Count a document for its app if it is not already stored; going back to an older one costs nothing."""
        if found.schemas.named(schema.app, schema.digest) is None:
            self.budgets.refuse_if_spent(found, schema.app, schema.pushed_at)
            self.budgets.spend_on_schema(found, schema.app, schema.document, schema.pushed_at)

    def _refuse_bad_words(self, digest: str, admitted: str, release: str) -> None:
        problems = line_problems("release", release, LONGEST_RELEASE)
        if digest != admitted:
            problems = (
                *problems,
                Fault(None, "digest-mismatch", "the digest in the path is not that of the contract"),
            )
        if problems:
            raise InvalidError(problems)

    def _problems(self, found: Transaction, schema: Schema) -> Iterator[Fault]:
        gates = Gates(self.validator)
        for revision in _in_use(found, schema.app):
            if revision.destroyed is None:
                variables = found.revisions.variables(revision)
                for problem in gates.validation(schema, variables, is_base=revision.is_base).problems:
                    yield replace(problem, message=f"`{revision}`: {problem.message}")


def _in_use(found: Transaction, app: str) -> Iterator[Revision]:
    """Yield the current revision of each environment, and those that may become it."""
    yield from found.revisions.environments(app)
    for canary in found.canaries.on_trial():
        tried = found.revisions.numbered(canary.place, canary.revision) if canary.place.app == app else None
        if tried is not None:
            yield tried
