import pytest

from app.domain.errors import DestroyedError, ForbiddenError, InvalidError, NotFoundError, StaleError
from app.domain.identity import Scope
from app.domain.place import Place
from app.service.writing.intent import Intent, Revised
from support.configuration_service import GRACE, PRODUCTION, STAGING, Service, actor
from support.small_contract import contract

CANARY = "c4n4ry-of-the-bases"
SMTP = Place("shared", "smtp")
BASE = Place("billing", "base")


def number(service: Service, place: Place) -> int | None:
    current = service.store.read(lambda found: found.revisions.current(place))
    return current.number if current else None


def base(service: Service, place: Place = BASE, /, *, dry_run: bool = False, **variables: str) -> Revised:
    intent = Intent(place, number(service, place), "why", is_base=True, dry_run=dry_run)
    return service.revising.replace(actor(GRACE), intent, variables)


def extend(service: Service, *bases: Place, place: Place = PRODUCTION) -> Revised:
    return service.revising.extend(actor(), Intent(place, number(service, place)), bases)


def served(service: Service, place: Place = PRODUCTION) -> dict[str, str]:
    return dict(service.reading.read(actor(), place, reveal=True).variables)


def origins(service: Service, place: Place = PRODUCTION) -> dict[str, str]:
    return dict(service.history.one(place).origins)


def test_what_is_own_wins_over_bases_and_later_bases_over_earlier(service: Service) -> None:
    """Each variable tells where it is from; a base may lack what the schema requires, and its app a schema."""
    base(service, PORT="1", NAME="base", API_KEY=CANARY)
    base(service, SMTP, NAME="smtp", DEBUG="true")
    service.write(PORT="3")
    extend(service, BASE, SMTP)
    assert served(service) == {"PORT": "3", "NAME": "smtp", "API_KEY": CANARY, "DEBUG": "true"}
    assert origins(service) == {"NAME": "shared/smtp@1", "API_KEY": "billing/base@1", "DEBUG": "shared/smtp@1"}
    assert [str(each) for each in service.history.one(PRODUCTION).bases] == ["billing/base", "shared/smtp"]


def test_a_change_of_a_base_makes_a_revision_of_all_that_extends_it(service: Service) -> None:
    """In one transaction, by whom it was made, and not where nothing changes."""
    base(service, SMTP, NAME="old")
    base(service, PORT="1")
    extend(service, SMTP, place=BASE)
    service.write(STAGING, PORT="2", NAME="its own")
    extend(service, BASE, place=STAGING)
    service.write(PORT="3")
    extend(service, BASE)
    before = number(service, STAGING)
    base(service, SMTP, NAME="new")
    assert (served(service)["NAME"], served(service, BASE)["NAME"]) == ("new", "new")
    assert origins(service)["NAME"] == "shared/smtp@2"
    current = service.history.one(PRODUCTION)
    assert (current.author, current.message) == (GRACE, "shared/smtp@2: why")
    assert number(service, STAGING) == before


def test_a_base_is_changed_for_all_or_for_none(service: Service) -> None:
    """Every environment that would be wrong is told, and a dry run tells it as well."""
    base(service, PORT="1")
    for place in (PRODUCTION, STAGING):
        service.write(place, PORT="1", DEBUG="true")
        extend(service, BASE, place=place)
        service.revising.replace(actor(), Intent(place, 2), {"DEBUG": "true"})
    for dry_run in (True, False):
        with pytest.raises(InvalidError) as refused:
            base(service, dry_run=dry_run, NAME=CANARY)
        assert [each.message for each in refused.value.problems] == [
            "`billing/production`: `PORT` is required but not set",
            "`billing/staging`: `PORT` is required but not set",
        ]
    assert [number(service, each) for each in (BASE, PRODUCTION, STAGING)] == [1, 3, 3]
    assert base(service, dry_run=True, NAME="tried", PORT="2").changed
    assert [number(service, each) for each in (BASE, PRODUCTION, STAGING)] == [1, 3, 3]


def test_what_a_base_no_longer_has_is_missed_where_it_is_needed(service: Service) -> None:
    """The base itself may lack it."""
    base(service, PORT="1")
    service.write(PORT="3")
    extend(service, BASE)
    service.revising.merge(actor(), Intent(PRODUCTION, number(service, PRODUCTION)), {"NAME": "n"})
    service.revising.replace(actor(), Intent(PRODUCTION, number(service, PRODUCTION)), {"NAME": "n"})
    assert served(service) == {"PORT": "1", "NAME": "n"}
    with pytest.raises(InvalidError) as refused:
        base(service, NAME="x")
    assert [each.variable for each in refused.value.problems] == ["PORT"]


def test_what_is_inherited_is_overridden_and_not_removed(service: Service) -> None:
    """Removed, an own value gives way to that of the base."""
    base(service, NAME="base")
    service.write(PORT="1")
    extend(service, BASE)
    with pytest.raises(InvalidError) as refused:
        service.revising.merge(actor(), Intent(PRODUCTION, 2), {"NAME": None})
    assert [each.code for each in refused.value.problems] == ["inherited"]
    service.revising.merge(actor(), Intent(PRODUCTION, 2), {"NAME": "own"})
    assert (served(service)["NAME"], origins(service)) == ("own", {})
    service.revising.merge(actor(), Intent(PRODUCTION, 3), {"NAME": None})
    assert (served(service)["NAME"], origins(service)) == ("base", {"NAME": "billing/base@1"})


def test_a_rollback_brings_back_what_was_own_and_what_was_extended(service: Service) -> None:
    """With what the bases have now."""
    base(service, NAME="old")
    service.write(PORT="1")
    extend(service, BASE)
    service.write(PORT="2")
    extend(service)
    assert served(service) == {"PORT": "2"}
    base(service, NAME="new")
    service.revising.roll_back(actor(), Intent(PRODUCTION, number(service, PRODUCTION)), 2)
    assert served(service) == {"NAME": "new", "PORT": "1"}


@pytest.mark.parametrize(
    ("bases", "said"),
    [
        (
            [PRODUCTION],
            "`billing/production` can't be a base of `billing/production`, because it extends `billing/production`",
        ),
        (
            [STAGING],
            "`billing/staging` can't be a base of `billing/production`, because it extends `billing/production`",
        ),
        ([Place("billing", "none")], "there is no `billing/none`"),
        ([BASE, BASE], "`billing/base` is named twice"),
        ([Place("billing", f"b{each}") for each in range(11)], "there are 11 bases; the limit is 10"),
    ],
)
def test_what_can_not_be_a_base_is_refused(service: Service, bases: list[Place], said: str) -> None:
    """In a sentence each."""
    base(service, NAME="x")
    service.write(PORT="1")
    service.write(STAGING, PORT="1")
    extend(service, PRODUCTION, place=STAGING)
    with pytest.raises(InvalidError) as refused:
        extend(service, *bases)
    assert said in [each.message for each in refused.value.problems]


def test_no_more_than_four_stand_on_one_another(service: Service) -> None:
    """Counted from below and from above."""
    places = [Place("shared", f"layer{each}") for each in range(5)]
    for each in places:
        base(service, each, NAME=each.environment)
    for lower, upper in ((0, 1), (2, 3), (1, 2)):
        extend(service, places[lower], place=places[upper])
    for bases, place in ((places[3], places[4]), (places[4], places[0])):
        with pytest.raises(InvalidError) as refused:
            extend(service, bases, place=place)
        assert "more than 4 environments would extend one another" in refused.value.problems[0].message


def test_an_environment_needs_a_schema_and_is_not_overtaken(service: Service) -> None:
    """Unless it is a base; as with any write, the writer has to have seen the newest revision."""
    with pytest.raises(NotFoundError, match="`shared` has no schema"):
        service.revising.replace(actor(), Intent(SMTP, None), {"NAME": "x"})
    base(service, NAME="x")
    service.write(PORT="1")
    with pytest.raises(StaleError):
        service.revising.extend(actor(), Intent(PRODUCTION, 7), [BASE])


def test_a_destroyed_base_value_stays_where_it_was_taken_over(service: Service) -> None:
    """A revision is complete: what leaked has to be destroyed in each that has it."""
    base(service, API_KEY=CANARY)
    service.write(PORT="1")
    extend(service, BASE)
    base(service, API_KEY="other")
    service.history.destroy(actor(), BASE, 1, "leaked")
    with pytest.raises(DestroyedError):
        service.reading.read(actor(), BASE, 1)
    assert dict(service.reading.read(actor(), PRODUCTION, 2, reveal=True).variables)["API_KEY"] == CANARY


def test_a_secret_of_a_base_without_a_schema_does_not_show(service: Service) -> None:
    """Nothing of it does, as nobody says what is none."""
    base(service, SMTP, NAME=CANARY)
    assert service.reading.read(actor(), SMTP).secrets == ("NAME",)
    service.push(contract(PORT="integer!", NAME="secret", DEBUG="truth"), "2.0")
    service.write(PORT="1")
    extend(service, SMTP)
    assert service.reading.read(actor(), PRODUCTION).secrets == ("NAME",)


def test_who_may_not_reveal_the_secrets_of_a_base_does_not_extend_it(service: Service) -> None:
    """Or one could read them in an environment where one may; what is extended already stays."""
    base(service, API_KEY=CANARY)
    base(service, Place("billing", "plain"), NAME="public")
    service.write(PORT="1")
    editor = actor(GRACE, Scope.CONFIG_READ, Scope.CONFIG_WRITE)
    with pytest.raises(ForbiddenError, match="lacks `config:reveal`"):
        service.revising.extend(editor, Intent(PRODUCTION, 1), [BASE])
    assert service.revising.extend(editor, Intent(PRODUCTION, 1), [Place("billing", "plain")]).changed
    extend(service, BASE)
    assert service.revising.merge(editor, Intent(PRODUCTION, 3), {"PORT": "2"}).changed
