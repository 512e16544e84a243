"""What approvals need from the store, as a Protocol."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.domain.identity import Principal
from app.domain.place import Place
from app.domain.proposal import Approval, Ending, Proposal, Wish
from app.domain.variables import Variables


class Proposals(Protocol):
    """Which environments are protected, and what is proposed in each."""

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
        """Return proposals, newest first, starting below number `before`."""
        ...

    def overdue(self, now: datetime) -> Sequence[Proposal]:
        """Return the open proposals of all environments that have expired."""
        ...

    def variables(self, proposal: Proposal) -> Variables:
        """Return the values that a revision made from an open proposal would have.

        Raises:
            DestroyedError: It has ended, and its values are gone.
            DamagedError: What is stored is not what was written.
        """
        ...

    def add(self, wish: Wish, expires_at: datetime) -> Proposal:
        """Store the next proposal of an environment."""
        ...

    def change(self, proposal: Proposal, wish: Wish, expires_at: datetime) -> Proposal:
        """Replace the content of a proposal, under a new digest; the old content is permanently gone."""
        ...

    def approve(self, proposal: Proposal, approval: Approval) -> Proposal:
        """Store an approval, replacing an earlier one of the same principal."""
        ...

    def end(self, proposal: Proposal, ending: Ending) -> Proposal:
        """Store how a proposal ended, and permanently remove its values."""
        ...

    def forget_approvals(self, principal: Principal) -> Sequence[Proposal]:
        """Delete a principal's approvals of open proposals; return those proposals as they then are."""
        ...
