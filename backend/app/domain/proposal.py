"""Proposals: revisions that wait for somebody else's approval, in protected environments."""

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
"""How long a proposal waits; then its values are destroyed."""

MOST_APPROVALS = 10


class ProposalState(StrEnum):
    """The state of a proposal."""

    OPEN = "open"
    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Terms:
    """How a proposal becomes a revision.

    Attributes:
        action: What the audit log calls it.
        detail: What the audit log records in addition to the number.
        canary: How it is tried before everyone is offered it; None for the default of the environment.
        at_once: Whether everyone is offered it at once, whatever the default of the environment.
        allow_dangerous: Whether to allow names that make programs run other code.
        ignore_live: Whether to store what the schemas of live instances refuse.
        applies_itself: Whether it is applied with the last approval that it needs; otherwise by hand.
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
        draft: The revision that it would become.
        base: The number of the revision that it is based on; None if there was none.
        terms: How it becomes one.
    """

    draft: Draft
    base: int | None
    terms: Terms


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's approval of a proposal.

    Attributes:
        principal: Who approved.
        digest: The digest of what they looked at; the approval counts for nothing else.
        at: When.
        places: Where they may approve it: in its environment, and in the protected ones that it reached then.
    """

    principal: Principal
    digest: str
    at: datetime
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a proposal ended, when, by whose action, and why.

    Attributes:
        state: What.
        at: When.
        principal: Who did it; the service itself if it expired.
        reason: Why, in their words.
        revision: The number of the revision that it became.
    """

    state: ProposalState
    at: datetime
    principal: Principal
    reason: str = ""
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is known about a proposal; its values exist as long as it is open.

    Attributes:
        place: The environment.
        number: Its position among the proposals there, from 1.
        base: The number of the revision that it is based on; it is stale once that is no longer the current one.
        names: The names of all variables that the revision would have.
        author: Who proposes it.
        message: Why, in the author's words.
        made_at: When it was made or last changed.
        expires_at: When it expires.
        schema: The digest of the schema that it was checked against; empty for a base whose app has none.
        unchecked: The names of the checks that this schema can't carry.
        copied_from: The revision that it would restore.
        bases: The environments that it would extend.
        origins: Where its inherited variables come from.
        is_base: Whether it exists to be extended.
        terms: How it becomes a revision.
        digest: SHA-256 over all of this, its sealed values, and the digest of its base.
        approvals: Its approvals, oldest first, including those of an older digest.
        ending: How it ended; None while it is open.
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
        """Return the approvals of its current content by others than the author, for all of `reached`."""
        return [
            each
            for each in self.approvals
            if each.digest == self.digest
            and not each.principal.is_same_as(self.author)
            and frozenset(reached).issubset(each.places)
        ]

    def state(self, now: datetime) -> ProposalState:
        """Return its state at `now`."""
        if self.ending is not None:
            return self.ending.state
        return ProposalState.EXPIRED if now >= self.expires_at else ProposalState.OPEN
