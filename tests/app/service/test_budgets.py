"""What an app may write within an hour."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from inline_snapshot import snapshot

from app.domain.errors import LimitedError
from app.domain.limit import Allowed, Limit
from app.domain.place import Place
from app.service.limits.budgets import Budgets
from app.service.limits.managing import Limits
from app.service.schemas import Schemas
from app.service.writing.intent import Intent
from app.service.writing.revising import Revising
from support.configuration_service import PRODUCTION, STAGING, Service, actor
from support.small_contract import contract

SHARED = Place("shared", "smtp")


def limited(service: Service, allowed: Allowed) -> Limits:
    """Limit every app, and return what tells how they stand."""
    budgets = Budgets(allowed, seconds=count(step=2).__next__)  # between two attempts, a moment is over
    service.revising = Revising(service.store, service.validator, service.clock, budgets)
    service.schemas = Schemas(service.store, service.validator, service.clock, budgets)
    return Limits(service.store, budgets, service.clock)


def used(limits: Limits, app: str = "billing") -> dict[str, int]:
    return {str(each.limit): each.used for each in limits.of(actor(), app)}


def test_a_write_beyond_the_limit_says_which_and_when_to_come_back(service: Service) -> None:
    """The others of the app's hour were stored, and this one was not."""
    limited(service, {Limit.REVISIONS: 2})
    service.write(PORT="1")
    service.write(STAGING, PORT="1")
    with pytest.raises(LimitedError) as refused:
        service.write(PORT="2")
    assert str(refused.value) == snapshot(
        "`billing` has used up its limit of 2 revisions an hour; there is room again at 13:00 UTC"
    )
    assert 3_590 < refused.value.retry_after <= 3_600
    assert len(service.history.environments("billing")) == 2
    service.clock.forward(timedelta(seconds=refused.value.retry_after))
    assert service.write(PORT="2") == 2


def test_a_clock_that_was_ahead_leaves_no_debts(service: Service) -> None:
    """Once it is right again, nobody waits until then; what another machine notes a little ahead counts."""
    limits = limited(service, {Limit.REVISIONS: 1})
    day, moment = timedelta(days=1), timedelta(minutes=2)
    service.clock.forward(day)
    service.write(PORT="1")
    service.clock.forward(-day)
    assert used(limits)["revisions"] == 0
    service.write(PORT="2")
    service.clock.forward(-moment)
    assert used(limits)["revisions"] == 1


def test_bytes_count_as_well_and_a_schema_has_some(service: Service) -> None:
    """One that is there already has none, whatever release it is pushed for."""
    limits = limited(service, {Limit.BYTES: 20})
    service.clock.forward(timedelta(hours=1))  # since its first schema
    service.write(PORT="1", NAME="ü" * 5)
    assert used(limits)["bytes"] == 4 + 1 + 4 + 10
    service.write(NAME="n", PORT="1")
    with pytest.raises(LimitedError, match="its limit of 20 bytes an hour"):
        service.write(PORT="3")
    with pytest.raises(LimitedError, match="its limit of 20 bytes an hour"):
        service.push(contract(PORT="integer"))
    service.clock.forward(timedelta(hours=1))
    pushed = contract(PORT="integer", NAME="text")
    service.push(pushed)
    service.push(pushed, release="2.0")
    assert used(limits)["bytes"] == len(pushed.document.encode())


def test_what_stores_nothing_is_neither_counted_nor_refused(service: Service) -> None:
    """A dry run, and a write of what is there; nobody uses anything up by what is refused."""
    limits = limited(service, {Limit.REVISIONS: 1})
    service.write(PORT="1")
    for _ in range(3):
        assert service.write(PORT="1") == 1
        tried = service.revising.replace(actor(), Intent(PRODUCTION, 1, dry_run=True), {"PORT": "2"})
        assert tried.changed
        with pytest.raises(LimitedError):
            service.write(PORT="2")
    assert used(limits)["revisions"] == 1


def test_the_way_back_has_a_reserve_of_its_own(service: Service) -> None:
    """Who has used up an hour can return as often again, and no more: going to and fro is noise as well."""
    limits = limited(service, {Limit.REVISIONS: 2})
    service.write(PORT="1")
    service.write(PORT="2")
    service.revising.roll_back(actor(), Intent(PRODUCTION, 2), 1)
    service.revising.roll_back(actor(), Intent(PRODUCTION, 3), 2)
    with pytest.raises(LimitedError):
        service.revising.roll_back(actor(), Intent(PRODUCTION, 4), 1)
    assert used(limits)["revisions"] == 4


def test_what_a_base_causes_counts_for_the_app_of_the_base(service: Service) -> None:
    """Those who extend it have not asked for it, and can still write."""
    limits = limited(service, {Limit.REVISIONS: 3})
    base = Intent(SHARED, None, is_base=True)
    service.revising.replace(actor(), base, {"PORT": "1"})
    service.revising.extend(actor(), Intent(PRODUCTION, None), [SHARED])
    service.revising.replace(actor(), Intent(SHARED, 1), {"PORT": "2"})
    assert (used(limits, "shared")["revisions"], used(limits)["revisions"]) == (3, 1)
    with pytest.raises(LimitedError, match="`shared` has used up"):
        service.revising.replace(actor(), Intent(SHARED, 2), {"PORT": "3"})
    assert service.write(NAME="n") == 3


def test_an_app_can_have_limits_of_its_own(service: Service) -> None:
    """They hold at once, for it alone, until they are taken back; the audit log keeps who set them."""
    limits = limited(service, {Limit.REVISIONS: 1})
    service.write(PORT="1")
    limits.set(actor(), "billing", {Limit.REVISIONS: 2, Limit.STREAMS: 5})
    service.write(PORT="2")
    told = {str(each.limit): (each.allowed, each.is_own) for each in limits.of(actor(), "billing")}
    assert told == {"revisions": (2, True), "bytes": (None, False), "streams": (5, True)}
    with pytest.raises(LimitedError, match="2 revisions"):
        service.write(PORT="3")
    limits.set(actor(), "billing", {Limit.REVISIONS: None})
    with pytest.raises(LimitedError, match="1 revision an hour"):
        service.write(PORT="3")
    row = service.store.read(lambda found: found.audit.page(limit=1))[0]
    assert (str(row.action), row.app, row.detail) == ("limits.set", "billing", {"revisions": None})


def test_who_tries_again_at_once_takes_nobodys_turn(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a second, the same answer is given without a look; a way back and new limits are not held up."""
    moment = [0.0]
    budgets = Budgets({Limit.REVISIONS: 1}, seconds=lambda: moment[0])
    service.revising = Revising(service.store, service.validator, service.clock, budgets)
    limits = Limits(service.store, budgets, service.clock)
    service.write(PORT="1")
    write, writes = service.store.write, list[object]()

    def counted(change: Any) -> Any:
        writes.append(change)
        return write(change)

    monkeypatch.setattr(service.store, "write", counted)
    told = set()
    for _ in range(5):
        with pytest.raises(LimitedError) as refused:
            service.write(PORT="2")
        told.add(str(refused.value))
    assert (len(told), len(writes)) == (1, 1)
    service.revising.roll_back(actor(), Intent(PRODUCTION, 1), 1)
    moment[0] = 1.0
    assert service.write(PORT="1") == 1
    with pytest.raises(LimitedError):
        service.write(PORT="2")
    limits.set(actor(), "billing", {Limit.REVISIONS: 5})
    assert service.write(PORT="2") == 2
