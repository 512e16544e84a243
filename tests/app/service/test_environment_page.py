import pytest
from inline_snapshot import snapshot

from app.domain.canary import Stage
from app.domain.difference import Change
from app.domain.errors import NotFoundError
from app.domain.place import Place
from app.domain.session import State
from app.service.pages.changes import LONGEST_VALUE, ChangeRow, Changes
from app.service.pages.environment import MOST_INSTANCES, EnvironmentNow, EnvironmentPage, Refused, Share
from support.configuration_service import PRODUCTION, STAGING, Service, actor
from support.fleet import BAKE, Fleet

CANARY = "canary-4d1f09aa"


def now(fleet: Fleet, place: Place = PRODUCTION) -> EnvironmentNow:
    return EnvironmentPage(fleet.service.store, fleet.service.validator).now(place)


def words(page: EnvironmentNow) -> list[str]:
    return [each.text for each in page.trouble]


def test_all_is_well_in_one_line(fleet: Fleet) -> None:
    """There is nothing to roll back, and nobody to look at first."""
    page = now(fleet)
    assert (words(page), page.state, page.headline, page.explanation) == snapshot(
        ([], State.SYNCED, "all 3 instances serve revision 1", "")
    )
    assert page.served == (Share(1, State.SYNCED, 3),)
    assert (page.live, page.way_back, page.refusals, page.changes) == (3, None, (), None)


def test_a_refusal_is_told_with_its_reason_and_the_way_back(fleet: Fleet) -> None:
    """In the words of the line that the command line prints; what is wanted and what is served are two things."""
    fleet.service.write(PORT="2", NAME="shop")
    conflict = "PORT must not exceed DEBUG, said PORT"
    for each in fleet.all[:2]:
        fleet.refuse(each, 2, conflict)
    fleet.apply(fleet.all[2], 2)
    page = now(fleet)
    assert f"{page.headline}: {page.explanation}" == str(fleet)
    assert (words(page), page.state, page.headline, page.explanation) == snapshot(
        (
            ["2 refused"],
            State.FAILED,
            "2 of 3 instances refused revision 2",
            "PORT must not exceed DEBUG, said PORT; still serving 1",
        )
    )
    assert page.served == (Share(2, State.SYNCED, 1), Share(1, State.FAILED, 2))
    assert page.refusals == (Refused(2, "conflicting-values", ("PORT",), conflict),)
    assert page.way_back == 1
    assert (page.wanted.number, page.wanted.message, page.wanted.author) == (2, "why", "Ada")
    assert [(each.state, each.serves) for each in page.instances] == [
        (State.FAILED, 1),
        (State.FAILED, 1),
        (State.SYNCED, 2),
    ]
    first = page.instances[0]
    assert first.reasons == (conflict,)
    assert first.answered_after is not None
    assert 0 < first.answered_after < 1


def test_what_a_revision_changed_says_nothing_of_a_secret_but_that_it_did(fleet: Fleet) -> None:
    """Nor does anything else on the page hold its value; a long value is shortened."""
    fleet.service.write(PORT="1", API_KEY=CANARY, NAME="n" * 1_000)
    page = now(fleet)
    assert page.changes == Changes(
        1,
        2,
        (
            ChangeRow("API_KEY", Change.ADDED, secret=True, before=None, after=None, origin=None),
            ChangeRow(
                "NAME", Change.ADDED, secret=False, before=None, after="n" * (LONGEST_VALUE - 1) + "…", origin=None
            ),
        ),
    )
    assert CANARY not in repr(page)


def test_a_revision_whose_predecessor_is_gone_for_good_is_shown_without_what_it_changed(fleet: Fleet) -> None:
    """The page says why."""
    fleet.service.write(PORT="2")
    fleet.service.history.destroy(actor(), PRODUCTION, 1, "leaked")
    page = now(fleet)
    assert page.changes == Changes(1, 2, unknown="the values of `billing/production@1` were permanently removed")


def test_a_trial_shows_who_tries_what_and_a_rollback_what_is_wanted_again(fleet: Fleet) -> None:
    """A trial is not yet well, and has no way back but its own end."""
    fleet.push("2")
    canary = fleet.canary()
    assert (now(fleet).state, words(now(fleet))) == (State.STALE, ["1 behind"])
    fleet.apply(canary, 2)
    page = now(fleet)
    assert page.trial is not None
    assert (page.trial.revision, page.trial.stage, page.trial.canaries) == (2, Stage.BAKING, 1)
    assert (page.state, words(page), page.wanted.number, page.way_back) == (State.APPLYING, [], 2, None)
    assert [each.is_canary for each in page.instances].count(True) == 1
    fleet.refuse(canary, 2)
    page = now(fleet)
    assert (page.state, words(page)[:1], page.newest, page.wanted.number) == (State.FAILED, ["2 rolled back"], 2, 1)
    assert (page.headline, page.explanation.split("; ")) == snapshot(
        (
            "revision 2 was rolled back",
            [
                "1 of 1 canary refused it: POOL_MIN must not exceed POOL_MAX",
                "2 of 3 instances serve revision 1",
                "1 has not answered",
                "still serving 2",
            ],
        )
    )
    assert page.instances[0].state is State.STALE
    fleet.apply(canary, 1)
    assert {each.state for each in now(fleet).instances} == {State.SYNCED}


def test_an_answer_is_timed_from_when_the_instance_could_know(fleet: Fleet) -> None:
    """Neither a late joiner, nor who was offered it after a trial, is slow."""
    fleet.push("2")
    fleet.apply(fleet.canary(), 2)
    fleet.wait(BAKE)
    fleet.join(1)
    for each in fleet.all:
        fleet.apply(each, 2)
    assert {round(each.answered_after or 0, 1) for each in now(fleet).instances[:-1]} <= {0.0, BAKE.total_seconds()}
    assert now(fleet).instances[-1].answered_after == pytest.approx(0, abs=0.1)


def test_many_instances_are_counted_and_the_worst_are_shown(fleet: Fleet) -> None:
    """The page stays as long as it is."""
    fleet.join(MOST_INSTANCES)
    fleet.service.write(PORT="2")
    fleet.refuse(fleet.all[-1], 2)
    fleet.service.store.write(lambda found: found.sessions.release([fleet.all[0].id], "worker-1", fleet.clock.now))
    page = now(fleet)
    assert (page.live, page.gone, len(page.instances)) == (MOST_INSTANCES + 2, 1, MOST_INSTANCES)
    assert page.instances[0].session == fleet.all[-1].id
    assert page.headline == f"1 of {MOST_INSTANCES + 2} instances refused revision 2"


def test_an_environment_without_instances_waits_and_one_without_revisions_is_not_there(service: Service) -> None:
    """Also where the app has no schema to say which values are secrets: then all are."""
    service.write(STAGING, PORT="1")
    page = EnvironmentPage(service.store, service.validator).now(STAGING)
    assert (words(page), page.state, page.headline, page.explanation) == snapshot(
        (["0 live"], State.EXPIRED, "no instance follows", "revision 1 waits for the first one")
    )
    with pytest.raises(NotFoundError, match="there is no `billing/production`"):
        EnvironmentPage(service.store, service.validator).now(PRODUCTION)
