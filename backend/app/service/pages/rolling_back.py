"""What a rollback would do today, shown before anybody can do it."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.errors import ConflictError, DestroyedError, ForbiddenError, InvalidError
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.validation import Fault
from app.service.approvals.proposing import Proposing
from app.service.history import revision_in
from app.service.pages.changes import Changes, changes_between
from app.service.ports import SchemaValidator, Store, Transaction
from app.service.writing.changes import brought_back
from app.service.writing.intent import Intent, Revised
from app.service.writing.protection import approvals_needed, protected
from app.service.writing.revising import Revising

_MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class RollBackShown:
    """What a rollback would do, and the objections to it.

    Attributes:
        place: The environment.
        number: The revision to restore.
        current: The number of the current revision.
        message: The message of the revision to restore.
        author: Who made it.
        made_at: When.
        changes: What it would change.
        live: How many live instances run the schemas that are asked.
        checked: What today's schema says about it; empty if it is refused.
        unchecked: The checks that only the app's own class makes.
        is_same: Whether nothing would change.
        refusal: Why it can't be done, whatever its variables; empty if it can.
        problems: The objections of the gates to its variables.
        approvals: How many others must approve it first, because the environment is protected; 0 if it is not.
    """

    place: Place
    number: int
    current: int
    message: str
    author: str
    made_at: datetime
    changes: Changes
    live: int
    checked: str = ""
    unchecked: tuple[str, ...] = ()
    is_same: bool = False
    refusal: str = ""
    problems: tuple[Fault, ...] = ()
    approvals: int = 0

    @property
    def may_be_done(self) -> bool:
        """Return whether there are no objections."""
        return not (self.refusal or self.problems or self.is_same)


@dataclass(frozen=True, slots=True)
class RollingBack:
    """Tries a rollback, and does or proposes it.

    Attributes:
        store: Where revisions are.
        validator: Knows which values may be shown.
        revising: What rolls back.
        proposing: What proposes it to others, if they must approve it.
    """

    store: Store
    validator: SchemaValidator
    revising: Revising
    proposing: Proposing

    def preview(self, actor: Actor, place: Place, number: int) -> RollBackShown:
        """Return what it would do now.

        Raises:
            NotFoundError: There is no such revision.
        """
        facts = self.store.read(lambda found: self._facts(found, place, number))
        revised, refusal, problems = self._try(actor, Intent(place, facts.current, dry_run=True), number)
        return replace(
            facts,
            checked=str(revised.validation.outcome) if revised else "",
            unchecked=revised.validation.unchecked if revised else (),
            is_same=revised is not None and not revised.changed,
            refusal=refusal,
            problems=problems[:_MOST_PROBLEMS],
        )

    def propose(self, actor: Actor, intent: Intent, number: int) -> int:
        """Propose a rollback, which is done with the last approval; return the number of the proposal."""
        change = brought_back(intent.place, number)
        return self.proposing.propose(actor, intent, change, applies_itself=True).proposal.number

    def _facts(self, found: Transaction, place: Place, number: int) -> RollBackShown:
        current, wanted = revision_in(found, place), revision_in(found, place, number)
        return RollBackShown(
            place=place,
            number=number,
            current=current.number,
            message=wanted.message,
            author=wanted.author.name,
            made_at=wanted.made_at,
            changes=changes_between(found, self.validator, current, wanted),
            live=sum(found.sessions.live_schemas(place).values()),
            approvals=approvals_needed(found, place) if protected(found, place) else 0,
        )

    def _try(self, actor: Actor, intent: Intent, number: int) -> tuple[Revised | None, str, tuple[Fault, ...]]:
        try:
            return self.revising.roll_back(actor, intent, number), "", ()
        except InvalidError as error:
            return None, "", error.problems
        except (ConflictError, DestroyedError, ForbiddenError) as error:
            return None, str(error), ()
