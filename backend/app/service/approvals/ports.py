"""What approvals need from the store, as a Protocol."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.domain.identity import Principal
from app.domain.place import Place
from app.domain.proposal import Approval, Ending, Proposal, Wish
from app.domain.variables import Variables


class Proposals(Protocol):
    """Which environments are protected, and what is proposed in any."""

    def protections(self) -> Mapping[Place, int]:
        """Return how many approvals a change needs, by protected environment."""
        ...

    def protect(self, place: Place, approvals: int | None) -> None:
        """Store how many approvals a change needs; None for an environment that is not protected."""
        ...

    def numbered(self, place: Place, number: int) -> Proposal | None:
        """Return one proposal; None if there is none with this number."""
        ...

    def of(
        self, place: Place, *, only_open: bool = False, before: int | None = None, limit: int = 100
    ) -> Sequence[Proposal]:
        """Return proposals from the newest to the oldest, those below number `before` alone."""
        ...

    def overdue(self, now: datetime) -> Sequence[Proposal]:
        """Return the open proposals of all environments whose time is over."""
        ...

    def variables(self, proposal: Proposal) -> Variables:
        """Return the values that a revision made of an open proposal would have.

        Raises:
            DestroyedError: It has ended, and they are gone.
            DamagedError: What is stored is not what was written.
        """
        ...

    def add(self, wish: Wish, expires_at: datetime) -> Proposal:
        """Store the next proposal of an environment."""
        ...

    def change(self, proposal: Proposal, wish: Wish, expires_at: datetime) -> Proposal:
        """Store something else as the same proposal, under another digest; what was there is gone for good."""
        ...

    def approve(self, proposal: Proposal, approval: Approval) -> Proposal:
        """Store an approval; one that the same principal gave before is forgotten."""
        ...

    def end(self, proposal: Proposal, ending: Ending) -> Proposal:
        """Store what has become of a proposal, and remove its values for good."""
        ...

    def forget_approvals(self, principal: Principal) -> Sequence[Proposal]:
        """Forget what a principal has approved that is still open; return those proposals as they are then."""
        ...
