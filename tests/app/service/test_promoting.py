import pytest

from app.domain.audit import Action
from app.domain.errors import ForbiddenError, InvalidError, NotFoundError, StaleError
from app.domain.identity import Scope
from app.domain.place import Place
from app.service.writing.intent import Intent
from app.service.writing.promoting import Promoted, Promoting, Promotion
from support.configuration_service import ADA, PRODUCTION, STAGING, Service, actor

CANARY = "c4n4ry-of-the-promotions"


def promote(service: Service, *only: str, scopes: tuple[Scope, ...] = (), expected: int | None = 1) -> Promoted:
    promoting = Promoting(service.reading, service.history, service.revising)
    return promoting.promote(actor(ADA, *scopes), Intent(PRODUCTION, expected), Promotion(STAGING, None, only))


def served(service: Service) -> dict[str, str]:
    return dict(service.reading.read(actor(), PRODUCTION, reveal=True).variables)


def test_all_that_is_no_secret_is_brought(service: Service) -> None:
    """What the target alone has stays; the secrets that it lacks are told by name."""
    service.write(STAGING, PORT="2", DEBUG="true", API_KEY=CANARY)
    service.write(PORT="1", NAME="production's own")
    promoted = promote(service)
    assert served(service) == {"PORT": "2", "NAME": "production's own", "DEBUG": "true"}
    assert (str(promoted.source), promoted.withheld) == ("billing/staging@1", ("API_KEY",))


def test_a_secret_is_brought_where_it_is_named(service: Service) -> None:
    """That it was revealed there is written down there."""
    service.write(STAGING, PORT="2", API_KEY=CANARY)
    service.write(PORT="1")
    assert promote(service, "API_KEY").withheld == ()
    assert served(service) == {"PORT": "1", "API_KEY": CANARY}
    told = service.store.read(lambda found: found.audit.page())
    kept = [(each.action, each.environment, each.detail) for each in told]
    assert (Action.CONFIG_REVEAL, "staging", {"revision": 1, "names": ["API_KEY"]}) in kept
    brought = {"revision": 2, "from": "billing/staging@1", "names": ["API_KEY"]}
    assert (Action.CONFIG_PROMOTE, "production", brought) in kept
    assert CANARY not in str(kept)


def test_who_may_not_reveal_a_secret_can_not_bring_it_where_one_may(service: Service) -> None:
    """Nothing is stored then."""
    service.write(STAGING, PORT="2", API_KEY=CANARY)
    service.write(PORT="1")
    with pytest.raises(ForbiddenError, match="lacks `config:reveal`"):
        promote(service, "API_KEY", scopes=(Scope.CONFIG_READ, Scope.CONFIG_WRITE))
    assert promote(service, "PORT", scopes=(Scope.CONFIG_READ, Scope.CONFIG_WRITE)).revised.changed
    assert served(service) == {"PORT": "2"}


def test_a_named_variable_that_the_source_lacks_is_removed(service: Service) -> None:
    """One that neither has is a mistake; all of them are told."""
    service.write(STAGING, PORT="2")
    service.write(PORT="1", NAME="old")
    promote(service, "NAME")
    assert served(service) == {"PORT": "1"}
    with pytest.raises(InvalidError) as refused:
        promote(service, "NMAE", "PORT", "DEBGU", expected=2)
    message = "neither `billing/staging` nor `billing/production` has it"
    assert [(each.variable, each.message) for each in refused.value.problems] == [
        ("NMAE", message),
        ("DEBGU", message),
    ]


def test_the_first_revision_may_be_a_promotion(service: Service) -> None:
    """Of everything that it needs: the schema refuses it as any write."""
    service.write(STAGING, PORT="2")
    promote(service, expected=None)
    assert served(service) == {"PORT": "2"}
    with pytest.raises(StaleError):
        promote(service, expected=7)
    promoting = Promoting(service.reading, service.history, service.revising)
    with pytest.raises(NotFoundError, match="there is no `billing/test`"):
        promoting.promote(actor(), Intent(PRODUCTION, 1), Promotion(Place("billing", "test")))


def test_what_a_base_has_just_so_stays_the_bases(service: Service) -> None:
    """Or a later change of the base would not arrive any more."""
    base = Place("billing", "base")
    service.revising.replace(actor(), Intent(base, None, is_base=True), {"NAME": "shared", "DEBUG": "true"})
    service.write(STAGING, PORT="2", DEBUG="false")
    service.write(PORT="1")
    for place in (STAGING, PRODUCTION):
        service.revising.extend(actor(), Intent(place, 1), [base])
    promote(service, expected=2)
    assert served(service) == {"PORT": "2", "NAME": "shared", "DEBUG": "false"}
    assert service.history.one(PRODUCTION).origins == {"NAME": "billing/base@1"}
