"""Shows earlier revisions and what changed, and removes values that have leaked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from app.domain.audit import Action, entry
from app.domain.difference import Difference, differences
from app.domain.errors import ConflictError, InvalidError, NotFoundError
from app.domain.event import EventKind, Happening
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.revision import LONGEST_MESSAGE, Destruction, Revision
from app.domain.validation import text_problems
from app.service.ports import Clock, SchemaValidator, Store, Transaction
from app.service.reading import newest_first
from app.service.secrecy import refuse_quote, shown_in_all


@dataclass(frozen=True, slots=True)
class Compared:
    """Two revisions, and how they differ."""

    old: Revision
    new: Revision
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The revisions of environments, without their values."""

    store: Store
    validator: SchemaValidator
    clock: Clock

    def apps(self) -> Sequence[str]:
        """Return the names of all apps."""
        return self.store.read(lambda found: found.revisions.apps())

    def environments(self, app: str) -> Sequence[Revision]:
        """Return the current revision of each environment of `app`."""
        return self.store.read(lambda found: found.revisions.environments(app))

    def page(self, place: Place, before: int | None = None, limit: int = 100) -> Sequence[Revision]:
        """Return revisions, newest first, starting below number `before`."""
        return [*newest_first(self.store, place, before, limit)]

    def one(self, place: Place, number: int | None = None) -> Revision:
        """Return revision `number`, or the newest one.

        Raises:
            NotFoundError: There is no such revision.
        """
        return self.store.read(lambda found: revision_in(found, place, number))

    def names(self, place: Place) -> Sequence[str]:
        """Return the names in the newest revision; none if there is no revision yet."""
        current = self.store.read(lambda found: found.revisions.current(place))
        return current.names if current else ()

    def with_variable(self, place: Place, name: str) -> Revision:
        """Return the newest revision, which has the variable `name`.

        Raises:
            NotFoundError: There is no revision, or it has no such variable.
        """
        revision = self.one(place)
        if name not in revision.names:
            message = f"`{revision}` has no such variable"
            raise NotFoundError(message)
        return revision

    def difference(self, old: Place, old_number: int | None, new: Place, new_number: int | None) -> Compared:
        """Return what differs between two revisions, possibly of two environments; None is the newest.

        Raises:
            NotFoundError: There is no such revision.
            DestroyedError: The values of one of them are gone.
        """

        def compare(found: Transaction) -> Compared:
            return compared(
                found, self.validator, revision_in(found, old, old_number), revision_in(found, new, new_number)
            )

        return self.store.read(compare)

    def destroy(self, actor: Actor, place: Place, number: int, reason: str) -> Revision:
        """Permanently remove the values of a revision; its number, author, digest and names are kept.

        Raises:
            NotFoundError: There is no such revision.
            ConflictError: Instances need it, because it is the current one or on trial.
            InvalidError: The reason is missing, too long, or quotes a secret.
        """
        problems = text_problems("reason", reason, LONGEST_MESSAGE)
        if problems or not reason.strip():
            raise InvalidError(problems, "" if problems else "a reason is required; the history keeps it")

        def change(found: Transaction) -> Revision:
            revision, current = revision_in(found, place, number), revision_in(found, place, None)
            if revision.stage.is_trial:
                message = f"`{revision}` is on trial: end that first with `setpoint rollout abort {place}`"
                raise ConflictError(message)
            if revision.number == current.number:
                message = f"`{revision}` is the current revision: write a new one or roll back first"
                raise ConflictError(message)
            if revision.destroyed is not None:
                return revision
            refuse_quote(found, self.validator, revision, partial(found.revisions.variables, revision), reason)
            now = self.clock()
            destroyed = found.revisions.destroy(revision, Destruction(actor.principal, now, reason))
            found.events.add(Happening(EventKind.DESTROYED, now, place.app, place.environment, str(number)))
            detail = {"revision": number, "reason": reason}
            told = entry(actor, Action.REVISION_DESTROY, now, place.app, place.environment, detail=detail)
            found.audit.record(told)
            return destroyed

        destroyed = self.store.write(change)
        self.store.scrub()
        return destroyed


def compared(found: Transaction, validator: SchemaValidator, old: Revision, new: Revision) -> Compared:
    """Return what differs between two revisions, by today's schema; without one, every value is a secret.

    Raises:
        DestroyedError: The values of one of them are gone.
    """
    schema = found.schemas.current(new.place.app)
    before, after = found.revisions.variables(old), found.revisions.variables(new)
    same = partial(validator.same, schema) if schema else _is_another
    return Compared(old, new, differences(before, after, shown_in_all(found, validator, old, new), same))


def _is_another(_name: str, _old: str, _new: str) -> bool:
    """Treat two texts as two values, where no schema says that they are one."""
    return False


def revision_in(found: Transaction, place: Place, number: int | None = None) -> Revision:
    """Return revision `number`, or the newest one that everyone is offered.

    Raises:
        NotFoundError: There is no such revision.
    """
    revision = found.revisions.current(place) if number is None else found.revisions.numbered(place, number)
    if revision is None:
        message = f"there is no `{place}`" if number is None else f"there is no `{place}@{number}`"
        raise NotFoundError(message)
    return revision
