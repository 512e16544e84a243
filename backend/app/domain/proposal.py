"""Proposals: revisions that wait for somebody else to approve them, in environments that are protected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.audit import Action
from app.domain.bases import Origins
from app.domain.canary import Plan
from app.domain.identity import Principal
from app.domain.place import Place
from app.domain.revision import Draft

LIFETIME = timedelta(days=7)
"""How long a proposal waits; its values are destroyed then."""

MOST_APPROVALS = 10


class ProposalState(StrEnum):
    """What has become of a proposal."""

    OPEN = "open"
    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Terms:
    """How a proposal is to become a revision.

    Attributes:
        action: What the audit log is to call it.
        detail: What the audit log is to tell beside the number.
        canary: How it is tried before everyone is offered it; None for what the environment does by default.
        at_once: Whether everyone is offered it at once, whatever the environment does by default.
        allow_dangerous: Whether names may be set that make programs run other code.
        ignore_live: Whether to store what the schemas of live instances refuse.
        applies_itself: Whether it is applied with the last approval that it needs; by hand otherwise.
    """

    action: Action = Action.CONFIG_WRITE
    detail: Mapping[str, object] = field(default_factory=dict)
    canary: Plan | None = None
    at_once: bool = False
    allow_dangerous: bool = False
    ignore_live: bool = False
    applies_itself: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """A proposal before it has a number.

    Attributes:
        draft: The revision that it is to be.
        base: The number of the revision that it is made from; None if there was none.
        terms: How it is to become one.
    """

    draft: Draft
    base: int | None
    terms: Terms


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's word that a proposal may become a revision.

    Attributes:
        principal: Whose.
        digest: The digest of what they have looked at; it counts for nothing else.
        at: When.
        places: Where they may approve it: in its environment, and in the protected ones that it reached then.
    """

    principal: Principal
    digest: str
    at: datetime
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What has become of a proposal, when, by whom, and why.

    Attributes:
        state: What.
        at: When.
        principal: Who did it; the service itself where time was over.
        reason: Why, in their words.
        revision: The number of the revision that it has become.
    """

    state: ProposalState
    at: datetime
    principal: Principal
    reason: str = ""
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is known of a proposal; its values are there as long as it is open.

    Attributes:
        place: The environment.
        number: Its place among the proposals there, from 1.
        base: The number of the revision that it is made from; it is stale once that is not the current one.
        names: The names of all variables that the revision would have.
        author: Who proposes it.
        message: Why, in the author's words.
        made_at: When it was made, or changed for the last time.
        expires_at: From when on it can't be applied.
        schema: The digest of the schema that it was checked against; empty where the app of a base has none.
        unchecked: The names of the checks that this schema can't carry.
        copied_from: The revision that it would bring back.
        bases: The environments that it would extend.
        origins: From where those of its variables are that it takes over from them.
        is_base: Whether it is there to be extended.
        terms: How it is to become a revision.
        digest: SHA-256 over all this, its sealed values, and the digest of its base.
        approvals: Those who have approved it, the first one first; those of an older digest included.
        ending: What has become of it; None while it is open.
    """

    place: Place
    number: int
    base: int | None
    names: tuple[str, ...]
    author: Principal
    message: str
    made_at: datetime
    expires_at: datetime
    schema: str
    unchecked: tuple[str, ...]
    copied_from: int | None
    bases: tuple[Place, ...]
    origins: Origins
    is_base: bool
    terms: Terms
    digest: str
    approvals: tuple[Approval, ...] = ()
    ending: Ending | None = None

    def __str__(self) -> str:
        return f"{self.place}#{self.number}"

    def counted(self, reached: Sequence[Place] = ()) -> Sequence[Approval]:
        """Return the approvals of others than the author, of what it is now, for all of `reached`."""
        return [
            each
            for each in self.approvals
            if each.digest == self.digest
            and not each.principal.is_same_as(self.author)
            and frozenset(reached).issubset(each.places)
        ]

    def state(self, now: datetime) -> ProposalState:
        """Return how it stands at `now`."""
        if self.ending is not None:
            return self.ending.state
        return ProposalState.EXPIRED if now >= self.expires_at else ProposalState.OPEN
