from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.canary import Canary, Candidate, Offering, Plan, Size, Stage, picked
from app.domain.identity import Principal, PrincipalKind
from app.domain.place import Place
from app.domain.rollout import LONGEST_SILENCE, advanced, ended, standing
from app.domain.session import Answer, Instance, Reason, Served, Session, Verdict, alike

NOW = datetime(2026, 11, 26, tzinfo=UTC)
PLACE = Place("billing", "production")
POOL = Reason("invalid-value", "", "POOL_MIN must not exceed POOL_MAX")
TRIED = Canary(PLACE, 44, Plan(Size(2), timedelta(seconds=30)), 2, Stage.DEPLOYING, NOW)


def session(number: int = 0, host: str = "web-1", serves: int | None = 43) -> Session:
    """Return a live session of another instance for each number."""
    instance = Instance(f"01890a5d-ac96-774b-bcce-b3020{number:07}", host, 1, NOW, "1.8")
    who = Principal(PrincipalKind.MACHINE, "i", "s", "n")
    served = Served(serves, NOW) if serves else None
    return Session(f"s{number}", PLACE, instance, who, NOW, serves=served, held_by="w")


IDLE = replace(session(), canary=44)
APPLIED = replace(session(1, serves=44), canary=44)
REFUSED = replace(session(2), attempted=Verdict(44, Answer.FAILED, NOW, (POOL,)), canary=44)
SILENT = replace(APPLIED, held_by="", left_at=NOW)
OTHERS = [session(number) for number in range(5, 8)]

candidates = st.lists(
    st.builds(Candidate, st.uuids().map(str), st.uuids().map(str), st.sampled_from(["a", "b", "c"]), st.booleans()),
    unique_by=lambda each: each.instance,
)
sizes = st.builds(Size, st.integers(1, 100), st.booleans())


@pytest.mark.parametrize("text", ["1", "3", "999999", "1%", "10%", "100%"])
def test_a_size_is_read_as_it_is_written(text: str) -> None:
    """A number of instances, or a share of them."""
    assert str(Size.parse(text)) == text


@pytest.mark.parametrize("text", ["", "0", "0%", "101%", "1.5", "-1", "1 %", "٣", "all", "1234567"])
def test_what_is_no_size_is_refused(text: str) -> None:
    """With what one looks like."""
    with pytest.raises(ValueError, match="a number of instances, `3`, or a share of them, `10%`"):
        Size.parse(text)


@pytest.mark.parametrize(
    ("size", "live", "canaries"),
    [
        ("1", 3, 1),
        ("5", 3, 3),
        ("10%", 3, 1),
        ("10%", 100, 10),
        ("34%", 3, 2),
        ("100%", 3, 3),
        ("1%", 0, 0),
        ("2", 0, 0),
    ],
)
def test_a_size_makes_at_least_one_canary_and_no_more_than_there_are(size: str, live: int, canaries: int) -> None:
    """A share is rounded up."""
    assert Size.parse(size).of(live) == canaries


@given(candidates, sizes)
def test_as_many_instances_are_picked_as_the_size_says(found: list[Candidate], size: Size) -> None:
    """And the same ones whatever the order in which they are read."""
    chosen = picked(found, size, 43)
    assert len(chosen) == size.of(len(found))
    assert chosen == picked(found[::-1], size, 43)


@given(candidates, sizes)
def test_canaries_serve_the_current_revision_and_are_spread_over_hosts(found: list[Candidate], size: Size) -> None:
    """An instance that has trouble already is picked last; no host has two more canaries than another that could."""
    chosen = picked(found, size, 43)
    left = [each for each in found if each not in chosen]
    if any(each.is_synced for each in left):
        assert all(each.is_synced for each in chosen)
        on_host = {host: sum(each.host == host for each in chosen) for host in "abc"}
        free = {each.host for each in left if each.is_synced}
        assert max(on_host.values()) <= min(on_host[host] for host in free) + 1


def test_not_the_same_instances_are_picked_each_time() -> None:
    """Or the users of one would have all the risk."""
    found = [Candidate(f"s{number}", f"i{number}", "web-1", is_synced=True) for number in range(10)]
    assert len({picked(found, Size(1), current)[0].session for current in range(43, 63)}) > 3


@pytest.mark.parametrize(
    ("canaries", "stage"),
    [
        ([IDLE, APPLIED], Stage.DEPLOYING),
        ([APPLIED], Stage.BAKING),
        ([APPLIED, SILENT], Stage.DEPLOYING),
        ([APPLIED, REFUSED], Stage.ROLLED_BACK),
        ([IDLE, REFUSED], Stage.ROLLED_BACK),
        ([], Stage.ROLLED_BACK),
    ],
)
def test_the_stage_is_what_the_canaries_say(canaries: list[Session], stage: Stage) -> None:
    """One that refuses is enough; one that has not answered, or is away for a moment, holds it up."""
    assert advanced(TRIED, canaries, NOW).stage is stage


def test_everyone_is_offered_it_once_all_canaries_have_served_it_for_the_bake_time() -> None:
    """Not before, and one that stops to serve it has the time begin anew."""
    baking = advanced(TRIED, [APPLIED], NOW)
    assert advanced(baking, [APPLIED], NOW + timedelta(seconds=29)) == baking
    again = advanced(baking, [APPLIED, IDLE], NOW + timedelta(seconds=29))
    assert (again.stage, again.baking_since) == (Stage.DEPLOYING, None)
    later = NOW + timedelta(seconds=30)
    assert advanced(baking, [APPLIED], later) == replace(baking, stage=Stage.COMPLETE, ended_at=later)
    at_once = replace(TRIED, plan=Plan(Size(1), timedelta(0)))
    assert advanced(at_once, [APPLIED], NOW).stage is Stage.COMPLETE


@pytest.mark.parametrize(
    ("canaries", "reason"),
    [
        ([REFUSED], "1 of 1 canary refused it: POOL_MIN must not exceed POOL_MAX"),
        ([REFUSED, APPLIED], "1 of 2 canaries refused it: POOL_MIN must not exceed POOL_MAX"),
        ([SILENT, APPLIED], "a canary has stopped answering"),
        ([], "there is no canary left"),
    ],
)
def test_a_rollback_has_a_reason(canaries: list[Session], reason: str) -> None:
    """In words for people."""
    over = advanced(TRIED, canaries, NOW + LONGEST_SILENCE)
    assert (over.stage, over.reason, over.ended_at) == (Stage.ROLLED_BACK, reason, NOW + LONGEST_SILENCE)


@given(
    st.lists(st.sampled_from([IDLE, APPLIED, REFUSED, SILENT])),
    st.lists(st.integers(-100, 100).map(lambda seconds: NOW + timedelta(seconds=seconds)), min_size=1),
)
def test_no_clock_and_no_order_promotes_what_a_canary_refuses(canaries: list[Session], times: list[datetime]) -> None:
    """Or what is not served by all of them all the time."""
    canary = TRIED
    for now in times:
        canary = advanced(canary, canaries, now) if canary.stage.is_trial else canary
    if canary.stage is Stage.COMPLETE:
        assert canaries
        assert all(each is APPLIED for each in canaries)
        assert canary.ended_at
        assert canary.baking_since
        assert canary.ended_at - canary.baking_since >= canary.plan.bake


@pytest.mark.parametrize(
    ("canary", "canaries", "sentence"),
    [
        (
            TRIED,
            [IDLE, APPLIED],
            (
                "1 of 2 canaries serves revision 44; 1 has not answered; still serving 43;"
                " 3 other instances are offered 43"
            ),
        ),
        (
            replace(TRIED, stage=Stage.BAKING),
            [APPLIED],
            "the canary serves revision 44; it bakes for 30 s; 3 other instances are offered 43",
        ),
        (TRIED, [SILENT], "the canaries of revision 44 have left; 3 other instances are offered 43"),
        (
            ended(TRIED, Stage.ROLLED_BACK, NOW, "1 of 1 canary refused it: why"),
            [REFUSED],
            "revision 44 was rolled back: 1 of 1 canary refused it: why; all 4 instances serve revision 43",
        ),
        (
            ended(TRIED, Stage.ROLLED_BACK, NOW, "aborted by Ada"),
            [APPLIED],
            (
                "revision 44 was rolled back: aborted by Ada; 3 of 4 instances serve revision 43; 1 has not answered;"
                " still serving 44"
            ),
        ),
    ],
)
def test_a_trial_is_one_sentence(canary: Canary, canaries: list[Session], sentence: str) -> None:
    """What the canaries say, and what everyone else is offered."""
    told = standing(Offering(43, canary), alike([*canaries, *OTHERS]))
    assert str(told) == sentence
    assert (told.revision, told.current, told.stage) == (44, 43, canary.stage)
    assert told.is_settled is (canary.reason == "1 of 1 canary refused it: why")


def test_only_the_canaries_of_a_trial_are_offered_its_revision() -> None:
    """And those of an earlier one what everyone is."""
    earlier = replace(session(), canary=40)
    offered = [Offering(43, TRIED).to(each) for each in (IDLE, earlier, session())]
    assert offered == [44, 43, 43]
    over = ended(TRIED, Stage.ROLLED_BACK, NOW)
    assert [Offering(43, over).to(IDLE), Offering(43).to(IDLE)] == [43, 43]
