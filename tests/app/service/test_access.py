from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, UnauthenticatedError
from app.domain.identity import Actor, Bound, Principal, PrincipalKind, Scope, Token, rights_within
from app.domain.token_text import new_token_text
from app.service.access import Access, require
from app.service.tokens import Grant
from support.asked_statements import asked_statements
from support.configuration_service import ADA, GRACE, Clock, Service, actor

CI = Principal(PrincipalKind.MACHINE, "setpoint", "ci", "CI")


def grant(*scopes: Scope, bound: str = "billing/*", **more: object) -> Grant:
    return Grant(CI, "for CI", rights_within(scopes, [Bound.parse(bound)]), **more)  # type: ignore[arg-type]


@pytest.fixture
def access(service: Service, clock: Clock) -> Access:
    return Access(service.store, clock)


def test_the_first_token_is_made_once_and_may_do_everything(service: Service, access: Access) -> None:
    """Whoever sets up the service gets it; nobody else can ask for one later."""
    text = service.tokens.first(ADA)
    token = access.authenticate(text.text)
    assert (token.principal, token.allows(Scope.ADMIN)) == (ADA, True)
    with pytest.raises(ConflictError, match="this service already has tokens"):
        service.tokens.first(GRACE)


def test_a_first_token_that_was_lost_is_made_anew_and_told_from_it(service: Service, access: Access) -> None:
    """By whoever has the machine and the keys anyhow; the audit log says so, and what was there stays."""
    lost = service.tokens.first(ADA)
    new = access.authenticate(service.tokens.first(GRACE, others_are_lost=True).text)
    assert (new.principal, new.label, new.allows(Scope.ADMIN)) == (GRACE, "in place of lost tokens", True)
    assert access.authenticate(lost.text).label == "first token"
    newest = service.store.read(lambda found: found.audit.page(limit=1))[0]
    assert (newest.principal, newest.detail["label"]) == (GRACE, "in place of lost tokens")


@pytest.mark.parametrize("text", ["", "Bearer", "sp_x_y", "a token that nobody has"])
def test_what_is_no_live_token_is_refused_in_the_same_words(access: Access, text: str) -> None:
    """Nothing tells which of the reasons it is."""
    text = new_token_text().text if text == "a token that nobody has" else text
    with pytest.raises(UnauthenticatedError, match=r"^no valid token was sent$"):
        access.authenticate(text)


def test_every_token_that_is_refused_asks_the_same_of_the_store(
    service: Service, access: Access, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown one, one that begins like a live one, a revoked and an expired one: no time tells them apart."""
    admin = actor()
    live, live_text = service.tokens.create(admin, grant(Scope.CONFIG_READ))
    revoked, revoked_text = service.tokens.create(admin, grant(Scope.CONFIG_READ))
    _, expired_text = service.tokens.create(
        admin, grant(Scope.CONFIG_READ, expires_at=clock.now + timedelta(minutes=1))
    )
    service.tokens.revoke(admin, revoked.id)
    clock.forward(timedelta(minutes=1))
    assert access.authenticate(live_text.text) == live
    begins_alike = f"sp_{live.id}_{new_token_text().text.split('_')[2]}"
    monkeypatch.setattr("app.domain.token_text._random", lambda length: live.id if length == 12 else "0" * length)
    begins_alike_and_is_well_formed = new_token_text().text
    monkeypatch.undo()
    with asked_statements() as asked:
        found = []
        for text in (new_token_text().text, begins_alike_and_is_well_formed, revoked_text.text, expired_text.text):
            asked.clear()
            with pytest.raises(UnauthenticatedError):
                access.authenticate(text)
            found.append([*asked])
        asked.clear()
        with pytest.raises(UnauthenticatedError):
            access.authenticate(begins_alike)
        assert asked == [], "its checksum is wrong, which its text alone tells"
    assert found[0]
    assert found == [found[0]] * 4


def test_a_mistyped_token_is_refused_without_asking_the_store(service: Service, access: Access) -> None:
    """The checksum is in the text; a store that is gone is not missed."""
    text = service.tokens.first(ADA).text
    service.store.close()
    with pytest.raises(UnauthenticatedError):
        access.authenticate(text[:-2] + text[-1] + text[-2] + "x")


@pytest.mark.parametrize("authenticated", [Access.authenticate, Access.authenticate_writer])
def test_a_revoked_token_is_refused_at_once_by_every_worker(
    service: Service, access: Access, clock: Clock, authenticated: Callable[[Access, str], Token]
) -> None:
    """Each of them remembers tokens, and none longer than until something is written."""
    admin = actor()
    token, text = service.tokens.create(admin, grant(Scope.CONFIG_READ))
    workers = [access, Access(service.store, clock)]
    assert [authenticated(worker, text.text) for worker in workers] == [token, token]
    service.tokens.revoke(admin, token.id)
    for worker in workers:
        with pytest.raises(UnauthenticatedError):
            authenticated(worker, text.text)
    with pytest.raises(NotFoundError, match="there is no live token with this id"):
        service.tokens.revoke(admin, token.id)


def test_strangers_do_not_crowd_out_who_may_come_in(service: Service, access: Access) -> None:
    """What is remembered is bounded, and refusals take no place in it."""
    _, text = service.tokens.create(actor(), grant(Scope.CONFIG_READ))
    for _ in range(1_100):
        with pytest.raises(UnauthenticatedError):
            access.authenticate(new_token_text().text)
    access.authenticate(text.text)
    assert len(access._known._answers) == 1


def test_the_token_of_a_writer_is_asked_for_and_not_remembered(service: Service, access: Access) -> None:
    """The write that follows would make everybody forget it."""
    token, text = service.tokens.create(actor(), grant(Scope.CONFIG_WRITE))
    assert access.authenticate_writer(text.text) == token
    assert not access._known._answers


def test_an_expired_token_is_refused_though_nothing_is_written(service: Service, access: Access, clock: Clock) -> None:
    """What is remembered of it is its end, too."""
    _, text = service.tokens.create(actor(), grant(Scope.CONFIG_READ, expires_at=clock.now + timedelta(minutes=1)))
    access.authenticate(text.text)
    clock.forward(timedelta(minutes=1))
    with pytest.raises(UnauthenticatedError):
        access.authenticate(text.text)


def test_a_token_is_replaced_without_a_gap(service: Service, access: Access, clock: Clock) -> None:
    """Both are live for the time of grace, then the old one is refused; a third has to wait."""
    admin = actor()
    old, old_text = service.tokens.create(admin, grant(Scope.CONFIG_READ))
    new, new_text = service.tokens.rotate(admin, old.id, grace=timedelta(hours=1))
    assert (new.family, new.rights, new.principal) == (old.family, old.rights, old.principal)
    assert access.authenticate(old_text.text).id == old.id
    assert access.authenticate(new_text.text) == new
    with pytest.raises(ConflictError, match="two tokens of `for CI` are already live"):
        service.tokens.rotate(admin, new.id)
    clock.forward(timedelta(hours=1))
    with pytest.raises(UnauthenticatedError):
        access.authenticate(old_text.text)
    assert access.authenticate(new_text.text) == new
    service.tokens.rotate(admin, new.id)


def test_a_token_that_expires_is_replaced_by_one_that_lives_as_long(service: Service, clock: Clock) -> None:
    """And the grace of the old one does not prolong it."""
    admin = actor()
    old, _ = service.tokens.create(admin, grant(Scope.CONFIG_READ, expires_at=clock.now + timedelta(days=30)))
    clock.forward(timedelta(days=30) - timedelta(hours=1))
    new, _ = service.tokens.rotate(admin, old.id)
    assert new.expires_at is not None
    assert timedelta(days=29) < new.expires_at - clock.now <= timedelta(days=30)
    assert service.tokens.visible(admin)[1].expires_at == old.expires_at


def test_no_token_makes_one_that_may_do_more(service: Service) -> None:
    """Neither another scope nor another place."""
    maker = actor(GRACE, Scope.CONFIG_READ, bounds=("billing/staging",))
    for wanted in (grant(Scope.CONFIG_WRITE, bound="billing/staging"), grant(Scope.CONFIG_READ, bound="billing/*")):
        with pytest.raises(ForbiddenError, match="can't grant rights that it does not have"):
            service.tokens.create(maker, wanted)
    service.tokens.create(maker, grant(Scope.CONFIG_READ, bound="billing/staging"))


def test_no_token_speaks_for_somebody_who_may_do_more(service: Service) -> None:
    """Whoever may only dispose of one app can't act in the name of who disposes of all."""
    service.tokens.create(actor(), grant(Scope.ADMIN, bound="*/*"))
    lead = actor(GRACE, Scope.ADMIN, bounds=("billing/*",))
    with pytest.raises(ForbiddenError, match="`CI` has tokens with more rights than"):
        service.tokens.create(lead, grant(Scope.CONFIG_READ))
    own = replace(grant(Scope.CONFIG_READ), principal=replace(CI, subject="ci of billing"))
    service.tokens.create(lead, own)
    service.tokens.create(lead, own)


def test_a_token_without_rights_is_not_made(service: Service) -> None:
    """It would be a mistake that shows late."""
    with pytest.raises(InvalidError, match="a token needs a role, or a scope and a bound"):
        service.tokens.create(actor(), grant())


def test_a_token_whose_words_can_not_be_kept_is_not_made(service: Service) -> None:
    """A database may not take them, or a page not show them."""
    odd = replace(grant(Scope.CONFIG_READ), label="x" * 201, principal=replace(CI, name="a\0", subject="\ud800"))
    with pytest.raises(InvalidError) as refused:
        service.tokens.create(actor(), odd)
    codes = [each.code for each in refused.value.problems]
    assert codes == ["name-not-text", "label-too-long", "subject-not-text"]
    for text in ("Ada\nadmin", "Ada\x1b[2J", "Ada\u2028", "\u202eadA"):
        with pytest.raises(InvalidError) as refused:
            service.tokens.create(actor(), replace(grant(Scope.CONFIG_READ), label=text))
        assert [each.code for each in refused.value.problems] == ["label-not-one-line"]
    nobody = replace(grant(Scope.CONFIG_READ), label=" \t", principal=replace(CI, name=" \t", subject=" \t"))
    with pytest.raises(InvalidError) as refused:
        service.tokens.create(actor(), nobody)
    assert [each.message for each in refused.value.problems] == ["the name is blank"]
    with pytest.raises(NotFoundError, match="there is no live token"):
        service.tokens.revoke(actor(), "\0")


def test_a_machine_does_not_become_a_person(service: Service) -> None:
    """What was done says who did it, and it takes a person to approve what others propose."""
    service.tokens.create(actor(), grant(Scope.CONFIG_READ))
    other = replace(grant(Scope.CONFIG_READ), principal=replace(CI, kind=PrincipalKind.PERSON))
    with pytest.raises(InvalidError) as refused:
        service.tokens.create(actor(), other)
    assert [each.message for each in refused.value.problems] == [
        "`CI` is a machine here, and stays one; choose another name"
    ]


def test_tokens_of_others_are_not_seen_and_can_not_be_ended(service: Service) -> None:
    """Unknown and forbidden look alike."""
    token, _ = service.tokens.create(actor(), grant(Scope.ADMIN))
    stranger = actor(GRACE, Scope.CONFIG_READ, bounds=("shop/*",))
    assert service.tokens.visible(stranger) == []
    with pytest.raises(NotFoundError, match="there is no live token with this id"):
        service.tokens.revoke(stranger, token.id)
    own = Actor(token)
    assert [each.id for each in service.tokens.visible(own)] == [token.id]


@pytest.mark.parametrize(
    ("scope", "app", "environment", "error"),
    [
        (Scope.CONFIG_READ, "billing", "production", None),
        (Scope.CONFIG_WRITE, "billing", "production", ForbiddenError),
        (Scope.CONFIG_READ, "billing", "staging", NotFoundError),
        (Scope.CONFIG_READ, "shop", "production", NotFoundError),
        (Scope.SCHEMA_WRITE, "billing", "*", ForbiddenError),
        (Scope.SCHEMA_WRITE, "shop", "*", NotFoundError),
        (Scope.AUDIT_READ, "*", "*", ForbiddenError),
    ],
)
def test_a_place_that_a_token_has_no_business_with_is_not_there(
    scope: Scope, app: str, environment: str, error: type[Exception] | None
) -> None:
    """Whether it exists is nobody's business who may not look; who may do something there is told what is lacking."""
    token = actor(GRACE, Scope.CONFIG_READ, bounds=("billing/production",)).token
    if error is None:
        require(token, scope, app, environment)
    else:
        with pytest.raises(error):
            require(token, scope, app, environment)


def test_no_text_of_a_token_is_kept(service: Service, clock: Clock) -> None:
    """Neither in the database, nor in its log of changes, nor in what the audit log tells."""
    _, text = service.tokens.create(actor(), grant(Scope.CONFIG_READ))
    Access(service.store, clock).authenticate(text.text)
    files = service.store.path.parent.glob("setpoint.db*")  # type: ignore[attr-defined]
    content = b"".join(path.read_bytes() for path in files if path.is_file())
    assert text.id.encode() in content
    assert text.text.encode() not in content
    assert text.text[16:].encode() not in content
