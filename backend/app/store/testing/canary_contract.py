"""The part of the contract of a store that is about revisions that some instances are offered first."""

from dataclasses import replace
from datetime import timedelta

from app.domain.canary import Canary, Candidate, Plan, Size, Stage
from app.domain.place import Place
from app.domain.rollout import ended
from app.domain.session import Answer, Served, ServedFrom, State, Verdict
from app.store.testing.examples import NOW, PRODUCTION, STAGING, AnyStore, append, draft
from app.store.testing.session_contract import INSTANCE, add, session

PLAN = Plan(Size(10, is_share=True), timedelta(seconds=30))
SECOND = session("two", instance=INSTANCE.id[:-1] + "8")


def tried(number: int, place: Place = PRODUCTION) -> Canary:
    """Return a revision that is on trial."""
    return Canary(place, number, PLAN, 1, Stage.DEPLOYING, NOW)


def put(store: AnyStore, *canaries: Canary) -> None:
    """Store how far revisions have come."""
    for each in canaries:
        store.write(lambda found, canary=each: found.canaries.put(canary))  # type: ignore[misc]


def current(store: AnyStore, below: int | None = None) -> int | None:
    """Return the number of the current revision of production."""
    revision = store.read(lambda found: found.revisions.current(PRODUCTION, below))
    return revision.number if revision else None


class CanaryContract:
    """What holds for canaries; a subclass gives the fixture `store`."""

    def test_a_trial_is_read_as_it_was_stored(self, store: AnyStore) -> None:
        """At each of its stages."""
        put(store, tried(1), tried(2))
        baking = replace(tried(2), stage=Stage.BAKING, baking_since=NOW)
        for stage in (baking, ended(baking, Stage.ROLLED_BACK, NOW, "1 of 1 canary refused it: why")):
            put(store, stage)
            assert store.read(lambda found: found.canaries.latest(PRODUCTION)) == stage
        assert store.read(lambda found: found.canaries.latest(STAGING)) is None

    def test_what_is_on_trial_is_found_in_all_environments(self, store: AnyStore) -> None:
        """And nothing that is over."""
        put(store, tried(1), tried(1, STAGING), ended(tried(2), Stage.COMPLETE, NOW))
        assert store.read(lambda found: found.canaries.on_trial()) == [tried(1), tried(1, STAGING)]

    def test_the_current_revision_is_the_newest_that_everyone_is_offered(self, store: AnyStore) -> None:
        """Numbers go on after what is on trial, or was rolled back."""
        for number in range(4):
            append(store, draft(N=str(number)))
        put(store, ended(tried(2), Stage.COMPLETE, NOW), ended(tried(3), Stage.ROLLED_BACK, NOW, "why"), tried(4))
        assert [current(store), current(store, below=2), current(store, below=1)] == [2, 1, None]
        assert [each.number for each in store.read(lambda found: found.revisions.environments("billing"))] == [2]
        history = store.read(lambda found: found.revisions.history(PRODUCTION))
        assert [each.stage for each in history] == [
            Stage.DEPLOYING,
            Stage.ROLLED_BACK,
            Stage.COMPLETE,
            Stage.COMPLETE,
        ]
        put(store, ended(tried(4), Stage.COMPLETE, NOW))
        assert [current(store), current(store, below=4)] == [4, 2]
        assert append(store, draft(N="5")).number == 5

    def test_a_session_remembers_what_it_was_offered_first(self, store: AnyStore) -> None:
        """Also after its instance has opened a new one."""
        elsewhere = replace(session("one"), place=STAGING)
        add(store, session(), SECOND, elsewhere)
        store.write(lambda found: found.sessions.pick(PRODUCTION, ["one"], 44))
        add(store, session("again"))
        picked = store.read(lambda found: found.sessions.picked(PRODUCTION, 44))
        assert picked == [replace(session("again"), canary=44)]
        assert store.read(lambda found: found.sessions.picked(PRODUCTION, 43)) == []
        assert store.read(lambda found: found.sessions.of(STAGING)) == [elsewhere]

    def test_live_instances_can_be_canaries(self, store: AnyStore) -> None:
        """It is known which of them are in sync, by the same words as the state of each session."""
        told = [Verdict(number, answer, NOW) for number in (43, 44) for answer in Answer]
        served = [Served(number, NOW, source) for number in (43, 44) for source in ServedFrom]
        kinds = [(verdict, serves) for verdict in (None, *told) for serves in (None, *served)]
        live = [
            replace(session(f"{at:02}", instance=f"{at:02}"), attempted=verdict, serves=serves)
            for at, (verdict, serves) in enumerate(kinds)
        ]
        add(store, *live, replace(session("gone", instance="gone"), held_by=""), replace(session(), place=STAGING))
        found = store.read(lambda each: each.sessions.candidates(PRODUCTION, 44))
        assert sorted(found) == [
            Candidate(each.id, each.instance.id, each.instance.host, each.state(44) is State.SYNCED) for each in live
        ]

    def test_a_canary_that_has_gone_is_seen_with_the_time(self, store: AnyStore) -> None:
        """Until it comes back."""
        add(store, SECOND)
        store.write(lambda found: found.sessions.pick(PRODUCTION, ["two"], 44))
        store.write(lambda found: found.sessions.release(["two"], "worker-1", NOW))
        gone = replace(SECOND, canary=44, held_by="", left_at=NOW)
        assert store.read(lambda found: found.sessions.picked(PRODUCTION, 44)) == [gone]
        store.write(lambda found: found.sessions.hold(["two"], "worker-2"))
        back = replace(gone, held_by="worker-2", left_at=None)
        assert store.read(lambda found: found.sessions.picked(PRODUCTION, 44)) == [back]

    def test_the_plan_of_an_environment_is_its_own(self, store: AnyStore) -> None:
        """The last one, or none."""
        for plan in (PLAN, Plan(Size(3)), None):
            store.write(lambda found, plan=plan: found.canaries.set_plan(PRODUCTION, plan))  # type: ignore[misc]
            assert store.read(lambda found: found.canaries.plan(PRODUCTION)) == plan
            assert store.read(lambda found: found.canaries.plan(STAGING)) is None
