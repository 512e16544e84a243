"""Makes the next revision of an environment, or refuses it with a list of all problems."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.revision import Schema
from app.service.limits.budgets import Budgets
from app.service.ports import Clock, SchemaValidator, Store, Transaction
from app.service.writing.changes import Change, brought_back, extended, merged, replaced
from app.service.writing.gates import MISSING, UnexplainedError, current_schema
from app.service.writing.intent import Intent, Revised, is_base
from app.service.writing.making import Making, UndoneError
from setpoint.check.diagnostic import Diagnostic
from setpoint.sources.env_file import EnvFile


@dataclass(frozen=True, slots=True)
class Revising:
    """Stores complete sets of variables, changes to them, and earlier sets."""

    store: Store
    validator: SchemaValidator
    clock: Clock
    budgets: Budgets = field(default_factory=Budgets)

    @property
    def making(self) -> Making:
        """Makes revisions within a transaction."""
        return Making(self.validator, self.clock, self.budgets)

    def check_of(self, place: Place, *, may_be_base: bool | None = None) -> Callable[[EnvFile], Sequence[Diagnostic]]:
        """Return a function that says what is wrong with an env file that is about to become a revision of `place`.

        It needs no database, and may be called in another thread.

        Raises:
            NotFoundError: The app has no schema to check it against.
        """

        def ask(found: Transaction) -> tuple[Schema | None, bool]:
            current = found.revisions.current(place)
            may_lack = is_base(Intent(place, None, is_base=may_be_base), current)
            schema = found.schemas.current(place.app) if may_lack else current_schema(found, place.app)
            return schema, may_lack or bool(current and current.bases)

        return partial(self._check, *self.store.read(ask))

    def _check(self, schema: Schema | None, may_lack: bool, file: EnvFile) -> Sequence[Diagnostic]:  # noqa: FBT001 - private
        """Return what is wrong with a file; the gates say what it lacks if that may come from bases."""
        found = self.validator.check(schema, file).diagnostics
        return [each for each in found if not (may_lack and each.code == MISSING)]

    def replace(self, actor: Actor, intent: Intent, variables: Mapping[str, str]) -> Revised:
        """Store `variables` as the next revision; raises as `revise` does."""
        return self.revise(actor, intent, replaced(variables))

    def extend(self, actor: Actor, intent: Intent, bases: Sequence[Place]) -> Revised:
        """Let an environment extend others, later ones over earlier; its own variables are kept, and take precedence.

        Raises as `revise` does, and `InvalidError` for what can't be a base.
        """
        return self.revise(actor, intent, extended(bases))

    def merge(self, actor: Actor, intent: Intent, patch: Mapping[str, str | None]) -> Revised:
        """Store the current variables with a merge patch (RFC 7396) applied; raises as `revise` does."""
        return self.revise(actor, intent, merged(patch))

    def roll_back(self, actor: Actor, intent: Intent, number: int) -> Revised:
        """Store the variables of revision `number` again, checked against today's schema.

        Raises as `revise` does, and `DestroyedError` if its values are gone.
        """
        return self.revise(actor, intent, brought_back(intent.place, number))

    def revise(self, actor: Actor, intent: Intent, change: Change) -> Revised:
        """Store the result of `change` as the next revision of an environment.

        What extends the environment gets its next revision in the same transaction, or nothing is stored. Those
        revisions are tried on canaries, each environment separately; that of a base never is. Everything that is made
        counts for the app that is written to.

        Raises:
            StaleError: The environment is at a different revision than expected.
            ConflictError: A revision is on trial, or others must approve the change first.
            InvalidError: The variables have problems.
            NotFoundError: The app has no schema to check them against, or there is no such revision.
            LimitedError: The app has used up what it may store within an hour.
        """

        def make(found: Transaction) -> Revised:
            return self.making.make(found, actor, intent, change)

        if not (intent.dry_run or change.copied_from is not None or intent.break_glass):
            self.budgets.refuse_again(intent.place.app)
        if intent.dry_run and not self.store.read(lambda found: found.revisions.extending(intent.place)):
            return self.store.read(make)
        try:
            return self._written(actor, intent, change)
        except UndoneError as undone:
            return undone.revised

    def _written(self, actor: Actor, intent: Intent, change: Change) -> Revised:
        """Store it; what is wrong with it is found out while others can write."""
        quick = replace(self.making, explains=False)
        try:
            return self.store.write(lambda found: quick.make(found, actor, intent, change))
        except UnexplainedError:
            self.store.read(lambda found: self.making.ready(found, actor, intent, change))
        return self.store.write(lambda found: self.making.make(found, actor, intent, change))
