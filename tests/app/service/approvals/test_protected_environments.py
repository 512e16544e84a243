"""What protection forbids, how its glass is broken, and what a base has to do with it."""

from collections.abc import Callable

import pytest

from app.domain.audit import Action
from app.domain.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    ProtectedError,
    StaleError,
)
from app.domain.event import EventKind
from app.domain.identity import Scope
from app.domain.place import Place
from app.domain.proposal import ProposalState
from app.service.writing.changes import replaced
from app.service.writing.intent import Intent, Revised
from support.approval_office import BASE, WRITER, Office
from support.configuration_service import ADA, GRACE, PRODUCTION, STAGING, Service, actor

WAYS: dict[str, Callable[[Service, Intent], Revised]] = {
    "replace": lambda s, intent: s.revising.replace(WRITER, intent, {"PORT": "2"}),
    "merge": lambda s, intent: s.revising.merge(WRITER, intent, {"PORT": "2"}),
    "roll back": lambda s, intent: s.revising.roll_back(WRITER, intent, 1),
    "extend": lambda s, intent: s.revising.extend(actor(), intent, [BASE]),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_written_directly_where_the_environment_is_protected(office: Office, way: str) -> None:
    """Whatever kind of write it is; a dry run still says what would be."""
    office.service.revising.replace(actor(), Intent(BASE, None, is_base=True), {"NAME": "b"})
    office.protecting.protect(actor(), PRODUCTION, None)
    office.service.write(PORT="9")
    office.protecting.protect(actor(), PRODUCTION, 2)
    with pytest.raises(
        ProtectedError, match="`billing/production` is protected: a change needs 2 approvals"
    ) as refused:
        WAYS[way](office.service, Intent(PRODUCTION, 2))
    assert refused.value.approvals == 2
    assert WAYS[way](office.service, Intent(PRODUCTION, 2, dry_run=True)).changed
    assert office.number() == 2


def test_a_write_that_changes_nothing_needs_nobody(office: Office) -> None:
    """A pipeline that pushes what is there goes on; to propose it is refused."""
    assert (
        office.service.revising.replace(WRITER, Intent(PRODUCTION, 1), {"PORT": "1", "API_KEY": "old"}).changed is False
    )
    with pytest.raises(ConflictError, match="already has exactly these variables"):
        office.propose(PORT="1", API_KEY="old")


def test_what_the_gates_refuse_is_not_proposed(office: Office) -> None:
    """Every problem is told, as for a write."""
    with pytest.raises(InvalidError) as refused:
        office.propose(PORT="x", NMAE="y")
    assert {each.variable for each in refused.value.problems} == {"PORT", "NMAE"}
    with pytest.raises(StaleError):
        office.propose(expected=7)


def test_who_breaks_the_glass_says_why(office: Office) -> None:
    """The log has it beside the write, and watchers are told."""
    intent = Intent(PRODUCTION, 1, "fix", break_glass="the site is down")
    rescuer = actor(GRACE, Scope.CONFIG_WRITE, Scope.CONFIG_BREAK_GLASS)
    assert office.service.revising.replace(rescuer, intent, {"PORT": "2"}).changed
    kept = office.service.store.read(lambda found: found.audit.page())[0]
    assert (kept.action, kept.detail) == (Action.CONFIG_BREAK_GLASS, {"revision": 2, "reason": "the site is down"})
    assert office.events()[-1] == (EventKind.BREAK_GLASS, "2")
    with pytest.raises(InvalidError):
        office.service.revising.replace(rescuer, Intent(PRODUCTION, 2, break_glass="x" * 3_000), {"PORT": "3"})


def test_where_there_is_no_glass_none_is_broken(office: Office) -> None:
    """A reason that nobody needs changes nothing."""
    office.service.revising.replace(WRITER, Intent(STAGING, None, break_glass="hurry"), {"PORT": "2"})
    kept = office.service.store.read(lambda found: found.audit.page(environment="staging", app="billing"))
    assert [each.action for each in kept] == [Action.CONFIG_WRITE]


def test_a_base_is_changed_by_who_may_approve_in_all_that_it_reaches(office: Office) -> None:
    """What extends it gets its revision with it."""
    office.extend_base()
    made = office.proposing.propose(WRITER, Intent(BASE, 1), replaced({"NAME": "c"}))
    office.approve(made)
    applied = office.approving.apply(WRITER, BASE, 1)
    assert applied.state is ProposalState.APPLIED
    assert office.served()["NAME"] == "c"
    assert office.service.history.one(PRODUCTION).author == ADA


def test_what_extends_a_base_has_its_say_at_each_step(office: Office) -> None:
    """Its gates are asked when the change is proposed, and when it is approved."""
    office.extend_base()
    with pytest.raises(InvalidError, match="1 problem"):
        office.proposing.propose(WRITER, Intent(BASE, 1), replaced({"NAME": "b", "NMAE": "c"}))
    assert office.showing.page(BASE) == []


def test_an_environment_has_to_be_there_to_be_protected(office: Office) -> None:
    """A misspelled one would protect nothing; to say the same again is no news."""
    with pytest.raises(NotFoundError, match="there is no `billing/prodution`"):
        office.protecting.protect(actor(), Place("billing", "prodution"), 1)
    before = office.events()
    office.protecting.protect(actor(), PRODUCTION, 1)
    assert office.events() == before
    assert office.protecting.of(PRODUCTION) == 1
    office.protecting.protect(actor(), PRODUCTION, None)
    assert office.protecting.of(PRODUCTION) is None
    assert office.actions()[-1] is Action.PROTECTION_REMOVE
