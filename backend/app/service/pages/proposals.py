"""The pages of proposals: what waits for a second person, what it would change, and what today's gates say about it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import ConflictError, DestroyedError, InvalidError, NotFoundError
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.proposal import Proposal, ProposalState
from app.domain.validation import Fault
from app.service.approvals.approving import Approving
from app.service.approvals.showing import differences_of
from app.service.approvals.standing import Standing, named, standing
from app.service.pages.changes import Changes, changes_of
from app.service.ports import Clock, SchemaValidator, Store, Transaction
from setpoint.text.join import counted, joined

_ROWS = 50
_MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal, as a list shows it.

    Attributes:
        number: Its position among those of the environment.
        state: Its state.
        is_stale: Whether the environment has moved on, so that it can no longer be applied.
        sentence: More about its state, for people.
        author: Who proposes it.
        message: Why.
        made_at: When it was made or last changed.
    """

    number: int
    state: ProposalState
    is_stale: bool
    sentence: str
    author: str
    message: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ProposalsShown:
    """The proposals of an environment.

    Attributes:
        place: The environment.
        approvals: How many approvals a change needs; None if the environment is not protected.
        rows: Proposals, newest first.
        next_before: The number below which the list continues; None at its end.
    """

    place: Place
    approvals: int | None
    rows: tuple[ProposalRow, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """Somebody's approval.

    Attributes:
        name: Whose.
        at: When.
        counts: Whether it is for the proposal's current content.
    """

    name: str
    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """One proposal.

    Attributes:
        place: The environment.
        row: What a list shows of it.
        base: The number of the revision that it is based on; None if there was none.
        digest: What an approval is for.
        expires_at: When it expires.
        applies_itself: Whether it is applied with the last approval.
        approvals: Who has approved it.
        changes: What it would change; None once it has ended.
        checked: What today's schema says about it; empty if it is refused or has ended.
        unchecked: The checks that only the app's own class makes.
        refusal: Why it can't become a revision today, whatever its variables; empty if it can.
        problems: The objections of the gates to its variables.
        revision: The number of the revision that it became.
        is_mine: Whether the viewer has proposed it.
        may_be_approved: Whether the viewer's approval would count, as far as the proposal is concerned.
        may_be_applied: Whether it only remains to be applied.
    """

    place: Place
    row: ProposalRow
    base: int | None
    digest: str
    expires_at: datetime
    applies_itself: bool
    approvals: tuple[ApprovalRow, ...]
    changes: Changes | None
    checked: str
    unchecked: tuple[str, ...]
    refusal: str
    problems: tuple[Fault, ...]
    revision: int | None
    is_mine: bool
    may_be_approved: bool
    may_be_applied: bool


@dataclass(frozen=True, slots=True)
class _Gates:
    """What the gates say about a proposal today."""

    checked: str = ""
    unchecked: tuple[str, ...] = ()
    refusal: str = ""
    problems: tuple[Fault, ...] = ()

    @property
    def let_through(self) -> bool:
        return not (self.refusal or self.problems)


@dataclass(frozen=True, slots=True)
class ProposalPages:
    """Finds out what the pages of proposals show, without the values of secrets."""

    store: Store
    validator: SchemaValidator
    clock: Clock
    approving: Approving

    def page(self, place: Place, before: int | None = None) -> ProposalsShown:
        """Return proposals, newest first.

        Raises:
            NotFoundError: There is no such environment.
        """

        def ask(found: Transaction) -> ProposalsShown:
            if found.revisions.current(place) is None:
                message = f"there is no `{place}`"
                raise NotFoundError(message)
            now = self.clock()
            proposals = found.proposals.of(place, before=before, limit=_ROWS)
            rows = tuple(_row(standing(found, each, now)) for each in proposals)
            more = len(rows) == _ROWS and rows[-1].number > 1
            approvals = found.proposals.protections().get(place)
            return ProposalsShown(place, approvals, rows, rows[-1].number if more else None)

        return self.store.read(ask)

    def one(self, actor: Actor, place: Place, number: int) -> ProposalShown:
        """Return a proposal as `actor` sees it.

        Raises:
            NotFoundError: There is none.
        """
        return self.store.read(lambda found: self._one(found, actor, place, number))

    def _one(self, found: Transaction, actor: Actor, place: Place, number: int) -> ProposalShown:
        stands = standing(found, named(found, place, number), self.clock())
        proposal, is_open = stands.proposal, stands.state is ProposalState.OPEN
        gates = self._gates(found, actor, proposal) if is_open else _Gates()
        is_mine = actor.principal.is_same_as(proposal.author)
        has_approved = any(each.principal.is_same_as(actor.principal) for each in stands.counted)
        is_live = is_open and not stands.is_stale and gates.let_through
        return ProposalShown(
            place=place,
            row=_row(stands),
            base=proposal.base,
            digest=proposal.digest,
            expires_at=proposal.expires_at,
            applies_itself=proposal.terms.applies_itself,
            approvals=tuple(
                ApprovalRow(each.principal.name, each.at, each in stands.counted) for each in proposal.approvals
            ),
            changes=self._changes(found, proposal) if is_open else None,
            checked=gates.checked,
            unchecked=gates.unchecked,
            refusal=gates.refusal,
            problems=gates.problems,
            revision=proposal.ending.revision if proposal.ending else None,
            is_mine=is_mine,
            may_be_approved=is_live and not is_mine and not has_approved,
            may_be_applied=is_live and stands.can_be_applied,
        )

    def _changes(self, found: Transaction, proposal: Proposal) -> Changes:
        old = proposal.base or "before"
        try:
            differences = differences_of(found, self.validator, proposal)
        except DestroyedError as error:
            return Changes(old, "proposed", unknown=str(error))
        return changes_of(old, "proposed", differences, proposal.origins)

    def _gates(self, found: Transaction, actor: Actor, proposal: Proposal) -> _Gates:
        try:
            ready = self.approving.ready(found, actor, proposal)
        except InvalidError as error:
            return _Gates(problems=error.problems[:_MOST_PROBLEMS])
        except (ConflictError, DestroyedError, NotFoundError) as error:
            return _Gates(refusal=str(error))
        return _Gates(str(ready.validation.outcome), ready.validation.unchecked)


def _row(stands: Standing) -> ProposalRow:
    proposal = stands.proposal
    return ProposalRow(
        number=proposal.number,
        state=stands.state,
        is_stale=stands.is_stale,
        sentence=_sentence(stands),
        author=proposal.author.name,
        message=proposal.message,
        made_at=proposal.made_at,
    )


def _sentence(stands: Standing) -> str:
    """Return more about a proposal's state, worded to follow the state."""
    proposal, ending = stands.proposal, stands.proposal.ending
    if ending is not None and stands.state is not ProposalState.EXPIRED:
        what = f"as revision {ending.revision} " if ending.revision else ""
        why = f": {ending.reason}" if ending.reason else ""
        return f"{what}by {ending.principal.name}{why}"
    if stands.state is ProposalState.EXPIRED:
        return "before it was applied"
    if stands.is_stale:
        made_from = f"from revision {proposal.base}" if proposal.base else "when there was no revision"
        return f"it was made {made_from}, and the environment has moved on"
    if stands.missing:
        return f"waits for {counted(stands.missing, 'approval')} by somebody else"
    return f"approved by {joined([each.principal.name for each in stands.counted])}, and not applied yet"
