"""Proposes changes, and changes proposals; a change only needs to pass the gates to become a proposal."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.audit import Action
from app.domain.errors import ConflictError, ForbiddenError
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.proposal import LIFETIME, Proposal, ProposalState, Terms, Wish
from app.service.approvals.standing import Standing, named, refuse_unless_open, standing, tell
from app.service.limits.budgets import Budgets
from app.service.ports import Clock, SchemaValidator, Store, Transaction
from app.service.writing.changes import Change
from app.service.writing.intent import Intent
from app.service.writing.protection import approvals_needed, protected
from app.service.writing.revising import Revising

MOST_OPEN = 100
"""How many proposals may wait in an environment at a time; each holds a complete set of variables."""


@dataclass(frozen=True, slots=True)
class Proposing:
    """Changes that may become revisions once others have approved them."""

    store: Store
    validator: SchemaValidator
    clock: Clock
    budgets: Budgets = field(default_factory=Budgets)

    def approvals_needed(self, place: Place) -> int:
        """Return how many approvals a change needs there, because of what it reaches; 0 for none."""
        return self.store.read(lambda found: approvals_needed(found, place) if protected(found, place) else 0)

    def propose(self, actor: Actor, intent: Intent, change: Change, *, applies_itself: bool = False) -> Standing:
        """Store the result of `change` as the next proposal of an environment.

        Proposing the same thing again, as a pipeline that runs twice does, returns the existing proposal.

        Args:
            actor: Who proposes it.
            intent: Where, based on which revision, and why.
            change: The change.
            applies_itself: Whether it is applied with the last approval that it needs.

        Raises:
            ConflictError: Nothing would change, a revision is on trial, or too many proposals are waiting there.
            LimitedError: The app has used up what it may store within an hour.
            Others: As `Revising.revise`, because of the same gates.
        """
        self._refuse_no_change(actor, intent, change)

        def make(found: Transaction) -> Standing:
            there = found.proposals.of(intent.place, only_open=True, limit=MOST_OPEN)
            wish = self._wish(found, actor, intent, change, applies_itself=applies_itself)
            now = wish.draft.made_at
            if same := next((each for each in there if _is_same(found, each, wish, now)), None):
                return standing(found, same, now)
            if len(there) == MOST_OPEN:
                message = f"{MOST_OPEN} proposals are already waiting in `{intent.place}`"
                raise ConflictError(message)
            self._spend(found, wish)
            made = found.proposals.add(wish, wish.draft.made_at + LIFETIME)
            tell(found, actor, made, Action.PROPOSAL_MAKE, made.made_at, detail={"digest": made.digest})
            return standing(found, made, made.made_at)

        return self.store.write(make)

    def change(
        self, actor: Actor, number: int, intent: Intent, change: Change, *, applies_itself: bool = False
    ) -> Standing:
        """Replace the content of proposal `number`, based on today's revision; earlier approvals no longer count.

        Raises:
            NotFoundError: There is no such proposal.
            ForbiddenError: Somebody else has proposed it.
            ConflictError: It has ended, or as for `propose`.
            Others: As `Revising.revise`, because of the same gates.
        """
        self._refuse_what_is_not_theirs(actor, intent.place, number)
        self._refuse_no_change(actor, intent, change)

        def make(found: Transaction) -> Standing:
            there = named(found, intent.place, number)
            refuse_unless_open(there, self.clock())
            wish = self._wish(found, actor, intent, change, applies_itself=applies_itself)
            self._spend(found, wish)
            changed = found.proposals.change(there, wish, wish.draft.made_at + LIFETIME)
            tell(found, actor, changed, Action.PROPOSAL_CHANGE, changed.made_at, detail={"digest": changed.digest})
            return standing(found, changed, changed.made_at)

        changed = self.store.write(make)
        self.store.scrub()
        return changed

    def _spend(self, found: Transaction, wish: Wish) -> None:
        """Count what is stored, as for a write; a rollback is as urgent here as there."""
        app, is_urgent = wish.draft.place.app, wish.draft.copied_from is not None
        self.budgets.refuse_if_spent(found, app, wish.draft.made_at, is_urgent=is_urgent)
        self.budgets.spend_on_proposal(found, app, wish.draft)

    def _refuse_what_is_not_theirs(self, actor: Actor, place: Place, number: int) -> None:
        """Refuse before anything else is revealed; the author of a proposal never changes."""
        there = self.store.read(lambda found: named(found, place, number))
        if not there.author.is_same_as(actor.principal):
            message = f"`{there.author.name}` proposed `{there}`, and only they can change it"
            raise ForbiddenError(message)
        refuse_unless_open(there, self.clock())

    def _refuse_no_change(self, actor: Actor, intent: Intent, change: Change) -> None:
        """Refuse what would change nothing, or what a gate refuses, also those of what extends the environment."""
        revising = Revising(self.store, self.validator, self.clock)
        if not revising.revise(actor, replace(intent, dry_run=True), change).changed:
            message = f"`{intent.place}` already has exactly these variables"
            raise ConflictError(message)

    def _wish(self, found: Transaction, actor: Actor, intent: Intent, change: Change, *, applies_itself: bool) -> Wish:
        ready = Revising(self.store, self.validator, self.clock).making.ready(found, actor, intent, change)
        terms = Terms(
            action=change.action,
            detail=change.detail,
            canary=intent.canary,
            at_once=intent.at_once,
            allow_dangerous=intent.allow_dangerous,
            ignore_live=intent.ignore_live,
            applies_itself=applies_itself,
        )
        return Wish(ready.draft, ready.newest.number if ready.newest else None, terms)


def _is_same(found: Transaction, proposal: Proposal, wish: Wish, now: datetime) -> bool:
    """Return whether this was already proposed: by the same author, based on the same revision, for the same reason."""
    draft = wish.draft
    told = (proposal.base, proposal.message, proposal.bases, proposal.is_base, proposal.copied_from)
    if told != (wish.base, draft.message, draft.bases, draft.is_base, draft.copied_from):
        return False
    if not proposal.author.is_same_as(draft.author) or proposal.terms != wish.terms:
        return False
    return proposal.state(now) is ProposalState.OPEN and found.proposals.variables(proposal) == draft.variables
