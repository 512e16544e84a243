"""The gates of a write: the app's schema, and the schemas that live instances run."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.domain.errors import InvalidError, NotFoundError
from app.domain.place import Place
from app.domain.revision import LONGEST_MESSAGE, Schema
from app.domain.validation import Fault, Validation, text_problems
from app.domain.variables import Variables, faults_of_words, limit_problems
from app.service.ports import SchemaValidator, Transaction
from app.service.writing.intent import Intent
from setpoint.contract.limits import MOST_VARIABLES

MISSING = "SP302"
"""The rule about variables that are required but not set."""

_LIVE_HINT = "deploy the release that goes with it first, or write with `live=ignore`"


class UnexplainedError(Exception):
    """A schema may not accept the variables; finding out what is wrong is slow, and was not asked for."""


@dataclass(frozen=True, slots=True)
class Gates:
    """What must accept a set of variables before it becomes a revision.

    Attributes:
        validator: What schemas say about variables.
        explains: Whether to find out what is wrong if something may be, which can take a second.
    """

    validator: SchemaValidator
    explains: bool = True

    def judged(self, found: Transaction, intent: Intent, variables: Variables) -> tuple[Validation, str]:
        """Return what the app's schema says about `variables`, and its digest; the app of a base may have none.

        Raises:
            InvalidError: They have problems.
            NotFoundError: The app has no schema to check them against.
            UnexplainedError: A schema may not accept them, and no reasons were asked for.
        """
        problems = (
            *text_problems("message", intent.message, LONGEST_MESSAGE),
            *text_problems("reason", intent.break_glass, LONGEST_MESSAGE),
            *limit_problems(variables, allow_dangerous=intent.allow_dangerous),
        )
        if len(variables) > MOST_VARIABLES:  # nobody else could write while all of them are checked
            raise InvalidError(problems)
        schema = found.schemas.current(intent.place.app) if intent.is_base else current_schema(found, intent.place.app)
        problems = (*problems, *self._told_in_words(schema, intent, variables))
        validation = self.validation(schema, variables, is_base=bool(intent.is_base))
        if schema is not None and not intent.ignore_live:
            problems = (*problems, *self._refused_by_live(found, schema, intent.place, variables, validation))
        if problems := (*problems, *validation.problems):
            raise InvalidError(problems)
        return validation, schema.digest if schema else ""

    def _told_in_words(self, schema: Schema | None, intent: Intent, variables: Variables) -> Iterator[Fault]:
        """Yield what is wrong with words that everybody may read, and that quote a secret."""
        words = {"message": intent.message, "reason": intent.break_glass}
        if schema is None or not any(words.values()):
            return
        shown = self.validator.shown(schema, frozenset(variables))
        for name, text in words.items():
            yield from faults_of_words(name, text, variables, shown)

    def validation(self, schema: Schema | None, variables: Variables, *, is_base: bool) -> Validation:
        """Return what `schema` says; what a base lacks, the environments that extend it may have."""
        if schema is None:
            return Validation(unchecked=tuple(variables))
        if not is_base:
            return self._validation(schema, variables)
        validation = self._validation(schema, variables)
        lasting = tuple(each for each in validation.problems if each.code != MISSING)
        return replace(validation, problems=lasting)

    def _validation(self, schema: Schema, variables: Variables) -> Validation:
        if self.explains:
            return self.validator.validate(schema, variables)
        if (passed := self.validator.passed(schema, variables)) is None:
            raise UnexplainedError
        return passed

    def _refused_by_live(
        self, found: Transaction, newest: Schema, place: Place, variables: Variables, validation: Validation
    ) -> Iterator[Fault]:
        """Yield the objections to `variables` of schemas that instances really run, beyond those of today's schema."""
        for digest, instances in found.sessions.live_schemas(place).items():
            schema = found.schemas.named(place.app, digest) if digest != newest.digest else None
            if schema is None:
                continue
            who = _who_runs(schema, instances)
            unknown = (self.validator.known(newest) - self.validator.known(schema)) & variables.keys()
            for name in sorted(unknown):
                yield Fault(name, "unknown-to-live-instances", f"{who}, which does not know `{name}`", _LIVE_HINT)
            for problem in self._validation(schema, variables).problems:
                if problem not in validation.problems and problem.variable not in unknown:
                    yield replace(problem, message=f"{who}: {problem.message}", hint=_LIVE_HINT)


def _who_runs(schema: Schema, instances: int) -> str:
    who = "1 live instance runs" if instances == 1 else f"{instances:,} live instances run"
    return f"{who} schema {schema.digest[:15]}… ({schema.release})"


def current_schema(found: Transaction, app: str) -> Schema:
    """Return the schema that `app` is checked against.

    Raises:
        NotFoundError: None was pushed; the text says how to do that.
    """
    schema = found.schemas.current(app)
    if schema is None:
        raise no_schema(app)
    return schema


def no_schema(app: str) -> NotFoundError:
    """Return the error for an app without a schema."""
    return NotFoundError(f"`{app}` has no schema; `setpoint schema push --app {app}` stores one")
