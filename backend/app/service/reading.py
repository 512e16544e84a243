"""Returns the variables of an environment, and records who saw its secrets."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from app.domain.audit import Action, entry
from app.domain.bases import own_variables
from app.domain.canary import Stage
from app.domain.errors import DestroyedError, InvalidError, NotFoundError
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.revision import LONGEST_MESSAGE, Revision, Schema, is_digest
from app.domain.validation import Fault, text_problems
from app.domain.variables import Variables, fit_to_show
from app.service.ports import Clock, SchemaValidator, Store, Transaction
from app.service.remembered import Remembered
from app.service.secrecy import refuse_quote, shown_names
from observability.known_secrets import remember_secret, secrets_of_its_own
from setpoint.text.guarded import Guarded

_MOST_REMEMBERED = 100
"""Each holds at most a megabyte."""
_PAGE = 25
"""How many revisions are listed without a rest: one with a thousand names takes up to a millisecond."""
_FARTHEST = 500
"""How many revisions are searched for one that satisfies a schema."""
_REST = 0.001
"""In seconds; after none at all, gevent would go on without looking at its connections."""

_NOT_REVEALED = "nothing is revealed without a valid reason"


@dataclass(frozen=True, slots=True)
class Content:
    """A revision with its values.

    Attributes:
        revision: What is known about it.
        variables: The values that may be shown.
        secrets: The names of the secrets; their values are in `variables` only if they are revealed.
        secret_since: Those that the schema of the revision did not know to be secret, and today's does.
    """

    revision: Revision
    variables: Variables
    secrets: tuple[str, ...]
    secret_since: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The number of the revision; a later schema that hides more of it makes something else of it for a client."""
        if not self.secret_since:
            return str(self.revision.number)
        return f"{self.revision.number}-{sha256(' '.join(self.secret_since).encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Revealed:
    """The value of one variable that somebody had a reason to see.

    Attributes:
        revision: The revision that has it.
        name: The variable.
        value: Its value.
    """

    revision: Revision
    name: str
    value: Guarded


@dataclass(frozen=True, slots=True)
class _Found:
    revision: Revision
    variables: Variables
    secrets: tuple[str, ...]
    secret_since: tuple[str, ...]

    @property
    def secret_texts(self) -> tuple[str, ...]:
        """The values of the secrets."""
        return tuple(self.variables[name] for name in self.secrets)


@dataclass(slots=True)
class Reading:
    """Reads revisions with their values."""

    store: Store
    validator: SchemaValidator
    clock: Clock
    _known: Remembered[_Found] = field(init=False)

    def __post_init__(self) -> None:
        self._known = Remembered(self.store, _MOST_REMEMBERED)

    def read(
        self, actor: Actor, place: Place, number: int | None = None, *, reveal: bool = False, reason: str = ""
    ) -> Content:
        """Return revision `number`, or the newest one.

        Args:
            actor: Who is asking.
            place: The environment.
            number: The revision; None for the newest.
            reveal: Whether to include the values of secrets, which the audit log then records.
            reason: Why, for the audit log.

        Raises:
            NotFoundError: There is no such revision.
            DestroyedError: Its values are gone.
            DamagedError: What is stored is not what was written.
            InvalidError: The reason can't be stored, or quotes a secret.
        """
        return self._give(actor, self._found(place, number), reveal=reveal, reason=reason)

    def read_valid(self, actor: Actor, place: Place, digest: str, *, reveal: bool = False, reason: str = "") -> Content:
        """Return the newest revision for everyone that satisfies the schema with this digest; raises as `read` does."""
        found = self._remembered((place, digest), lambda: self._find_valid(place, digest))
        return self._give(actor, found, reveal=reveal, reason=reason)

    def reveal(self, actor: Actor, place: Place, name: str, reason: str) -> Revealed:
        """Return the value of one variable that somebody has a reason to see, which the audit log then records.

        Raises:
            NotFoundError: There is no such variable.
            InvalidError: The reason is missing, can't be stored, or quotes a secret.
            DamagedError: What is stored is not what was written.
        """
        _refuse_reason(reason, is_needed=True)

        def look(found: Transaction) -> Revealed:
            revision = found.revisions.current(place)
            if revision is None or name not in revision.names:
                message = f"there is no `{place}`" if revision is None else f"`{revision}` has no such variable"
                raise NotFoundError(message)
            variables = found.revisions.variables(revision)
            value = variables[name]
            self._record(found, actor, revision, variables, names=(name,), reason=reason)
            return Revealed(revision, name, Guarded(value))

        revealed = self.store.write(look)
        remember_secret(revealed.value.raw)
        return revealed

    def secrets(self, place: Place, number: int | None) -> tuple[str, ...]:
        """Return the values of the secrets of a revision, to mask them elsewhere; they must not leave the process.

        Args:
            place: The environment.
            number: The number of the revision; None for the current one.

        Raises:
            NotFoundError: There is no such revision.
            DestroyedError: Its values are gone.
        """
        return self._found(place, number).secret_texts

    def own_values(self, revision: Revision) -> Variables:
        """Return a revision's own variables, for editing without seeing them; secrets must not leave the process.

        Raises:
            DestroyedError: The values are gone.
        """
        return own_variables(self._found(revision.place, revision.number).variables, revision.origins)

    def _found(self, place: Place, number: int | None) -> _Found:
        def find(each: Transaction) -> _Found:
            return self._find(each, place, number)

        return self._remembered((place, number), lambda: self.store.read(find))

    def _remembered(self, key: tuple[Place, int | str | None], find: Callable[[], _Found]) -> _Found:
        found = self._known.get(key, find)
        # They may have been decrypted in another request, and no log line of this one may show them either.
        remember_secret(*found.secret_texts)
        return found

    def _give(self, actor: Actor, found: _Found, *, reveal: bool, reason: str) -> Content:
        if not found.secrets:
            return Content(found.revision, found.variables, ())
        if not reveal:
            shown = {name: text for name, text in found.variables.items() if name not in found.secrets}
            return Content(found.revision, Variables(shown), found.secrets, found.secret_since)
        _refuse_reason(reason)

        def record(each: Transaction) -> None:
            self._record(each, actor, found.revision, found.variables, names=found.secrets, reason=reason)

        self.store.write(record)
        return Content(found.revision, found.variables, found.secrets, found.secret_since)

    def _record(
        self,
        found: Transaction,
        actor: Actor,
        revision: Revision,
        variables: Variables,
        *,
        names: Sequence[str],
        reason: str,
    ) -> None:
        """Write down who sees what, and why, unless the reason quotes a secret: the audit log would keep it."""
        refuse_quote(
            found,
            self.validator,
            revision,
            lambda: variables,
            reason,
            readers="the audit log",
            refusal=_NOT_REVEALED,
        )
        place, detail = revision.place, {"revision": revision.number, "names": [*names]}
        detail |= {"reason": reason} if reason else {}
        told = entry(actor, Action.CONFIG_REVEAL, self.clock(), place.app, place.environment, detail=detail)
        found.audit.record(told)

    def _find(self, found: Transaction, place: Place, number: int | None) -> _Found:
        revision = found.revisions.current(place) if number is None else found.revisions.numbered(place, number)
        if revision is None:
            message = f"there is no `{place}`" if number is None else f"there is no `{place}@{number}`"
            raise NotFoundError(message)
        return self._with_values(found, revision)

    def _find_valid(self, place: Place, digest: str) -> _Found:
        schema = self.store.read(lambda found: found.schemas.named(place.app, digest)) if is_digest(digest) else None
        if schema is None:
            message = f"`{place.app}` has no such schema"
            raise NotFoundError(message)
        for revision in newest_first(self.store, place, None, _FARTHEST):
            if revision.destroyed is not None or revision.stage is not Stage.COMPLETE:
                continue
            with suppress(DestroyedError):  # since it was listed
                if revision.schema == digest or self._accepts(schema, revision):
                    return self._found(place, revision.number)
        message = f"none of the newest {_FARTHEST} revisions of `{place}` satisfies the schema `{digest}`"
        raise NotFoundError(message)

    def _accepts(self, schema: Schema, revision: Revision) -> bool:
        # To open and check a megabyte takes 10 ms: others get a turn in between, and it is not kept.
        time.sleep(_REST)
        variables = Variables({})
        try:
            with secrets_of_its_own():
                variables = self.store.read(lambda found: found.revisions.variables(revision))
                return self.validator.accepts(schema, variables)
        except Exception:
            remember_secret(*variables.values())  # whoever logs the error must know them
            raise

    def _with_values(self, found: Transaction, revision: Revision) -> _Found:
        variables = found.revisions.variables(revision)
        shown = fit_to_show(shown_names(found, self.validator, revision), variables)
        secrets = tuple(name for name in revision.names if name not in shown)
        own = found.schemas.named(revision.place.app, revision.schema)
        shown_then = fit_to_show(self.validator.shown(own, frozenset(revision.names)) if own else (), variables)
        secret_since = tuple(name for name in secrets if name in shown_then)
        return _Found(revision, variables, secrets, secret_since)


def _refuse_reason(reason: str, *, is_needed: bool = False) -> None:
    """Refuse a reason that the audit log can't store, or a missing one if it is required.

    Raises:
        InvalidError: It can't be stored, or is missing.
    """
    problems = text_problems("reason", reason, LONGEST_MESSAGE)
    if is_needed and not reason.strip():
        problems = (Fault("reason", "reason-missing", "a reason is required; the audit log keeps it"),)
    if problems:
        raise InvalidError(problems, _NOT_REVEALED)


def newest_first(store: Store, place: Place, before: int | None, most: int) -> Iterator[Revision]:
    """Return revisions without their values, newest first; other requests run in between.

    Args:
        store: Where they are.
        place: The environment.
        before: Only those with a lower number; None for all.
        most: How many at most.
    """
    while most > 0:
        asked = min(most, _PAGE)
        page = store.read(partial(_listed, place, before, asked))
        yield from page
        most -= len(page)
        if len(page) < asked or most == 0:
            return
        before = page[-1].number
        time.sleep(_REST)


def _listed(place: Place, before: int | None, limit: int, found: Transaction) -> Sequence[Revision]:
    return found.revisions.history(place, before, limit)
