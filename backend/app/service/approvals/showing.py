"""Shows what is proposed, and what it would change."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.difference import Difference, differences
from app.domain.errors import DestroyedError
from app.domain.place import Place
from app.domain.proposal import Proposal
from app.domain.revision import Revision
from app.domain.variables import Variables
from app.service.approvals.standing import Standing, named, standing
from app.service.ports import Clock, SchemaValidator, Store, Transaction
from app.service.secrecy import shown_in_all


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal with what it would change.

    Attributes:
        standing: Its state.
        differences: What it would change in the revision that it is based on; None once its values are gone, or
            those of that revision.
    """

    standing: Standing
    differences: tuple[Difference, ...] | None


@dataclass(frozen=True, slots=True)
class ShowingProposals:
    """The proposals of environments, without the values of secrets."""

    store: Store
    validator: SchemaValidator
    clock: Clock

    def page(
        self, place: Place, *, only_open: bool = False, before: int | None = None, limit: int = 100
    ) -> Sequence[Standing]:
        """Return proposals, newest first, starting below number `before`."""

        def ask(found: Transaction) -> Sequence[Standing]:
            now = self.clock()
            proposals = found.proposals.of(place, only_open=only_open, before=before, limit=limit)
            return [standing(found, each, now) for each in proposals]

        return self.store.read(ask)

    def one(self, place: Place, number: int) -> Shown:
        """Return a proposal with what it would change.

        Raises:
            NotFoundError: There is none.
        """

        def ask(found: Transaction) -> Shown:
            stands = standing(found, named(found, place, number), self.clock())
            try:
                return Shown(stands, differences_of(found, self.validator, stands.proposal))
            except DestroyedError:  # it has ended, or the values that it is based on have been destroyed since
                return Shown(stands, None)

        return self.store.read(ask)


def differences_of(found: Transaction, validator: SchemaValidator, proposal: Proposal) -> tuple[Difference, ...]:
    """Return what an open proposal would change in the revision that it is based on.

    Raises:
        DestroyedError: Its values are gone, or those that it is based on.
    """
    base = found.revisions.numbered(proposal.place, proposal.base) if proposal.base else None
    compared: list[Revision | Proposal] = [proposal, *([base] if base else [])]
    schema = found.schemas.current(proposal.place.app)
    return differences(
        found.revisions.variables(base) if base else Variables({}),
        found.proposals.variables(proposal),
        shown_in_all(found, validator, *compared),
        lambda name, old, new: schema is not None and validator.same(schema, name, old, new),
    )
