"""Approves, refuses and withdraws proposals, and turns them into revisions."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from app.domain.audit import SERVICE, Action, AuditEntry
from app.domain.errors import ChangedError, ConflictError, ForbiddenError, InvalidError
from app.domain.identity import Actor, Principal, Scope
from app.domain.place import Place
from app.domain.proposal import Approval, Ending, Proposal, ProposalState
from app.domain.revision import LONGEST_MESSAGE
from app.domain.validation import text_problems
from app.service.access import require
from app.service.approvals.standing import (
    Standing,
    change_of,
    intent_of,
    named,
    refuse_unless_open,
    standing,
    tell,
    tell_watchers,
)
from app.service.limits.budgets import Budgets
from app.service.ports import Clock, SchemaValidator, Store, Transaction
from app.service.secrecy import refuse_quote
from app.service.writing.making import Making, Ready, UndoneError
from app.service.writing.protection import protected
from setpoint.text.join import counted


@dataclass(frozen=True, slots=True)
class Approving:
    """Decides what becomes of proposals; if two people decide at once, one is too late."""

    store: Store
    validator: SchemaValidator
    clock: Clock
    budgets: Budgets = field(default_factory=Budgets)

    def approve(self, actor: Actor, place: Place, number: int, digest: str) -> Standing:
        """Store that `actor` approves what has `digest`; it is applied at once if that was all that was missing.

        Raises:
            NotFoundError: There is no such proposal.
            ForbiddenError: The actor has proposed it, or may not approve in all protected environments that it reaches.
            ChangedError: It has changed since.
            ConflictError: It has ended, or is stale.
            InvalidError: It no longer passes a gate.
        """
        self._rehearse(actor, place, number)

        def change(found: Transaction) -> Standing:
            now, proposal = self.clock(), named(found, place, number)
            if _has_approved(before := standing(found, proposal, now), actor, digest):
                return before
            refuse_unless_open(proposal, now)
            reached = _allowed_reach(found, actor, proposal, digest)
            self.ready(found, actor, proposal)
            approved = found.proposals.approve(proposal, Approval(actor.principal, digest, now, reached))
            tell(found, actor, approved, Action.PROPOSAL_APPROVE, now, detail={"digest": digest})
            stands = standing(found, approved, now)
            return (
                self._apply(found, actor, approved) if approved.terms.applies_itself and not stands.missing else stands
            )

        return self._ended(self.store.write(change))

    def apply(self, actor: Actor, place: Place, number: int) -> Standing:
        """Make the next revision from a proposal, in the name of its author.

        Raises:
            NotFoundError: There is no such proposal.
            ConflictError: It lacks approvals, has ended, or is stale.
            InvalidError: It no longer passes a gate.
        """

        def change(found: Transaction) -> Standing:
            now, proposal = self.clock(), named(found, place, number)
            if _has_ended(proposal, ProposalState.APPLIED, actor.principal):
                return standing(found, proposal, now)
            refuse_unless_open(proposal, now)
            stands = standing(found, proposal, now)
            if stands.missing:
                has, of = len(stands.counted), counted(stands.needed, "approval")
                message = f"the proposal `{proposal}` has {has} of {of}"
                raise ConflictError(message)
            return self._apply(found, actor, proposal)

        return self._ended(self.store.write(change))

    def refuse(self, actor: Actor, place: Place, number: int, reason: str = "") -> Standing:
        """End a proposal, and destroy its values.

        Raises:
            NotFoundError: There is no such proposal.
            ConflictError: It has ended.
            InvalidError: The reason can't be stored, or quotes a secret.
        """
        return self._end(actor, place, number, ProposalState.REFUSED, reason)

    def withdraw(self, actor: Actor, place: Place, number: int, reason: str = "") -> Standing:
        """Withdraw a proposal, and destroy its values; raises as `refuse`, or `ForbiddenError` for another's."""
        there = self.store.read(lambda found: named(found, place, number))
        if not there.author.is_same_as(actor.principal):
            message = f"`{there.author.name}` proposed `{there}`; only others can refuse it"
            raise ForbiddenError(message)
        return self._end(actor, place, number, ProposalState.WITHDRAWN, reason)

    def expire(self) -> None:
        """End the proposals that have expired, and destroy their values."""
        now = self.clock()
        if not self.store.read(lambda found: found.proposals.overdue(now)):
            return

        def change(found: Transaction) -> None:
            for proposal in found.proposals.overdue(now):
                ended = found.proposals.end(proposal, Ending(ProposalState.EXPIRED, now, SERVICE))
                app, environment = ended.place.app, ended.place.environment
                detail = {"proposal": ended.number}
                found.audit.record(AuditEntry(Action.PROPOSAL_EXPIRE, now, SERVICE, "", app, environment, detail))
                tell_watchers(found, ended, now)

        self.store.write(change)
        self.store.scrub()

    def ready(self, found: Transaction, actor: Actor, proposal: Proposal) -> Ready:
        """Return the revision that a proposal would become now, once it has passed both gates.

        Raises:
            ConflictError: It is stale.
            DestroyedError: Its values are gone.
            InvalidError: It no longer passes a gate.
            NotFoundError: The app has no schema to check it against.
        """
        return self._making.ready(found, actor, intent_of(proposal), change_of(found, proposal))

    @property
    def _making(self) -> Making:
        return Making(self.validator, self.clock, self.budgets)

    def _rehearse(self, actor: Actor, place: Place, number: int) -> None:
        """Also ask the gates of everything that extends the environment, by making those revisions and undoing them."""

        def make(found: Transaction) -> None:
            proposal = named(found, place, number)
            if proposal.state(self.clock()) is ProposalState.OPEN:
                intent = replace(intent_of(proposal), dry_run=True)
                self._making.make(found, actor, intent, change_of(found, proposal))

        if self.store.read(lambda found: found.revisions.extending(place)):
            with suppress(UndoneError):
                self.store.write(make)

    def _apply(self, found: Transaction, actor: Actor, proposal: Proposal) -> Standing:
        revised = self._making.make(found, actor, intent_of(proposal), change_of(found, proposal))
        now, number = self.clock(), revised.revision.number if revised.revision else None
        ended = found.proposals.end(proposal, Ending(ProposalState.APPLIED, now, actor.principal, "", number))
        tell(found, actor, ended, Action.PROPOSAL_APPLY, now, detail={"revision": number, "digest": proposal.digest})
        return standing(found, ended, now)

    def _end(self, actor: Actor, place: Place, number: int, state: ProposalState, reason: str) -> Standing:
        if problems := text_problems("reason", reason, LONGEST_MESSAGE):
            raise InvalidError(problems)
        action = Action.PROPOSAL_REFUSE if state is ProposalState.REFUSED else Action.PROPOSAL_WITHDRAW

        def change(found: Transaction) -> Standing:
            now, proposal = self.clock(), named(found, place, number)
            if _has_ended(proposal, state, actor.principal):
                return standing(found, proposal, now)
            refuse_unless_open(proposal, now)
            refuse_quote(found, self.validator, proposal, partial(found.proposals.variables, proposal), reason)
            ended = found.proposals.end(proposal, Ending(state, now, actor.principal, reason))
            tell(found, actor, ended, action, now, detail={"reason": reason})
            return standing(found, ended, now)

        return self._ended(self.store.write(change))

    def _ended(self, stands: Standing) -> Standing:
        """Let the store overwrite what was removed."""
        if stands.state is not ProposalState.OPEN:
            self.store.scrub()
        return stands


def _allowed_reach(found: Transaction, actor: Actor, proposal: Proposal, digest: str) -> tuple[Place, ...]:
    """Return where `actor` approves a proposal: in its environment, and in all protected ones that it reaches."""
    if actor.principal.is_same_as(proposal.author):
        message = f"`{actor.principal.name}` proposed `{proposal}`; somebody else must approve it"
        raise ForbiddenError(message)
    reached = tuple(dict.fromkeys((proposal.place, *protected(found, proposal.place))))
    for each in reached:
        require(actor.token, Scope.CONFIG_APPROVE, each.app, each.environment)
    if proposal.digest != digest:
        message = f"the proposal `{proposal}` has changed since you looked at it: read it and decide again"
        raise ChangedError(message)
    return reached


def _has_approved(stands: Standing, actor: Actor, digest: str) -> bool:
    """Return whether this repeats an approval whose answer was lost."""
    ending = stands.proposal.ending
    if ending is not None and ending.state is not ProposalState.APPLIED:
        return False
    return any(each.digest == digest and each.principal.is_same_as(actor.principal) for each in stands.counted)


def _has_ended(proposal: Proposal, state: ProposalState, by: Principal) -> bool:
    ending = proposal.ending
    return ending is not None and ending.state is state and ending.principal.is_same_as(by)
