"""What is sent and answered about proposals, as JSON."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.domain.bases import MOST_BASES
from app.domain.proposal import Ending, ProposalState
from app.domain.revision import LONGEST_MESSAGE
from app.http.answers import AnswerModel, ChangeAnswer, PrincipalAnswer, change_json, principal_json, when
from app.service.approvals.showing import Shown
from app.service.approvals.standing import Standing
from setpoint.contract.limits import MOST_VARIABLES


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BroughtVariables(_Strict):
    """Which variables to copy, and from where."""

    source: str = Field(alias="from")
    only: list[str] = Field(default_factory=list, max_length=MOST_VARIABLES)


class WantedChange(_Strict):
    """The change: exactly one of these."""

    variables: dict[str, str] | None = None
    """All variables that the environment should have."""
    patch: dict[str, str | None] | None = None
    """A merge patch (RFC 7396); null removes a variable."""
    rollback_to: int | None = Field(None, strict=True, ge=1)
    """The number of a revision."""
    promote: BroughtVariables | None = None
    """Variables of another environment."""
    bases: list[str] | None = Field(None, max_length=MOST_BASES)
    """The environments to extend, later ones over earlier."""

    @model_validator(mode="after")
    def _is_one_change(self) -> Self:
        """Refuse two changes at once: the effect of one of them would be a surprise."""
        if len(self.model_fields_set) != 1 or all(value is None for _, value in self):
            message = "a proposal must be one change"
            raise ValueError(message)
        return self


class Approved(_Strict):
    """What was looked at."""

    digest: str = Field(max_length=64)


class Reasoned(_Strict):
    """Why."""

    reason: str = Field("", max_length=LONGEST_MESSAGE)


class ApprovalAnswer(AnswerModel):
    """An approval; `counts` is false if the proposal has changed since."""

    principal: PrincipalAnswer
    at: str
    digest: str
    counts: bool


class EndingAnswer(AnswerModel):
    """How a proposal ended; `revision` is the one that it became."""

    at: str
    principal: PrincipalAnswer
    reason: str
    revision: int | None


class ProposalAnswer(AnswerModel):
    """A proposal; `approvals_missing` is how many it lacks, `stale` says that the environment has moved on."""

    app: str
    environment: str
    proposal: int
    state: ProposalState
    stale: bool
    base: int | None
    digest: str
    principal: PrincipalAnswer
    message: str
    created_at: str
    expires_at: str
    action: str
    copied_from: int | None
    bases: list[str]
    is_base: bool
    names: list[str]
    applies_itself: bool
    approvals: list[ApprovalAnswer]
    approvals_needed: int
    approvals_missing: int
    ended: EndingAnswer | None


class ShownProposalAnswer(ProposalAnswer):
    """A proposal with what it would change; null once its values are gone, or those that it is based on."""

    changes: list[ChangeAnswer] | None


class ProposalsAnswer(AnswerModel):
    """Proposals, newest first."""

    proposals: list[ProposalAnswer]
    next: int | None


def proposal_json(stands: Standing) -> dict[str, Any]:
    """Return what is known about a proposal."""
    proposal = stands.proposal
    counted = frozenset(each.principal for each in stands.counted)
    return {
        "app": proposal.place.app,
        "environment": proposal.place.environment,
        "proposal": proposal.number,
        "state": str(stands.state),
        "stale": stands.is_stale,
        "base": proposal.base,
        "digest": proposal.digest,
        "principal": principal_json(proposal.author),
        "message": proposal.message,
        "created_at": when(proposal.made_at),
        "expires_at": when(proposal.expires_at),
        "action": str(proposal.terms.action),
        "copied_from": proposal.copied_from,
        "bases": list(map(str, proposal.bases)),
        "is_base": proposal.is_base,
        "names": list(proposal.names),
        "applies_itself": proposal.terms.applies_itself,
        "approvals": [
            {
                "principal": principal_json(each.principal),
                "at": when(each.at),
                "digest": each.digest,
                "counts": each.principal in counted,
            }
            for each in proposal.approvals
        ],
        "approvals_needed": stands.needed,
        "approvals_missing": stands.missing,
        "ended": _ending_json(proposal.ending) if proposal.ending else None,
    }


def shown_json(shown: Shown) -> dict[str, Any]:
    """Return what is known about a proposal, with what it would change."""
    origins, changes = shown.standing.proposal.origins, shown.differences
    told = None if changes is None else [change_json(each, origins) for each in changes]
    return {**proposal_json(shown.standing), "changes": told}


def _ending_json(ending: Ending) -> dict[str, Any]:
    return {
        "at": when(ending.at),
        "principal": principal_json(ending.principal),
        "reason": ending.reason,
        "revision": ending.revision,
    }
