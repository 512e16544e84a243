"""The state of a proposal: open or not, stale or not, how many approvals it has; and who hears about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.audit import Action, entry
from app.domain.bases import Own, own_variables
from app.domain.errors import ConflictError, NotFoundError
from app.domain.event import EventKind, Happening
from app.domain.identity import Actor, Principal
from app.domain.place import Place
from app.domain.proposal import Approval, Proposal, ProposalState
from app.domain.webhooks.outgoing import Message, Topic
from app.service.ports import Transaction
from app.service.webhooks.announcing import announce
from app.service.writing.changes import Change
from app.service.writing.composing import composed
from app.service.writing.intent import Intent
from app.service.writing.protection import approvals_needed, protected


@dataclass(frozen=True, slots=True)
class Standing:
    """A proposal, and what it still needs.

    Attributes:
        proposal: What is known about it.
        state: Its state.
        needed: How many approvals it needs.
        counted: Those that count, because they were given for all protected environments that it now reaches.
        is_stale: Whether the environment has moved on since, so that it can no longer be applied.
    """

    proposal: Proposal
    state: ProposalState
    needed: int
    counted: Sequence[Approval]
    is_stale: bool = field(default=False)

    @property
    def missing(self) -> int:
        """How many approvals it lacks."""
        return max(0, self.needed - len(self.counted))

    @property
    def can_be_applied(self) -> bool:
        """Whether nothing is missing; the gates still decide."""
        return self.state is ProposalState.OPEN and not self.is_stale and not self.missing


def named(found: Transaction, place: Place, number: int) -> Proposal:
    """Return proposal `number` of an environment.

    Raises:
        NotFoundError: There is none.
    """
    proposal = found.proposals.numbered(place, number)
    if proposal is None:
        message = f"there is no proposal {number} in `{place}`"
        raise NotFoundError(message)
    return proposal


def standing(found: Transaction, proposal: Proposal, now: datetime) -> Standing:
    """Return the state of a proposal at `now`."""
    state = proposal.state(now)
    is_stale = state is ProposalState.OPEN and proposal.base != _current_number(found, proposal.place)
    reached = protected(found, proposal.place) if state is ProposalState.OPEN else ()
    return Standing(proposal, state, approvals_needed(found, proposal.place), proposal.counted(reached), is_stale)


def refuse_unless_open(proposal: Proposal, now: datetime) -> None:
    """Refuse to do anything with a proposal that has ended.

    Raises:
        ConflictError: It has ended; the text says how.
    """
    state = proposal.state(now)
    if state is not ProposalState.OPEN:
        revision = proposal.ending.revision if proposal.ending else None
        as_what = f" as revision {revision}" if revision else ""
        message = f"the proposal `{proposal}` is {state}{as_what}"
        raise ConflictError(message)


def intent_of(proposal: Proposal) -> Intent:
    """Return the intent with which a proposal is written."""
    terms = proposal.terms
    return Intent(
        proposal.place,
        proposal.base,
        proposal.message,
        allow_dangerous=terms.allow_dangerous,
        ignore_live=terms.ignore_live,
        canary=terms.canary,
        at_once=terms.at_once,
        is_base=proposal.is_base,
        is_approved=True,
    )


def change_of(found: Transaction, proposal: Proposal) -> Change:
    """Return the change that is proposed.

    Raises:
        ConflictError: The environment, or what it inherits from its bases, has moved on since.
        InvalidError: A base no longer exists.
    """
    current = _current_number(found, proposal.place)
    if current != proposal.base:
        was, now = (f"revision {each}" if each else "no revision" for each in (proposal.base, current))
        message = (
            f"the proposal `{proposal}` is stale: it was made from {was}, and there is {now}; change it, or withdraw it"
        )
        raise ConflictError(message)
    variables = found.proposals.variables(proposal)
    own = Own(own_variables(variables, proposal.origins), proposal.bases)
    whole = composed(found, proposal.place, own)
    if whole.variables != variables or not whole.has_same_origins(proposal.origins):
        message = f"the proposal `{proposal}` is stale: its bases have other values now; change it, or withdraw it"
        raise ConflictError(message)
    detail = {
        **proposal.terms.detail,
        "proposal": proposal.number,
        "proposed_by": proposal.author.name,
        "approved_by": [each.principal.name for each in proposal.counted(protected(found, proposal.place))],
    }
    return Change(
        lambda _, __: own,
        action=proposal.terms.action,
        detail=detail,
        copied_from=proposal.copied_from,
        author=proposal.author,
    )


def tell(
    found: Transaction,
    actor: Actor,
    proposal: Proposal,
    action: Action,
    now: datetime,
    *,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Record what was done with a proposal, and notify watchers and webhooks."""
    place = proposal.place
    told = {"proposal": proposal.number, **(detail or {})}
    found.audit.record(entry(actor, action, now, place.app, place.environment, detail=told))
    tell_watchers(found, proposal, now)
    if action in {Action.PROPOSAL_MAKE, Action.PROPOSAL_CHANGE}:
        needed = {"proposal": proposal.number, "approvals": approvals_needed(found, place)}
        announce(found, Message(Topic.PROPOSED, now, place, None, needed))


def tell_watchers(found: Transaction, proposal: Proposal, now: datetime) -> None:
    """Notify watchers of a change in a proposal, and webhooks if it has ended."""
    place, ending = proposal.place, proposal.ending
    found.events.add(Happening(EventKind.PROPOSAL, now, place.app, place.environment, str(proposal.number)))
    if ending is not None:
        ended = {"proposal": proposal.number, "state": str(ending.state)}
        announce(found, Message(Topic.PROPOSAL_ENDED, now, place, ending.revision, ended))


def forget_approvals(found: Transaction, principal: Principal, now: datetime) -> Sequence[str]:
    """Withdraw the open approvals of somebody who is no longer trusted; return the proposals."""
    concerned = found.proposals.forget_approvals(principal)
    for proposal in concerned:
        tell_watchers(found, proposal, now)
    return list(map(str, concerned))


def _current_number(found: Transaction, place: Place) -> int | None:
    current = found.revisions.current(place)
    return current.number if current else None
