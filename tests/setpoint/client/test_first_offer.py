"""What an instance begins with when its own last known good is of no use."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.store.testing.examples import OLD_KEY
from setpoint.client.agent import Agent
from setpoint.client.class_process import Outcome
from setpoint.client.connection import Connection
from setpoint.client.first_offer import first_offer
from setpoint.client.known_good import Cache, KnownGood
from setpoint.client.login import Login
from setpoint.client.place import Place
from setpoint.client.session import ServiceSession
from setpoint.errors import UnableError
from support.followed_environment import Billing
from support.fresh_database import fresh_database
from support.service_over_http import service_over_http

NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", "billing", "production")


def following(url: str, token: str, said: list[str]) -> Agent:
    """Return who asks the service, for a class that takes everything."""
    session = ServiceSession(Connection(Login(url, token)), Place("billing", "production"))
    return Agent(session, lambda _: Outcome(), lambda _: None, said.append, str)


def test_what_was_applied_in_the_future_has_no_age(cache: Cache) -> None:
    """The clock was wrong then or is wrong now; who limits the age is told so, and who does not may start."""
    agent = following(NOBODY, "sp_x", [])
    cache.save(KnownGood(44, {}, datetime.now(UTC) + timedelta(days=3, minutes=1)))
    with pytest.raises(UnableError, match="by this machine's clock, it was applied in 3 d; correct the clock"):
        first_offer(agent, cache, max_age=timedelta(hours=2), offline=True)
    assert first_offer(agent, cache, offline=True) is not None
    cache.save(KnownGood(44, {}, datetime.now(UTC) + timedelta(seconds=30)))
    assert first_offer(agent, cache, max_age=timedelta(hours=2), offline=True) is not None


@pytest.mark.parametrize("damaged", ["billing.production.known-good", "key"])
def test_a_damaged_one_is_an_error_without_the_service_and_is_replaced_with_it(
    cache: Cache, tmp_path: Path, damaged: str
) -> None:
    """Loudly: whoever relies on it is to know that it would not have helped."""
    applied = KnownGood(1, {"POOL_MAX": "1"}, datetime.now(UTC))
    cache.save(applied)
    (cache.folder / damaged).write_bytes(b"x")
    said = list[str]()
    for offline in (True, False):
        with pytest.raises(UnableError, match=r"known-good` is damaged, .*; start once while the service can be"):
            first_offer(following(NOBODY, "sp_x", said), cache, offline=offline)
    with service_over_http(fresh_database(tmp_path), OLD_KEY) as service:
        billing = Billing(service.url, service.admin)
        billing.write(POOL_MAX="1")
        first = first_offer(following(service.url, billing.token, said), cache)
    assert first is not None
    assert (first.offer.revision, first.good, first.is_cached) == (1, None, False)
    (line,) = said
    assert line.startswith("WARNING: the last known good at")
    assert line.endswith("the next revision that is applied replaces it")
    cache.save(applied)
    assert cache.load() == applied
