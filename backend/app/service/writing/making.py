"""Makes the next revision of an environment within a transaction, and those of everything that extends it."""

from dataclasses import dataclass, replace

from app.domain.audit import Action, entry
from app.domain.bases import Effective, Own
from app.domain.canary import Canary, Plan, Stage
from app.domain.errors import InvalidError
from app.domain.identity import Actor, Principal
from app.domain.revision import Draft, Revision
from app.domain.validation import Fault, Validation
from app.service import trials
from app.service.limits.budgets import Budgets
from app.service.ports import Clock, SchemaValidator, Transaction
from app.service.webhooks.announcing import announce_revision
from app.service.writing.changes import Change
from app.service.writing.composing import composed, extending, own_part, refuse_hidden_secrets
from app.service.writing.gates import Gates
from app.service.writing.intent import Intent, Revised, is_base
from app.service.writing.protection import breaks_glass, tell_of_broken_glass
from app.service.writing.seen import newest_for, refuse_if_overtaken
from setpoint.contract.limits import dangerous_names


class UndoneError(Exception):
    """A dry run has succeeded, and nothing of it must be stored."""

    def __init__(self, revised: Revised) -> None:
        self.revised = revised


@dataclass(frozen=True, slots=True)
class Ready:
    """A revision that has passed both gates, before it is stored.

    Attributes:
        newest: The revision that it is based on.
        canary: The stage of that one, if it is on trial.
        draft: The new revision.
        validation: What the schema says about it.
        is_same: Whether there is nothing to store, because the newest one is the same.
    """

    newest: Revision | None
    canary: Canary | None
    draft: Draft
    validation: Validation
    is_same: bool

    @property
    def keeps_bases(self) -> bool:
        """Whether the environment extends the same bases as before."""
        return self.newest is None or self.newest.bases == self.draft.bases


@dataclass(frozen=True, slots=True)
class Making:
    """Makes revisions in the transactions of others.

    Attributes:
        validator: What schemas say about variables.
        clock: The time of day.
        budgets: What apps may store within an hour.
        explains: Whether to find out what is wrong if something may be.
    """

    validator: SchemaValidator
    clock: Clock
    budgets: Budgets
    explains: bool = True

    def ready(self, found: Transaction, actor: Actor, intent: Intent, change: Change) -> Ready:
        """Return the revision that `change` makes of an environment.

        Raises:
            StaleError: The environment is at a different revision than expected.
            ConflictError: A revision is on trial.
            InvalidError: The result has problems.
            NotFoundError: The app has no schema to check it against.
        """
        newest, canary = newest_for(found, intent, actor)
        own = change.edit(found, newest)
        whole = composed(found, intent.place, own)
        if change.author is None:
            refuse_hidden_secrets(found, self.validator, actor.token, own, newest)
        may_be_dangerous = intent.allow_dangerous or not dangerous_names(change.written)
        there = replace(intent, is_base=is_base(intent, newest), allow_dangerous=may_be_dangerous)
        is_same = _is_same(newest, there, own, whole, found)
        if not is_same:
            refuse_if_overtaken(newest, canary, intent)
        draft, validation = self._draft(found, change.author or actor.principal, there, own, whole)
        if change.copied_from is not None:
            draft = replace(draft, copied_from=change.copied_from)
        return Ready(newest, canary, draft, validation, is_same)

    def make(self, found: Transaction, actor: Actor, intent: Intent, change: Change) -> Revised:
        """Store the revision that `change` makes of an environment, with its event and its row in the audit log.

        Raises:
            ProtectedError: Somebody else must approve it first.
            LimitedError: The app has used up what it may store within an hour.
            UndoneError: A dry run had to store it to find out that it can be stored.
        """
        ready = self.ready(found, actor, intent, change)
        is_extended = bool(found.revisions.extending(intent.place))
        if ready.is_same or (intent.dry_run and not is_extended):
            return Revised(ready.newest, ready.validation, changed=not ready.is_same, canary=ready.canary)
        is_unapproved = breaks_glass(found, actor, intent)
        if not intent.dry_run:
            is_urgent = change.copied_from is not None or is_unapproved
            self.budgets.refuse_if_spent(found, intent.place.app, self.clock(), is_urgent=is_urgent)
        plan = _plan(found, intent, change.action) if ready.keeps_bases and not is_extended else None
        revision, canary = self._store(found, actor, ready.draft, plan, change, on_behalf_of=intent.place.app)
        if is_extended:
            self._pass_on(found, actor, intent, change, revision)
        if intent.dry_run:
            raise UndoneError(Revised(ready.newest, ready.validation, changed=True))
        if is_unapproved:
            tell_of_broken_glass(found, actor, revision, intent.break_glass)
        return Revised(revision, ready.validation, changed=True, canary=canary)

    def _pass_on(self, found: Transaction, actor: Actor, intent: Intent, change: Change, base: Revision) -> None:
        """Make the next revision of everything that extends `base`.

        Raises:
            InvalidError: The results have problems; all of them are listed, with their places.
            ConflictError: A revision is on trial there.
        """
        problems: list[Fault] = []
        message = f"{base}: {intent.message}" if intent.message else str(base)
        for place in extending(found, base.place):
            if (canary := trials.on_trial(found, place)) is not None:
                raise trials.being_tried(canary)
            current = found.revisions.current(place)
            own = own_part(found, current)
            whole = composed(found, place, own)
            may_lack = current is not None and current.is_base
            # Whoever wrote a dangerous name, there or in a base, has allowed it.
            there = replace(intent, place=place, message=message, is_base=may_lack, allow_dangerous=True)
            if _is_same(current, there, own, whole, found):
                continue
            try:
                draft, _ = self._draft(found, change.author or actor.principal, there, own, whole)
            except InvalidError as error:
                problems += [replace(each, message=f"`{place}`: {each.message}") for each in error.problems]
                continue
            plan = None if found.revisions.extending(place) else _plan(found, there, Action.CONFIG_INHERIT)
            inherited = Change(change.edit, action=Action.CONFIG_INHERIT, detail={"from": str(base)})
            self._store(found, actor, draft, plan, inherited, on_behalf_of=base.place.app)
        if problems:
            raise InvalidError(tuple(problems))

    def _draft(
        self, found: Transaction, author: Principal, intent: Intent, own: Own, whole: Effective
    ) -> tuple[Draft, Validation]:
        """Return the next revision of an environment, and what its schema says, once it has passed both gates."""
        validation, digest = Gates(self.validator, self.explains).judged(found, intent, whole.variables)
        draft = Draft(
            place=intent.place,
            variables=whole.variables,
            author=author,
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
        self, found: Transaction, actor: Actor, draft: Draft, plan: Plan | None, change: Change, *, on_behalf_of: str
    ) -> tuple[Revision, Canary | None]:
        self.budgets.spend(found, on_behalf_of, draft)
        canaries = trials.canaries_for(found, draft.place, plan)
        revision = found.revisions.append(replace(draft, stage=Stage.DEPLOYING) if canaries else draft)
        place, number = revision.place, revision.number
        if number > 1:
            found.rollout_results.close(place, number - 1)
        announce_revision(found, revision)
        detail = {"revision": number, **change.detail}
        if dangerous := dangerous_names(draft.variables):
            detail["dangerous"] = list(dangerous)
        found.audit.record(entry(actor, change.action, revision.made_at, place.app, place.environment, detail=detail))
        return revision, trials.begin(found, revision, plan, canaries) if plan else None


def _is_same(newest: Revision | None, intent: Intent, own: Own, whole: Effective, found: Transaction) -> bool:
    if newest is None or newest.destroyed is not None or newest.is_base != intent.is_base:
        return False
    is_as_composed = newest.bases == own.bases and whole.has_same_origins(newest.origins)
    return is_as_composed and found.revisions.variables(newest) == whole.variables


def _plan(found: Transaction, intent: Intent, action: Action) -> Plan | None:
    """Return how the revision is tried; a rollback is not, unless somebody says so."""
    if intent.canary is not None or intent.at_once or action is Action.CONFIG_ROLLBACK:
        return intent.canary
    return found.canaries.plan(intent.place)
