import pytest

from app.domain.errors import (
    ChangedError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    LimitedError,
    NotFoundError,
    ProtectedError,
)
from app.domain.identity import Actor, Principal, PrincipalKind, Right, Scope
from app.domain.limit import Limit
from app.domain.proposal import LIFETIME
from app.domain.trust import TrustRule
from app.domain.webhooks.incoming import IncomingAction
from app.issuers.json_web_tokens import JsonWebTokens
from app.service.approvals.proposing import Proposing
from app.service.exchanging import Exchanging
from app.service.limits.budgets import Budgets
from app.service.tokens import Grant
from app.service.webhooks.accepting import Accepting
from app.service.webhooks.receiving import Receiving, Told
from app.service.writing.changes import brought_back, replaced
from app.service.writing.intent import Intent
from support.approval_office import APPROVER, BASE, WRITER, Office
from support.configuration_service import ADA, GRACE, PRODUCTION, actor
from support.small_contract import contract
from support.token_issuer import AUDIENCE, Issuer


def _self_approval(office: Office) -> None:
    both = actor(ADA, Scope.CONFIG_WRITE, Scope.CONFIG_APPROVE)
    office.approve(office.propose(both), both)


def _self_approval_as_admin(office: Office) -> None:
    office.approve(office.propose(actor()), actor())


def _second_token(office: Office) -> None:
    made = office.propose()
    other = actor(ADA, Scope.CONFIG_APPROVE)
    office.approve(made, Actor(other.token))


def _exchanged_twice(office: Office) -> None:
    """A job with two tokens of its issuer: the trust rule lets its subject both write and approve."""
    issuer, clock = Issuer(), office.service.clock
    exchanging = Exchanging(office.service.store, JsonWebTokens(), clock)
    rights = frozenset({Right.parse("editor"), Right.parse("approver")})
    rule = TrustRule("ci", issuer.name, AUDIENCE, "repo:acme/billing:*", rights, key_set=issuer.key_set)
    exchanging.put(actor(), rule)
    tokens = [exchanging.exchange(issuer.token(clock().timestamp(), jti=each)) for each in ("one", "two")]
    writer, approver = (Actor(token) for token, _ in tokens)
    assert writer.token.id != approver.token.id
    office.approve(office.propose(writer), approver)


def _renamed(office: Office) -> None:
    made = office.propose()
    renamed = Principal(PrincipalKind.MACHINE, ADA.issuer, ADA.subject, "Somebody Else")
    office.approve(made, actor(renamed, Scope.CONFIG_APPROVE))


def _unapproved(office: Office) -> None:
    office.propose()
    office.apply()


def _other_digest(office: Office) -> None:
    made = office.propose()
    office.approving.approve(APPROVER, PRODUCTION, 1, made.proposal.digest[:-1] + "x")


def _edit_between_look_and_approval(office: Office) -> None:
    seen = office.propose(PORT="2")
    office.proposing.change(WRITER, 1, Intent(PRODUCTION, 1), replaced({"PORT": "6"}))
    office.approve(seen)


def _edit_after_approval(office: Office) -> None:
    office.approve(office.propose(PORT="2"))
    office.proposing.change(WRITER, 1, Intent(PRODUCTION, 1), replaced({"PORT": "6"}))
    office.apply()


def _edit_and_back(office: Office) -> None:
    office.approve(office.propose(PORT="2"))
    for port in ("6", "2"):
        office.proposing.change(WRITER, 1, Intent(PRODUCTION, 1), replaced({"PORT": port}))
    office.apply()


def _edit_of_another(office: Office) -> None:
    office.approve(office.propose())
    office.proposing.change(actor(GRACE), 1, Intent(PRODUCTION, 1), replaced({"PORT": "6"}))


def _stale_by_break_glass(office: Office) -> None:
    office.approve(office.propose())
    glass = Intent(PRODUCTION, 1, break_glass="down")
    office.service.revising.replace(actor(GRACE), glass, {"PORT": "3"})
    office.apply()


def _approval_of_something_stale(office: Office) -> None:
    first, second = office.propose(PORT="2"), office.propose(PORT="3")
    office.approve(first)
    office.apply(1)
    office.approve(second)


def _same_approver_twice(office: Office) -> None:
    office.protecting.protect(actor(), PRODUCTION, 2)
    made = office.propose()
    for _ in range(2):
        office.approve(made)
        office.approve(made, actor(GRACE, Scope.CONFIG_APPROVE))
    office.apply()


def _more_approvals_since(office: Office) -> None:
    office.approve(office.propose())
    office.protecting.protect(actor(), PRODUCTION, 2)
    office.apply()


def _schema_since(office: Office) -> None:
    office.approve(office.propose(PORT="2", DEBUG="true"))
    office.service.push(contract(PORT="integer!", DEBUG="integer", API_KEY="secret"), "2.0", compatible=False)
    office.apply()


def _expired(office: Office) -> None:
    office.approve(office.propose())
    office.service.clock.forward(LIFETIME)
    office.apply()


def _approval_too_late(office: Office) -> None:
    made = office.propose()
    office.service.clock.forward(LIFETIME)
    office.approve(made)


def _withdrawn(office: Office) -> None:
    office.approve(office.propose())
    office.approving.withdraw(WRITER, PRODUCTION, 1)
    office.apply()


def _refused(office: Office) -> None:
    made = office.propose()
    office.approving.refuse(APPROVER, PRODUCTION, 1, "no")
    office.approve(made)


def _withdrawal_of_another(office: Office) -> None:
    office.propose()
    office.approving.withdraw(actor(GRACE), PRODUCTION, 1)


def _glass_without_scope(office: Office) -> None:
    intent = Intent(PRODUCTION, 1, break_glass="down")
    everything = tuple(each for each in Scope if each not in {Scope.ADMIN, Scope.CONFIG_BREAK_GLASS})
    office.service.revising.replace(actor(ADA, *everything), intent, {"PORT": "2"})


def _glass_elsewhere(office: Office) -> None:
    scopes = (Scope.CONFIG_WRITE, Scope.CONFIG_BREAK_GLASS)
    here = actor(ADA, *scopes, bounds=("billing/base",))
    office.extend_base()
    intent = Intent(BASE, 1, break_glass="down")
    office.service.revising.replace(here, intent, {"NAME": "c"})


def _glass_without_reason(office: Office) -> None:
    office.service.revising.replace(actor(), Intent(PRODUCTION, 1, break_glass=""), {"PORT": "2"})


def _through_a_base(office: Office) -> None:
    office.extend_base()
    office.service.revising.replace(actor(), Intent(BASE, 1), {"NAME": "c"})


def _base_approved_by_who_may_not_approve_production(office: Office) -> None:
    office.extend_base()
    made = office.proposing.propose(WRITER, Intent(BASE, 1), replaced({"NAME": "c"}))
    office.approve(made, actor(GRACE, Scope.CONFIG_APPROVE, bounds=("billing/base",)))


def _base_extended_since(office: Office) -> None:
    """Who may approve in the base alone has not approved for production, which did not extend it then."""
    office.service.revising.replace(actor(), Intent(BASE, None, is_base=True), {"NAME": "seen"})
    made = office.proposing.propose(WRITER, Intent(BASE, 1), replaced({"NAME": "6"}))
    office.approve(made, actor(GRACE, Scope.CONFIG_APPROVE, bounds=("billing/base",)))
    office.service.revising.extend(actor(), Intent(PRODUCTION, 1, break_glass="move"), [BASE])
    office.approving.apply(WRITER, BASE, 1)


def _base_approved_before_protection(office: Office) -> None:
    office.extend_base()
    office.protecting.protect(actor(), PRODUCTION, None)
    made = office.proposing.propose(WRITER, Intent(BASE, 1), replaced({"NAME": "6"}))
    office.approve(made, actor(GRACE, Scope.CONFIG_APPROVE, bounds=("billing/base",)))
    office.protecting.protect(actor(), PRODUCTION, 1)
    office.approving.apply(WRITER, BASE, 1)


def _alarm_of_a_base(office: Office) -> None:
    """What its base had before, production was never offered; its admin has not let the webhook do that."""
    office.service.revising.replace(actor(), Intent(BASE, None, is_base=True), {"NAME": "6"})
    office.service.revising.replace(actor(), Intent(BASE, 1), {"NAME": "seen"})
    office.service.revising.extend(actor(), Intent(PRODUCTION, 1, break_glass="move"), [BASE])
    webhook = Accepting(office.service.store, office.service.clock).accept(actor(), BASE, IncomingAction.ROLLBACK)
    receiving = Receiving(office.service.store, office.service.revising, office.service.clock)
    receiving.react(webhook, webhook.actor("request-1", "192.0.2.1"), Told("msg_1", "errors"))


def _base_that_moved(office: Office) -> None:
    """The proposal takes its own word away, so that the base's counts: another one than the approver has seen."""
    office.protecting.protect(actor(), PRODUCTION, None)
    office.service.revising.replace(actor(), Intent(BASE, None, is_base=True), {"NAME": "seen"})
    office.service.revising.replace(actor(), Intent(PRODUCTION, 1), {"PORT": "1", "NAME": "own"})
    office.service.revising.extend(actor(), Intent(PRODUCTION, 2), [BASE])
    made = office.proposing.propose(WRITER, Intent(PRODUCTION, 3), replaced({"PORT": "1"}))
    office.approve(made)
    office.service.revising.replace(actor(), Intent(BASE, 1), {"NAME": "unseen"})
    assert office.number() == 3
    office.protecting.protect(actor(), PRODUCTION, 1)
    office.apply()


def _revoked_approver(office: Office) -> None:
    grant = Grant(GRACE, "laptop", frozenset(APPROVER.token.rights))
    token, _ = office.service.tokens.create(actor(), grant)
    office.approve(office.propose(), Actor(token))
    office.service.tokens.revoke(actor(), token.id)
    office.apply()


ATTACKS = {
    "approve one's own": (_self_approval, ForbiddenError, "somebody else must approve it"),
    "approve one's own as admin": (_self_approval_as_admin, ForbiddenError, "somebody else must approve it"),
    "approve with a second token": (_second_token, ForbiddenError, "somebody else must approve it"),
    "approve with a second exchange": (_exchanged_twice, ForbiddenError, "somebody else must approve it"),
    "approve under another name": (_renamed, ForbiddenError, "somebody else must approve it"),
    "apply without approval": (_unapproved, ConflictError, "has 0 of 1 approval"),
    "approve an unknown digest": (_other_digest, ChangedError, "has changed since you looked at it"),
    "change between look and approval": (
        _edit_between_look_and_approval,
        ChangedError,
        "has changed since you looked at it",
    ),
    "change after approval": (_edit_after_approval, ConflictError, "has 0 of 1 approval"),
    "change and change back": (_edit_and_back, ConflictError, "has 0 of 1 approval"),
    "change another's": (_edit_of_another, ForbiddenError, "only they can change it"),
    "apply after broken glass": (_stale_by_break_glass, ConflictError, "is stale: it was made from revision 1"),
    "approve what is stale": (_approval_of_something_stale, ConflictError, "is stale"),
    "approve twice": (_same_approver_twice, ConflictError, "has 1 of 2 approvals"),
    "apply though more are needed since": (_more_approvals_since, ConflictError, "has 1 of 2 approvals"),
    "apply what today's schema refuses": (_schema_since, InvalidError, "1 problem"),
    "apply what has expired": (_expired, ConflictError, "is expired"),
    "approve what has expired": (_approval_too_late, ConflictError, "is expired"),
    "apply what is withdrawn": (_withdrawn, ConflictError, "is withdrawn"),
    "approve what is refused": (_refused, ConflictError, "is refused"),
    "withdraw another's": (_withdrawal_of_another, ForbiddenError, "others can refuse it"),
    "break glass without the scope": (_glass_without_scope, ForbiddenError, "lacks `config:break-glass`"),
    "break glass of a base alone": (_glass_elsewhere, NotFoundError, "there is no `billing/production`"),
    "break glass without a reason": (_glass_without_reason, ProtectedError, "is protected"),
    "write through a base": (_through_a_base, ProtectedError, "`billing/base` is a base of `billing/production`"),
    "approve a base alone": (
        _base_approved_by_who_may_not_approve_production,
        NotFoundError,
        "there is no `billing/production`",
    ),
    "apply to what extends a base since": (_base_extended_since, ConflictError, "has 0 of 1 approval"),
    "apply to what is protected since": (_base_approved_before_protection, ConflictError, "has 0 of 1 approval"),
    "roll a base back by an alarm": (_alarm_of_a_base, ProtectedError, "is a base of `billing/production`"),
    "apply on a base that moved": (_base_that_moved, ConflictError, "its bases have other values now"),
    "apply what a revoked one approved": (_revoked_approver, ConflictError, "has 0 of 1 approval"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_change_gets_through_without_somebody_else(office: Office, attack: str) -> None:
    """Each try is refused in words, and what is served is as before it."""
    attempt, error, message = ATTACKS[attack]
    with pytest.raises(error, match=message):
        attempt(office)
    assert office.served().get("PORT") in {"1", "2", "3"}
    assert "6" not in office.served().values()


def test_a_way_back_can_be_proposed_when_the_limit_is_used_up(office: Office) -> None:
    """As it could be written: an app that has pushed in a loop has the more reason to."""
    service = office.service
    office.approve(office.propose(PORT="2", at_once=True))
    proposing = Proposing(service.store, service.validator, service.clock, Budgets({Limit.REVISIONS: 2}))
    with pytest.raises(LimitedError, match="2 revisions an hour"):
        proposing.propose(WRITER, Intent(PRODUCTION, 2), replaced({"PORT": "3"}))
    assert proposing.propose(WRITER, Intent(PRODUCTION, 2), brought_back(PRODUCTION, 1)).proposal.copied_from == 1


def test_what_waits_counts_as_what_is_written(office: Office) -> None:
    """Or proposals would be a way around the limits of an app."""
    service, now = office.service, office.service.clock()
    usages = service.store.read(lambda found: Budgets().of(found, "billing", now))
    stored = next(each.used for each in usages if each.limit is Limit.BYTES)
    limited = Budgets({Limit.BYTES: stored + 5})
    proposing = Proposing(service.store, service.validator, service.clock, limited)
    proposing.propose(WRITER, Intent(PRODUCTION, 1), replaced({"PORT": "2", "NAME": "x" * 10}))
    with pytest.raises(LimitedError, match="`billing` has used up its limit of"):
        proposing.propose(WRITER, Intent(PRODUCTION, 1), replaced({"PORT": "3", "NAME": "x" * 10}))
