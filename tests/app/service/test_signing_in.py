"""Browsers that sign in and out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.errors import UnauthenticatedError
from app.domain.identity import Actor, Bound, Scope, rights_within
from app.domain.sign_in import LONGEST
from app.service.access import Access
from app.service.sign_in.browsers import SigningIn
from app.service.tokens import Grant
from support.configuration_service import ADA, Service, actor


@pytest.fixture
def signing_in(service: Service) -> SigningIn:
    return SigningIn(service.store, service.clock)


def _somebody(service: Service, lifetime: timedelta | None = None) -> Actor:
    """Return the holder of a new token."""
    expires_at = service.clock.now + lifetime if lifetime else None
    grant = Grant(ADA, "laptop", rights_within({Scope.CONFIG_READ}, {Bound()}), expires_at)
    token, _ = service.tokens.create(actor(), grant)
    return Actor(token, "request-2", "127.0.0.1")


def test_a_browser_speaks_for_the_token_until_it_signs_out(service: Service, signing_in: SigningIn) -> None:
    """Both are in the audit log."""
    ada = _somebody(service)
    key = signing_in.begin(ada)
    assert signing_in.who(key.text).token == ada.token
    signing_in.end(ada, key.text)
    with pytest.raises(UnauthenticatedError):
        signing_in.who(key.text)
    told = service.store.read(lambda found: found.audit.page(limit=2))
    assert [(str(each.action), each.token_id, each.request_id) for each in told] == [
        ("browser.sign-out", ada.token.id, "request-2"),
        ("browser.sign-in", ada.token.id, "request-2"),
    ]


def test_a_browser_has_one_key_at_a_time_and_each_sign_in_a_new_one(service: Service, signing_in: SigningIn) -> None:
    """Whoever knew the one before has nothing."""
    ada = _somebody(service)
    first = signing_in.begin(ada)
    second = signing_in.begin(ada, before=first.text)
    assert first.text != second.text
    with pytest.raises(UnauthenticatedError):
        signing_in.who(first.text)
    assert signing_in.who(second.text).token == ada.token


def test_a_sign_in_ends_with_its_token(service: Service, signing_in: SigningIn) -> None:
    """Revoked or expired; who signs out later meets no error."""
    ada, short = _somebody(service), _somebody(service, timedelta(hours=1))
    key, other = signing_in.begin(ada), signing_in.begin(short)
    service.tokens.revoke(actor(), ada.token.id)
    with pytest.raises(UnauthenticatedError):
        signing_in.who(key.text)
    assert signing_in.who(other.text).expires_at == short.token.expires_at
    service.clock.forward(timedelta(hours=1))
    with pytest.raises(UnauthenticatedError):
        signing_in.who(other.text)


def test_a_sign_in_ends_after_a_working_day(service: Service, signing_in: SigningIn) -> None:
    """However long its token lives."""
    key = signing_in.begin(_somebody(service))
    service.clock.forward(LONGEST - timedelta(minutes=1))
    signing_in.who(key.text)
    service.clock.forward(timedelta(minutes=1))
    with pytest.raises(UnauthenticatedError):
        signing_in.who(key.text)


@pytest.mark.parametrize("key", ["", "x", "x" * 10_000, "sp_"])
def test_a_key_that_nobody_has_is_refused(signing_in: SigningIn, key: str) -> None:
    """Whatever it looks like; and a token is no key."""
    with pytest.raises(UnauthenticatedError, match="no valid sign-in"):
        signing_in.who(key)


def test_the_key_is_stored_nowhere(service: Service, signing_in: SigningIn) -> None:
    """Who reads the database can't pass for the browser."""
    ada = _somebody(service)
    key = signing_in.begin(ada)
    found = service.store.read(lambda each: each.sign_ins.by_digest(key.digest))
    assert found is not None
    assert key.text not in repr((found, key, replace(found)))
    assert Access(service.store, service.clock).by_id(found.token.id) == ada.token
