"""Makes the next revision of an environment, or refuses it with every problem it has."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from app.domain.audit import Action, entry
from app.domain.canary import Canary, Plan, Stage
from app.domain.errors import InvalidError, NotFoundError, StaleError
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.revision import LONGEST_MESSAGE, Draft, Revision, Schema
from app.domain.validation import Problem, Validation, text_problems
from app.domain.variables import MOST_VARIABLES, Variables, dangerous_names, limit_problems
from app.service import trials
from app.service.ports import Clock, SchemaValidator, Store, Transaction
from app.service.webhooks.announcing import announce_revision
from setpoint.check.report import Report
from setpoint.sources.env_file import EnvFile

_LIVE_HINT = "deploy the release that goes with it first, or write with `live=ignore`"

_NOTHING: Mapping[str, object] = MappingProxyType({})

Edit = Callable[[Transaction, Revision | None], Variables]
"""Returns the new variables, from what is there now."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wants to change, and from where.

    Attributes:
        place: The environment.
        expected: The number of the revision that the writer has seen; None if there was none.
        message: Why.
        dry_run: Whether to answer without storing anything.
        allow_dangerous: Whether names may be set that make programs run other code.
        ignore_live: Whether to store what the schemas of live instances refuse.
        canary: How it is tried before everyone is offered it; None for what the environment does by default.
        at_once: Whether everyone is offered it at once, whatever the environment does by default.
    """

    place: Place
    expected: int | None
    message: str = ""
    dry_run: bool = False
    allow_dangerous: bool = False
    ignore_live: bool = False
    canary: Plan | None = None
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Revised:
    """The answer to a change.

    Attributes:
        revision: The newest revision afterwards; None if a dry run found that the first one could be made.
        validation: What the schema says of the variables.
        changed: Whether they differ from those that were there.
        canary: How it is tried; None if everyone is offered it at once.
    """

    revision: Revision | None
    validation: Validation
    changed: bool
    canary: Canary | None = None


@dataclass(frozen=True, slots=True)
class Revising:
    """Stores complete sets of variables, changes to them, and sets that were there before."""

    store: Store
    validator: SchemaValidator
    clock: Clock

    def check_of(self, app: str) -> Callable[[EnvFile], Report]:
        """Return what tells what is wrong with an env file that is to become a revision of `app`.

        It needs no database, and may be called in another thread.

        Raises:
            NotFoundError: The app has no schema to check it against.
        """
        return partial(self.validator.check, self.store.read(lambda found: current_schema(found, app)))

    def replace(self, actor: Actor, intent: Intent, variables: Mapping[str, str]) -> Revised:
        """Store `variables` as the next revision.

        Raises:
            StaleError: The environment is at another revision than expected.
            InvalidError: The variables have problems.
            NotFoundError: The app has no schema to check them against.
        """
        return self.revise(actor, intent, lambda _, __: Variables(variables), Action.CONFIG_WRITE)

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

        def edit(found: Transaction, current: Revision | None) -> Variables:
            before = found.revisions.variables(current) if current else Variables({})
            return before.merged(patch)

        return self.revise(actor, intent, edit, action, detail=detail)

    def roll_back(self, actor: Actor, intent: Intent, number: int) -> Revised:
        """Store the variables of revision `number` anew, checked against today's schema.

        Raises:
            NotFoundError: There is no such revision.
            DestroyedError: Its values are gone.
            StaleError: The environment is at another revision than expected.
            InvalidError: They do not satisfy today's schema.
        """

        def edit(found: Transaction, _: Revision | None) -> Variables:
            revision = found.revisions.numbered(intent.place, number)
            if revision is None:
                message = f"there is no `{intent.place}@{number}`"
                raise NotFoundError(message)
            return found.revisions.variables(revision)

        return self.revise(actor, intent, edit, Action.CONFIG_ROLLBACK, detail={"from": number}, copied_from=number)

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
        """Store what `edit` returns as the next revision, with its event and its row in the audit log."""

        def change(found: Transaction) -> Revised:
            newest, canary = _newest(found, intent, actor)
            variables = edit(found, newest)
            is_same = _is_same(found, newest, variables)
            if not is_same:
                _refuse_if_overtaken(newest, canary, intent)
            schema = current_schema(found, intent.place.app)
            validation = self._judge(found, schema, intent, variables)
            if is_same or intent.dry_run:
                return Revised(newest, validation, changed=not is_same, canary=canary)
            plan = _plan(found, intent, action)
            canaries = trials.canaries_for(found, intent.place, plan)
            draft = Draft(
                place=intent.place,
                variables=variables,
                author=actor.principal,
                message=intent.message,
                made_at=self.clock(),
                schema=schema.digest,
                unchecked=validation.unchecked,
                copied_from=copied_from,
                stage=Stage.DEPLOYING if canaries else Stage.COMPLETE,
            )
            revision = self._store(found, actor, action, draft, detail)
            canary = trials.begin(found, revision, plan, canaries) if plan else None
            return Revised(revision, validation, changed=True, canary=canary)

        return self.store.read(change) if intent.dry_run else self.store.write(change)

    def _judge(self, found: Transaction, schema: Schema, intent: Intent, variables: Variables) -> Validation:
        problems = (
            *text_problems("message", intent.message, LONGEST_MESSAGE),
            *limit_problems(variables, allow_dangerous=intent.allow_dangerous),
        )
        if len(variables) > MOST_VARIABLES:  # nobody else could write while all of them are looked at
            raise InvalidError(problems)
        validation = self.validator.validate(schema, variables)
        if not intent.ignore_live:
            problems = (*problems, *self._refused_by_live(found, schema, intent.place, variables, validation))
        if problems := (*problems, *validation.problems):
            raise InvalidError(problems)
        return validation

    def _refused_by_live(
        self, found: Transaction, newest: Schema, place: Place, variables: Variables, validation: Validation
    ) -> Iterator[Problem]:
        """Yield what the schemas that instances really run have against `variables`, beyond what that of today has."""
        for digest, instances in found.sessions.live_schemas(place).items():
            schema = found.schemas.named(place.app, digest) if digest != newest.digest else None
            if schema is None:
                continue
            who = _who_runs(schema, instances)
            unknown = (self.validator.known(newest) - self.validator.known(schema)) & variables.keys()
            for name in sorted(unknown):
                yield Problem(name, "unknown-to-live-instances", f"{who}, which does not know `{name}`", _LIVE_HINT)
            for problem in self.validator.validate(schema, variables).problems:
                if problem not in validation.problems and problem.variable not in unknown:
                    yield replace(problem, message=f"{who}: {problem.message}", hint=_LIVE_HINT)

    def _store(
        self, found: Transaction, actor: Actor, action: Action, draft: Draft, detail: Mapping[str, object]
    ) -> Revision:
        revision = found.revisions.append(draft)
        place, number = revision.place, revision.number
        announce_revision(found, revision)
        detail = {"revision": number, **detail}
        if dangerous := dangerous_names(draft.variables):
            detail["dangerous"] = list(dangerous)
        found.audit.record(entry(actor, action, revision.made_at, place.app, place.environment, detail=detail))
        return revision


def _who_runs(schema: Schema, instances: int) -> str:
    who = "1 live instance runs" if instances == 1 else f"{instances:,} live instances run"
    return f"{who} schema {schema.digest[:15]}… ({schema.release})"


def current_schema(found: Transaction, app: str) -> Schema:
    """Return the schema that `app` is checked against.

    Raises:
        NotFoundError: None was pushed; says how.
    """
    schema = found.schemas.current(app)
    if schema is None:
        raise no_schema(app)
    return schema


def no_schema(app: str) -> NotFoundError:
    """Return the error of an app that nothing can be checked against."""
    return NotFoundError(f"`{app}` has no schema; `setpoint schema push --app {app}` brings one")


def _number(revision: Revision | None) -> int | None:
    return revision.number if revision else None


def _newest(found: Transaction, intent: Intent, actor: Actor) -> tuple[Revision | None, Canary | None]:
    """Return what the change is made to, and how far it has come if it is on trial.

    Raises:
        StaleError: The writer has not seen it, and has not written it either.
        ConflictError: The writer has not written it, and it is on trial.
    """
    current, canary = found.revisions.current(intent.place), trials.on_trial(found, intent.place)
    newest = found.revisions.numbered(intent.place, canary.revision) if canary else current
    if _number(newest) != intent.expected and not _is_repeated(found, newest, intent, actor):
        if canary is not None and _number(current) == intent.expected:
            raise trials.being_tried(canary)
        raise StaleError(intent.place, _number(current))
    return newest, canary


def _is_repeated(found: Transaction, newest: Revision | None, intent: Intent, actor: Actor) -> bool:
    """Return whether this may be sent a second time, because the answer was lost (RFC 9110, section 13.1.1)."""
    if newest is None or newest.author != actor.principal:
        return False
    return _number(found.revisions.current(intent.place, below=newest.number)) == intent.expected


def _refuse_if_overtaken(newest: Revision | None, canary: Canary | None, intent: Intent) -> None:
    """Refuse to make another revision than the newest one where that was made meanwhile, or is on trial."""
    if canary is not None:
        raise trials.being_tried(canary)
    if _number(newest) != intent.expected:
        raise StaleError(intent.place, _number(newest))


def _plan(found: Transaction, intent: Intent, action: Action) -> Plan | None:
    """Return how the revision is tried; a way back is not, unless somebody says so."""
    if intent.canary is not None or intent.at_once or action is Action.CONFIG_ROLLBACK:
        return intent.canary
    return found.canaries.plan(intent.place)


def _is_same(found: Transaction, current: Revision | None, variables: Variables) -> bool:
    if current is None or current.destroyed is not None:
        return False
    return found.revisions.variables(current) == variables
