import json
from contextlib import closing
from datetime import timedelta

import pytest

from app.domain.audit import Action
from app.domain.difference import Change as Changed
from app.domain.errors import (
    ConflictError,
    DestroyedError,
    InvalidError,
    ProtectedError,
    ServiceError,
)
from app.domain.event import EventKind
from app.domain.identity import Actor, Bound, Principal, PrincipalKind, Scope
from app.domain.place import Place
from app.domain.proposal import LIFETIME, ProposalState
from app.domain.webhooks.incoming import Effect, IncomingAction
from app.domain.webhooks.outgoing import EVENTS
from app.receivers.sending import WebhookSender
from app.service.approvals.proposing import MOST_OPEN
from app.service.leases import Leases
from app.service.rollouts import Rollouts
from app.service.tokens import Grant
from app.service.webhooks.accepting import Accepting
from app.service.webhooks.delivering import encoded
from app.service.webhooks.managing import Webhooks
from app.service.webhooks.receiving import Receiving, Told
from app.service.writing.changes import brought_back, extended, replaced
from app.service.writing.intent import Intent
from support.approval_office import APPROVER, BASE, WRITER, Office
from support.asked_statements import asked_statements
from support.configuration_service import ADA, GRACE, PRODUCTION, STAGING, actor
from support.waiting import eventually

CANARY = "c4n4ry-of-the-approvals"


def test_a_change_becomes_a_revision_once_somebody_else_has_approved_it(office: Office) -> None:
    """In the name of who has proposed it; each step is in the audit log, and is told as an event."""
    made = office.propose(PORT="2", API_KEY=CANARY)
    assert (made.proposal.number, made.proposal.base, made.needed, made.missing) == (1, 1, 1, 1)
    assert office.served()["PORT"] == "1"
    approved = office.approve(made)
    assert (approved.state, approved.can_be_applied) == (ProposalState.OPEN, True)
    applied = office.apply(who=actor(GRACE, Scope.CONFIG_WRITE))
    assert applied.proposal.ending is not None
    assert (applied.state, applied.proposal.ending.revision) == (ProposalState.APPLIED, 2)
    assert office.served() == {"PORT": "2", "API_KEY": CANARY}
    assert office.service.history.one(PRODUCTION).author == ADA
    steps = [Action.PROPOSAL_MAKE, Action.PROPOSAL_APPROVE, Action.CONFIG_WRITE, Action.PROPOSAL_APPLY]
    assert office.actions() == [Action.CONFIG_WRITE, Action.PROTECTION_PUT, *steps]
    told = [EventKind.PROTECTION, EventKind.PROPOSAL, EventKind.PROPOSAL, EventKind.REVISION, EventKind.PROPOSAL]
    assert [kind for kind, _ in office.events()][-5:] == told
    kept = office.service.store.read(lambda found: found.audit.page())
    written = next(each for each in kept if each.action is Action.CONFIG_WRITE)
    detail = {"revision": 2, "proposal": 1, "proposed_by": "Ada", "approved_by": ["Grace"]}
    assert (written.principal, written.detail) == (GRACE, detail)
    assert CANARY not in str(kept) + str(applied)


def test_it_may_be_applied_with_its_last_approval(office: Office) -> None:
    """If its author has asked for that, and as many have approved it as it takes."""
    office.protecting.protect(actor(), PRODUCTION, 2)
    made = office.propose(at_once=True)
    assert office.approve(made).missing == 1
    third = actor(Principal(PrincipalKind.PERSON, "setpoint", "hedy", "Hedy"), Scope.CONFIG_APPROVE)
    assert office.approve(made, third).state is ProposalState.APPLIED
    assert office.served() == {"PORT": "2"}


@pytest.mark.parametrize("way", ["roll back", "extend", "first revision", "canary"])
def test_every_kind_of_change_can_be_proposed(office: Office, way: str) -> None:
    """And is applied as what it is."""
    place, intent = PRODUCTION, Intent(PRODUCTION, 1)
    change = replaced({"PORT": "2"})
    if way == "roll back":
        office.service.revising.replace(actor(), Intent(PRODUCTION, 1, break_glass="x"), {"PORT": "7"})
        change, intent = brought_back(PRODUCTION, 1), Intent(PRODUCTION, 2)
    elif way == "extend":
        office.service.revising.replace(actor(), Intent(BASE, None, is_base=True), {"NAME": "b"})
        change = extended([BASE])
    elif way == "first revision":
        place, intent = STAGING, Intent(STAGING, None)
    made = office.proposing.propose(WRITER, intent, change)
    office.approve(made)
    assert office.approving.apply(WRITER, place, made.proposal.number).state is ProposalState.APPLIED
    revision = office.service.history.one(place)
    assert revision.copied_from == (1 if way == "roll back" else None)
    assert revision.bases == ((BASE,) if way == "extend" else ())


def test_a_proposal_is_not_refused_in_words_that_quote_a_secret(office: Office) -> None:
    """The audit log and those who made it would read them for good."""
    office.propose(PORT="2", API_KEY=CANARY)
    with pytest.raises(InvalidError) as refused:
        office.approving.refuse(APPROVER, PRODUCTION, 1, f"{CANARY} is a bad key")
    assert [each.code for each in refused.value.problems] == ["reason-holds-secret"]
    assert office.approving.refuse(APPROVER, PRODUCTION, 1, "a bad key").state is ProposalState.REFUSED


def test_a_proposal_for_a_base_without_a_schema_is_refused_in_its_own_words(office: Office) -> None:
    """Nobody has said what is secret in it."""
    base = Place("shared", "ports")
    office.service.revising.replace(actor(), Intent(base, None, is_base=True), {"REGION": "eu-west-2"})
    office.protecting.protect(actor(), base, 1)
    office.proposing.propose(WRITER, Intent(base, 1, is_base=True), replaced({"REGION": "eu-west-1"}))
    refused = office.approving.refuse(APPROVER, base, 1, "we left eu-west-1")
    assert refused.state is ProposalState.REFUSED


def test_a_proposal_that_is_refused_without_words_is_not_decrypted(office: Office) -> None:
    """To decrypt a megabyte takes a while, and nobody else writes meanwhile."""
    looks: list[int] = []
    for reason in ("a bad key", ""):
        office.propose(PORT="2", API_KEY=CANARY)
        with asked_statements() as asked:
            office.approving.refuse(APPROVER, PRODUCTION, len(looks) + 1, reason)
        looks.append(len([each for each in asked if "SELECT proposals.body" in each]))
    assert looks == [1, 0]


def test_what_ends_leaves_no_values(office: Office) -> None:
    """Its data key is gone, whatever has become of it; what it was is known by its names."""
    approved = office.approve(office.propose(API_KEY=CANARY, PORT="2"))
    others = [office.propose(PORT=port) for port in ("3", "4", "5")]
    assert all(body and key for body, key in office.sealed())
    assert CANARY.encode() not in b"".join(body or b"" for body, _ in office.sealed())
    office.approving.withdraw(WRITER, PRODUCTION, others[0].proposal.number, "not needed")
    office.approving.refuse(APPROVER, PRODUCTION, others[1].proposal.number, "no")
    office.apply(approved.proposal.number)
    office.service.clock.forward(LIFETIME)
    office.approving.expire()
    assert office.sealed() == [(None, None)] * 4
    states = [each.state for each in office.showing.page(PRODUCTION)]
    assert states == [ProposalState.EXPIRED, ProposalState.REFUSED, ProposalState.WITHDRAWN, ProposalState.APPLIED]
    shown = office.showing.one(PRODUCTION, 2)
    assert (shown.differences, shown.standing.proposal.names) == (None, ("PORT",))
    assert shown.standing.proposal.ending is not None
    assert shown.standing.proposal.ending.reason == "not needed"
    with pytest.raises(DestroyedError):
        office.service.store.read(lambda found: found.proposals.variables(shown.standing.proposal))
    assert office.actions()[-1] is Action.PROPOSAL_EXPIRE


def test_what_would_change_is_shown_without_secrets(office: Office) -> None:
    """As everywhere: a secret is the same or another one."""
    office.propose(PORT="2", API_KEY=CANARY, DEBUG="true")
    shown = office.showing.one(PRODUCTION, 1)
    assert shown.differences is not None
    told = [(each.name, each.change, each.old, each.new) for each in shown.differences]
    assert told == [
        ("API_KEY", Changed.CHANGED, None, None),
        ("DEBUG", Changed.ADDED, None, "true"),
        ("PORT", Changed.CHANGED, "1", "2"),
    ]
    assert CANARY not in repr(shown)


def test_what_is_stale_says_so_until_its_author_proposes_it_anew(office: Office) -> None:
    """From today's revision, and with new approvals."""
    office.propose(PORT="2")
    office.service.revising.replace(actor(GRACE), Intent(PRODUCTION, 1, break_glass="x"), {"PORT": "3"})
    assert office.showing.page(PRODUCTION)[0].is_stale
    again = office.proposing.change(WRITER, 1, Intent(PRODUCTION, 2), replaced({"PORT": "2"}))
    assert (again.is_stale, again.proposal.base) == (False, 2)
    office.approve(again)
    assert office.apply().state is ProposalState.APPLIED


def test_an_answer_that_was_lost_is_given_again(office: Office) -> None:
    """Who says the same twice has done it once; others are told that it is done."""
    made = office.propose()
    assert office.approve(made) == office.approve(made)
    applied = office.apply()
    assert office.apply().proposal.ending == applied.proposal.ending
    assert office.approve(made).state is ProposalState.APPLIED
    with pytest.raises(ConflictError, match="is applied as revision 2"):
        office.apply(who=actor(GRACE))
    other = office.propose(PORT="5", expected=2)
    for _ in range(2):
        assert office.approving.withdraw(WRITER, PRODUCTION, 2).state is ProposalState.WITHDRAWN
    with pytest.raises(ConflictError, match="is withdrawn"):
        office.approve(other)
    assert office.actions().count(Action.PROPOSAL_APPLY) == office.actions().count(Action.PROPOSAL_WITHDRAW) == 1


def test_so_many_proposals_may_wait_at_a_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds a complete set of variables."""
    assert MOST_OPEN == 100
    monkeypatch.setattr("app.service.approvals.proposing.MOST_OPEN", 2)
    office.propose(PORT="2")
    office.propose(PORT="3")
    with pytest.raises(ConflictError, match="2 proposals are already waiting"):
        office.propose(PORT="4")


def test_a_revocation_tells_what_it_takes_back(office: Office) -> None:
    """In its row of the log."""
    token, _ = office.service.tokens.create(actor(), Grant(GRACE, "laptop", frozenset(APPROVER.token.rights)))
    office.approve(office.propose(), Actor(token))
    office.service.tokens.revoke(actor(), token.id)
    kept = office.service.store.read(lambda found: found.audit.page())[0]
    assert kept.detail["approvals"] == ["billing/production#1"]
    assert office.showing.page(PRODUCTION)[0].missing == 1


def test_time_is_told_to_the_millisecond(office: Office) -> None:
    """What expires a moment later is still open."""
    made = office.propose()
    assert made.proposal.state(made.proposal.expires_at - timedelta(milliseconds=1)) is ProposalState.OPEN
    assert made.proposal.state(made.proposal.expires_at) is ProposalState.EXPIRED


def test_a_proposal_that_is_not_there_is_not_found(office: Office) -> None:
    """Whatever one wants to do with it."""
    tries = (
        lambda: office.apply(7),
        lambda: office.approving.approve(APPROVER, PRODUCTION, 7, "x"),
        lambda: office.approving.refuse(APPROVER, PRODUCTION, 7),
        lambda: office.approving.withdraw(WRITER, PRODUCTION, 7),
        lambda: office.showing.one(PRODUCTION, 2**70),
    )
    for each in tries:
        with pytest.raises(ServiceError, match="there is no proposal"):
            each()


def test_what_is_proposed_already_is_not_proposed_twice(office: Office) -> None:
    """As by a pipeline that runs again; anything else about it makes it another proposal."""
    assert [office.propose(PORT="2").proposal.number for _ in range(2)] == [1, 1]
    assert office.propose(actor(GRACE), PORT="2").proposal.number == 2
    assert office.propose(PORT="2", at_once=True).proposal.number == 3
    assert office.propose(PORT="3").proposal.number == 4
    office.service.clock.forward(LIFETIME)
    assert office.propose(PORT="2").proposal.number == 5
    assert office.actions().count(Action.PROPOSAL_MAKE) == 5


def test_an_alarm_rolls_back_without_approval(office: Office) -> None:
    """To what everyone was offered before, and what its admin has let it do; no person does."""
    office.approve(office.propose(at_once=True))
    webhook = Accepting(office.service.store, office.service.clock).accept(actor(), PRODUCTION, IncomingAction.ROLLBACK)
    receiving = Receiving(office.service.store, office.service.revising, office.service.clock)
    reaction = receiving.react(webhook, webhook.actor("request-1", "192.0.2.1"), Told("msg_1", "errors"))
    assert (reaction.effect, office.number()) == (Effect.ROLLED_BACK, 3)
    assert office.served() == {"PORT": "1", "API_KEY": "old"}
    with pytest.raises(ProtectedError):
        office.service.revising.roll_back(actor(), Intent(PRODUCTION, 3), 2)


def test_webhooks_are_told_of_proposals_and_of_broken_glass(office: Office) -> None:
    """Without values; of the end with what came of it."""
    hooks = Webhooks(office.service.store, WebhookSender(allow_private=True), office.service.clock)
    endpoint = hooks.create(actor(), "http://127.0.0.1:9/", Bound(), EVENTS)
    office.approve(office.propose(at_once=True, PORT="2", API_KEY=CANARY))
    office.propose(PORT="3", expected=2)
    office.approving.withdraw(WRITER, PRODUCTION, 2)
    office.service.revising.replace(actor(), Intent(PRODUCTION, 2, break_glass="down"), {"PORT": "4"})
    told = [json.loads(encoded(each.message)) for each in hooks.deliveries(actor(), endpoint.id)]
    there = {"app": "billing", "environment": "production"}
    # What happens in one moment has no order.
    assert sorted(((each["type"], each["data"]) for each in told), key=str) == [
        ("proposal.ended", {**there, "revision": 2, "proposal": 1, "state": "applied"}),
        ("proposal.ended", {**there, "revision": None, "proposal": 2, "state": "withdrawn"}),
        ("proposal.made", {**there, "revision": None, "proposal": 1, "approvals": 1}),
        ("proposal.made", {**there, "revision": None, "proposal": 2, "approvals": 1}),
        ("revision.break_glass", {**there, "revision": 3}),
        ("revision.created", {**there, "revision": 2}),
        ("revision.created", {**there, "revision": 3}),
    ]
    assert CANARY not in str(told)


def test_the_worker_ends_what_nobody_has_decided_in_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every few seconds, whichever worker it is."""
    monkeypatch.setattr("app.service.leases.BEAT_SECONDS", 0.01)
    office.propose()
    office.service.clock.forward(LIFETIME)
    with closing(Rollouts(office.service.store, office.service.clock)) as rollouts:
        chores = (office.approving.expire,)
        leases = Leases(office.service.store, rollouts, office.service.clock, "worker-1", chores=chores)
        with closing(leases):
            leases.start()
            eventually(lambda: office.sealed() == [(None, None)])
    assert office.showing.page(PRODUCTION)[0].state is ProposalState.EXPIRED


def test_what_was_made_from_values_that_are_gone_is_still_told_of(office: Office) -> None:
    """It is stale then; its author takes it back, or proposes it anew."""
    office.propose(PORT="2")
    office.service.revising.replace(actor(), Intent(PRODUCTION, 1, break_glass="leaked"), {"PORT": "3"})
    office.service.history.destroy(actor(), PRODUCTION, 1, "leaked")
    shown = office.showing.one(PRODUCTION, 1)
    assert (shown.differences, shown.standing.is_stale) == (None, True)
    assert office.approving.withdraw(WRITER, PRODUCTION, 1).state is ProposalState.WITHDRAWN
