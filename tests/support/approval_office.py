"""A service whose production is protected, and those who work with it, for tests of approvals."""

from app.domain.audit import Action
from app.domain.event import START, EventKind, Reset
from app.domain.identity import Actor, Scope
from app.domain.place import Place
from app.service.approvals.approving import Approving
from app.service.approvals.proposing import Proposing
from app.service.approvals.protecting import Protecting
from app.service.approvals.showing import ShowingProposals
from app.service.approvals.standing import Standing
from app.service.writing.changes import replaced
from app.service.writing.intent import Intent
from app.store.repositories.proposal_tables import proposals
from app.store.transaction import SqlTransaction
from support.configuration_service import ADA, GRACE, PRODUCTION, Service, actor

WRITER = actor(ADA, Scope.CONFIG_READ, Scope.CONFIG_WRITE)
APPROVER = actor(GRACE, Scope.CONFIG_READ, Scope.CONFIG_APPROVE)
BASE = Place("billing", "base")


class Office:
    """A service whose production is protected, and those who work with it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        store, validator, clock = service.store, service.validator, service.clock
        self.protecting = Protecting(store, clock)
        self.proposing = Proposing(store, validator, clock)
        self.approving = Approving(store, validator, clock)
        self.showing = ShowingProposals(store, validator, clock)
        service.write(PORT="1", API_KEY="old")
        self.protecting.protect(actor(), PRODUCTION, 1)

    def propose(self, who: Actor = WRITER, *, at_once: bool = False, expected: int = 1, **variables: str) -> Standing:
        """Propose other variables."""
        intent = Intent(PRODUCTION, expected, "why")
        return self.proposing.propose(who, intent, replaced(variables or {"PORT": "2"}), applies_itself=at_once)

    def approve(self, stands: Standing, who: Actor = APPROVER) -> Standing:
        """Approve what somebody has looked at."""
        return self.approving.approve(who, stands.proposal.place, stands.proposal.number, stands.proposal.digest)

    def apply(self, number: int = 1, who: Actor = WRITER) -> Standing:
        """Make a revision of a proposal."""
        return self.approving.apply(who, PRODUCTION, number)

    def served(self) -> dict[str, str]:
        """Return the variables that are current."""
        return dict(self.service.reading.read(actor(), PRODUCTION, reveal=True).variables)

    def actions(self) -> list[Action]:
        """Return what the audit log has of production, the oldest first."""
        entries = self.service.store.read(lambda found: found.audit.page(environment="production", app="billing"))
        return [each.action for each in reversed(entries) if each.action is not Action.CONFIG_REVEAL]

    def events(self) -> list[tuple[EventKind, str]]:
        """Return what watchers were told."""
        found = self.service.store.read(lambda each: each.events.after(START))
        assert not isinstance(found, Reset)
        return [(each.happening.kind, each.happening.subject) for each in found]

    def sealed(self) -> list[tuple[bytes | None, bytes | None]]:
        """Return what is stored of the values of proposals."""

        def look(found: object) -> list[tuple[bytes | None, bytes | None]]:
            assert isinstance(found, SqlTransaction)
            return [(row.body, row.data_key) for row in found.connection.execute(proposals.select())]

        return self.service.store.read(look)

    def extend_base(self) -> None:
        """Have production extend a base, which is not protected by itself."""
        self.protecting.protect(actor(), PRODUCTION, None)
        self.service.revising.replace(actor(), Intent(BASE, None, is_base=True), {"NAME": "b"})
        self.service.revising.extend(actor(), Intent(PRODUCTION, 1), [BASE])
        self.protecting.protect(actor(), PRODUCTION, 1)

    def number(self, place: Place = PRODUCTION) -> int | None:
        """Return the number of the current revision."""
        current = self.service.store.read(lambda found: found.revisions.current(place))
        return current.number if current else None
