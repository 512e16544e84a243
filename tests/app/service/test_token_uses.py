"""When tokens were used last."""

from datetime import timedelta

import pytest

from app.domain.errors import UnavailableError
from app.domain.identity import Actor
from app.service.access import Access
from app.service.sign_in.browsers import SigningIn
from app.service.token_uses import PRECISION, TokenUses
from app.service.tokens import Grant
from support.configuration_service import ADA, Clock, Service, actor


def _used_at(service: Service, token_id: str) -> object:
    found = service.store.read(lambda each: each.tokens.by_id(token_id))
    assert found is not None
    return found.last_used_at


def _token(service: Service) -> tuple[str, str]:
    token, text = service.tokens.create(actor(), Grant(ADA, "ci", actor().token.rights))
    return token.id, text.text


def test_a_use_is_stored_to_the_minute(service: Service, clock: Clock) -> None:
    """The first one at once, and then no more than one a minute, however many requests come."""
    uses = TokenUses(service.store, clock)
    access = Access(service.store, clock, uses)
    token_id, text = _token(service)
    assert _used_at(service, token_id) is None
    seen = []
    for wait in (timedelta(0), timedelta(seconds=5), PRECISION):
        clock.forward(wait)
        access.authenticate(text)
        uses.write()
        seen.append(_used_at(service, token_id))
    assert seen[0] == seen[1] != seen[2] is not None


def test_a_browser_uses_the_token_that_it_speaks_for(service: Service, clock: Clock) -> None:
    """As a program does."""
    uses = TokenUses(service.store, clock)
    token_id, text = _token(service)
    token = Access(service.store, clock).authenticate(text)
    signing_in = SigningIn(service.store, clock, uses)
    signing_in.who(signing_in.begin(Actor(token)).text)
    uses.write()
    assert _used_at(service, token_id) is not None


def test_what_could_not_be_stored_is_stored_later(
    service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away for a moment."""
    uses = TokenUses(service.store, clock)
    token_id, text = _token(service)
    Access(service.store, clock, uses).authenticate(text)

    def away(*_: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(service.store, "write", away)
        with pytest.raises(UnavailableError):
            uses.write()
    uses.write()
    assert _used_at(service, token_id) is not None
