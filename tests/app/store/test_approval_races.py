"""Of those who decide at once, one is first and the others are too late, on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.errors import ConflictError, ServiceError
from app.domain.identity import Actor, Principal, PrincipalKind, Scope
from app.domain.proposal import ProposalState
from app.service.writing.intent import Intent
from app.store.opening import open_store
from app.store.testing.examples import OLD_KEY
from support.approval_office import WRITER, Office
from support.configuration_service import CONTRACT, PRODUCTION, Clock, Service, actor
from support.fresh_database import fresh_database, fresh_postgresql_database

PEOPLE = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A service whose production is protected."""
    is_file = request.param == "sqlite"
    url = fresh_database(tmp_path) if is_file else fresh_postgresql_database(request.getfixturevalue("postgresql"))
    with closing(open_store(url, OLD_KEY)) as store:
        service = Service(store, Clock())
        service.push(CONTRACT)
        yield Office(service)


def _person(number: int, *scopes: Scope) -> Actor:
    return actor(Principal(PrincipalKind.PERSON, "setpoint", f"person-{number}", f"Person {number}"), *scopes)


def _at_once(tries: list[Callable[[], object]]) -> list[object]:
    """Return what came of each, be it an error."""

    def attempt(each: Callable[[], object]) -> object:
        try:
            return each()
        except ServiceError as error:
            return error

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(attempt, tries))


def test_of_many_approvers_one_makes_the_revision(office: Office) -> None:
    """Where the last approval applies it, the others find it applied."""
    made = office.propose(at_once=True)
    people = [_person(number, Scope.CONFIG_APPROVE) for number in range(PEOPLE)]
    came = _at_once([lambda who=each: office.approve(made, who) for each in people])  # type: ignore[misc]
    late = [each for each in came if isinstance(each, ConflictError)]
    assert (len(late), {str(each) for each in late}) == (
        PEOPLE - 1,
        {"the proposal `billing/production#1` is applied as revision 2"},
    )
    assert office.number() == 2


def test_of_many_who_apply_one_makes_the_revision(office: Office) -> None:
    """Whoever they are; nothing is written twice."""
    office.approve(office.propose())
    people = [_person(number, Scope.CONFIG_WRITE) for number in range(PEOPLE)]
    came = _at_once([lambda who=each: office.apply(who=who) for each in people])  # type: ignore[misc]
    assert sum(isinstance(each, ConflictError) for each in came) == PEOPLE - 1
    assert office.number() == 2


def test_a_proposal_is_applied_or_withdrawn(office: Office) -> None:
    """Never both."""
    office.approve(office.propose())
    came = _at_once([office.apply, lambda: office.approving.withdraw(WRITER, PRODUCTION, 1)])
    assert sum(isinstance(each, ConflictError) for each in came) == 1
    state = office.showing.page(PRODUCTION)[0].state
    assert (state, office.number()) in {(ProposalState.APPLIED, 2), (ProposalState.WITHDRAWN, 1)}


def test_of_two_proposals_from_one_revision_one_is_applied(office: Office) -> None:
    """The other one is stale."""
    for port in ("2", "3"):
        office.approve(office.propose(PORT=port))
    came = _at_once([lambda: office.apply(1), lambda: office.apply(2)])
    assert ["is stale" in str(each) for each in came if isinstance(each, ConflictError)] == [True]
    assert office.number() == 2


def test_a_write_is_before_the_protection_or_refused(office: Office) -> None:
    """What is stored after an environment is protected was approved."""
    office.protecting.protect(actor(), PRODUCTION, None)
    write = lambda: office.service.revising.replace(WRITER, Intent(PRODUCTION, 1), {"PORT": "2"})  # noqa: E731 - one of two
    came = _at_once([write, lambda: office.protecting.protect(actor(), PRODUCTION, 1)])
    was_refused = isinstance(came[0], ConflictError)
    told = [kind for kind, _ in office.events()][-2:]
    assert (told == ["revision", "protection"]) is not was_refused
    assert office.number() == (1 if was_refused else 2)
