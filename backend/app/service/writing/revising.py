"""Makes the next revision of an environment, or refuses it with every problem it has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from app.domain.audit import Action, entry
from app.domain.bases import Effective, Own
from app.domain.canary import Canary, Plan, Stage
from app.domain.errors import InvalidError
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.revision import Draft, Revision, Schema
from app.domain.validation import Problem, Validation
from app.domain.variables import Variables, dangerous_names
from app.service import trials
from app.service.ports import Clock, SchemaValidator, Store, Transaction
from app.service.webhooks.announcing import announce_revision
from app.service.writing.composing import Edit, brought_back, composed, extending, own_part, refuse_hidden_secrets
from app.service.writing.gates import MISSING, Gates, current_schema
from app.service.writing.intent import Intent, Revised
from app.service.writing.seen import newest_for, refuse_if_overtaken
from setpoint.check.diagnostic import Diagnostic
from setpoint.sources.env_file import EnvFile

_NOTHING: Mapping[str, object] = MappingProxyType({})


class _UndoneError(Exception):
    """A dry run has made what it was to try, and nothing of it is to be stored."""

    def __init__(self, revised: Revised) -> None:
        self.revised = revised


@dataclass(frozen=True, slots=True)
class Revising:
    """Stores complete sets of variables, changes to them, and sets that were there before."""

    store: Store
    validator: SchemaValidator
    clock: Clock

    def check_of(self, place: Place, *, is_base: bool | None = None) -> Callable[[EnvFile], Sequence[Diagnostic]]:
        """Return what tells what is wrong with an env file that is to become a revision of `place`.

        It needs no database, and may be called in another thread.

        Raises:
            NotFoundError: The app has no schema to check it against.
        """

        def ask(found: Transaction) -> tuple[Schema | None, bool]:
            current = found.revisions.current(place)
            may_lack = _is_base(Intent(place, None, is_base=is_base), current)
            schema = found.schemas.current(place.app) if may_lack else current_schema(found, place.app)
            return schema, may_lack or bool(current and current.bases)

        return partial(self._check, *self.store.read(ask))

    def _check(self, schema: Schema | None, may_lack: bool, file: EnvFile) -> Sequence[Diagnostic]:  # noqa: FBT001 - private
        """Return what is wrong with a file; what it lacks, the gates tell where it may be from bases."""
        found = self.validator.check(schema, file).diagnostics
        return [each for each in found if not (may_lack and each.code == MISSING)]

    def replace(self, actor: Actor, intent: Intent, variables: Mapping[str, str]) -> Revised:
        """Store `variables` as the next revision.

        Raises:
            StaleError: The environment is at another revision than expected.
            InvalidError: The variables have problems.
            NotFoundError: The app has no schema to check them against.
        """

        def edit(_: Transaction, newest: Revision | None) -> Own:
            return Own(Variables(variables), newest.bases if newest else ())

        return self.revise(actor, intent, edit, Action.CONFIG_WRITE)

    def extend(self, actor: Actor, intent: Intent, bases: Sequence[Place]) -> Revised:
        """Have an environment extend others, later ones over earlier; its own variables stay, and win.

        Raises:
            StaleError: The environment is at another revision than expected.
            InvalidError: A base can't be one, or what comes of it has problems.
        """

        def edit(found: Transaction, newest: Revision | None) -> Own:
            return Own(own_part(found, newest).variables, tuple(bases))

        detail = {"bases": list(map(str, bases))}
        return self.revise(actor, intent, edit, Action.CONFIG_EXTEND, detail=detail)

    def merge(
        self,
        actor: Actor,
        intent: Intent,
        patch: Mapping[str, str | None],
        action: Action = Action.CONFIG_WRITE,
        detail: Mapping[str, object] = _NOTHING,
    ) -> Revised:
        """Store the current variables as a merge patch (RFC 7396) leaves them.

        Args:
            actor: Who wants it.
            intent: What is wanted.
            patch: Texts by name; None removes a variable.
            action: What the audit log is to call it.
            detail: What the audit log is to tell beside the number.

        Raises:
            StaleError: The environment is at another revision than expected.
            InvalidError: The variables have problems.
            NotFoundError: The app has no schema to check them against.
        """

        def edit(found: Transaction, newest: Revision | None) -> Own:
            own = own_part(found, newest)
            if newest and (taken := [name for name, text in patch.items() if text is None and name in newest.origins]):
                raise InvalidError(tuple(_inherited(name, newest.origins[name]) for name in taken))
            return replace(own, variables=own.variables.merged(patch))

        return self.revise(actor, intent, edit, action, detail=detail)

    def roll_back(self, actor: Actor, intent: Intent, number: int) -> Revised:
        """Store the variables of revision `number` anew, checked against today's schema.

        Raises:
            NotFoundError: There is no such revision.
            DestroyedError: Its values are gone.
            StaleError: The environment is at another revision than expected.
            InvalidError: They do not satisfy today's schema.
        """
        edit, detail = brought_back(intent.place, number), {"from": number}
        return self.revise(actor, intent, edit, Action.CONFIG_ROLLBACK, detail=detail, copied_from=number)

    def roll_back_within(self, found: Transaction, actor: Actor, intent: Intent, number: int) -> Revised:
        """Do what `roll_back` does in a transaction that does more than that."""
        edit, detail = brought_back(intent.place, number), {"from": number}
        return self._revise(found, actor, intent, edit, Action.CONFIG_ROLLBACK, detail=detail, copied_from=number)

    def revise(
        self,
        actor: Actor,
        intent: Intent,
        edit: Edit,
        action: Action,
        *,
        detail: Mapping[str, object] = _NOTHING,
        copied_from: int | None = None,
    ) -> Revised:
        """Store what `edit` returns as the next revision, with its event and its row in the audit log.

        What extends the environment gets its next revision in the same transaction, or nothing is stored. It is what is
        tried on canaries then, each environment by itself; what others extend never is.
        """

        def change(found: Transaction) -> Revised:
            return self._revise(found, actor, intent, edit, action, detail=detail, copied_from=copied_from)

        if not intent.dry_run or self.store.read(lambda found: found.revisions.extending(intent.place)):
            try:
                return self.store.write(change)
            except _UndoneError as undone:
                return undone.revised
        return self.store.read(change)

    def _revise(
        self,
        found: Transaction,
        actor: Actor,
        intent: Intent,
        edit: Edit,
        action: Action,
        *,
        detail: Mapping[str, object],
        copied_from: int | None,
    ) -> Revised:
        newest, canary = newest_for(found, intent, actor)
        own = edit(found, newest)
        whole = composed(found, intent.place, own)
        refuse_hidden_secrets(found, self.validator, actor.token, own, newest)
        there = replace(intent, is_base=_is_base(intent, newest))
        is_same = _is_same(newest, there, own, whole, found)
        if not is_same:
            refuse_if_overtaken(newest, canary, intent)
        draft, validation = self._draft(found, actor, there, own, whole)
        draft = replace(draft, copied_from=copied_from)
        is_extended = bool(found.revisions.extending(intent.place))
        if is_same or (intent.dry_run and not is_extended):
            return Revised(newest, validation, changed=not is_same, canary=canary)
        is_tried = not is_extended and (newest is None or newest.bases == own.bases)
        plan = _plan(found, intent, action) if is_tried else None
        revision, canary = self._store(found, actor, draft, plan, action=action, detail=detail)
        if is_extended:
            self._pass_on(found, actor, intent, revision)
        if intent.dry_run:
            raise _UndoneError(Revised(newest, validation, changed=True))
        return Revised(revision, validation, changed=True, canary=canary)

    def _pass_on(self, found: Transaction, actor: Actor, intent: Intent, base: Revision) -> None:
        """Make the next revision of all that extends `base`.

        Raises:
            InvalidError: What comes of it has problems; all of them are told, with where.
            ConflictError: A revision is on trial there.
        """
        problems: list[Problem] = []
        message = f"{base}: {intent.message}" if intent.message else str(base)
        for place in extending(found, base.place):
            if (canary := trials.on_trial(found, place)) is not None:
                raise trials.being_tried(canary)
            current = found.revisions.current(place)
            own = own_part(found, current)
            whole = composed(found, place, own)
            there = replace(intent, place=place, message=message, is_base=_is_base(Intent(place, None), current))
            if _is_same(current, there, own, whole, found):
                continue
            try:
                draft, _ = self._draft(found, actor, there, own, whole)
            except InvalidError as error:
                problems += [replace(each, message=f"`{place}`: {each.message}") for each in error.problems]
                continue
            is_tried, detail = not found.revisions.extending(place), {"from": str(base)}
            plan = _plan(found, there, Action.CONFIG_INHERIT) if is_tried else None
            self._store(found, actor, draft, plan, action=Action.CONFIG_INHERIT, detail=detail)
        if problems:
            raise InvalidError(tuple(problems))

    def _draft(
        self, found: Transaction, actor: Actor, intent: Intent, own: Own, whole: Effective
    ) -> tuple[Draft, Validation]:
        """Return the next revision of an environment, and what its schema says, once both gates let it through."""
        validation, digest = Gates(self.validator).judged(found, intent, whole.variables)
        draft = Draft(
            place=intent.place,
            variables=whole.variables,
            author=actor.principal,
            message=intent.message,
            made_at=self.clock(),
            schema=digest,
            unchecked=validation.unchecked,
            bases=own.bases,
            origins=whole.origins,
            is_base=bool(intent.is_base),
        )
        return draft, validation

    def _store(
        self,
        found: Transaction,
        actor: Actor,
        draft: Draft,
        plan: Plan | None,
        *,
        action: Action,
        detail: Mapping[str, object],
    ) -> tuple[Revision, Canary | None]:
        canaries = trials.canaries_for(found, draft.place, plan)
        stage = Stage.DEPLOYING if canaries else Stage.COMPLETE
        revision = found.revisions.append(replace(draft, stage=stage))
        place, number = revision.place, revision.number
        if number > 1:
            found.rollout_results.close(place, number - 1)
        announce_revision(found, revision)
        detail = {"revision": number, **detail}
        if dangerous := dangerous_names(draft.variables):
            detail["dangerous"] = list(dangerous)
        found.audit.record(entry(actor, action, revision.made_at, place.app, place.environment, detail=detail))
        return revision, trials.begin(found, revision, plan, canaries) if plan else None


def _is_base(intent: Intent, newest: Revision | None) -> bool:
    if intent.is_base is not None:
        return intent.is_base
    return newest is not None and newest.is_base


def _is_same(newest: Revision | None, intent: Intent, own: Own, whole: Effective, found: Transaction) -> bool:
    if newest is None or newest.destroyed is not None or newest.is_base != intent.is_base:
        return False
    is_as_composed = newest.bases == own.bases and whole.has_same_origins(newest.origins)
    return is_as_composed and found.revisions.variables(newest) == whole.variables


def _inherited(name: str, origin: str) -> Problem:
    message = f"`{name}` is from `{origin}` and can't be removed here; give it another value, or remove it there"
    return Problem(name, "inherited", message)


def _plan(found: Transaction, intent: Intent, action: Action) -> Plan | None:
    """Return how the revision is tried; a way back is not, unless somebody says so."""
    if intent.canary is not None or intent.at_once or action is Action.CONFIG_ROLLBACK:
        return intent.canary
    return found.canaries.plan(intent.place)
