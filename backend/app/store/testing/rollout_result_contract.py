"""The part of the contract of a store that is about how revisions had come out when they were replaced."""

from dataclasses import replace

from app.domain.rollout_result import RolloutResult
from app.domain.session import Answer, Served, ServedFrom, Session, SessionReport, Verdict
from app.store.testing.examples import NOW, PRODUCTION, STAGING, AnyStore
from app.store.testing.session_contract import INSTANCE, REFUSED, add, session


def _add(store: AnyStore, number: int, verdict: Verdict | None = None, served: Served | None = None) -> Session:
    added = session(str(number), instance=f"{INSTANCE.id[:-1]}{number}")
    add(store, added)
    store.write(lambda found: found.sessions.report([SessionReport([added.id], PRODUCTION, verdict, served)]))
    return added


class RolloutResultContract:
    """What holds for the results of rollouts; a subclass gives the fixture `store`."""

    def test_a_result_counts_live_instances_as_they_stand_to_the_revision(self, store: AnyStore) -> None:
        """One that refuses what it serves has refused it, and one that has gone takes no part."""
        _add(store, 1, REFUSED, Served(43, NOW))
        _add(store, 2, REFUSED, Served(44, NOW))
        _add(store, 3, Verdict(44, Answer.APPLIED, NOW), Served(44, NOW))
        _add(store, 4, replace(REFUSED, revision=43), Served(44, NOW))
        _add(store, 5, served=Served(44, NOW, ServedFrom.CACHE))
        _add(store, 6)
        gone = _add(store, 7, REFUSED)
        store.write(lambda found: found.sessions.release([gone.id], "worker-1", NOW))
        store.write(lambda found: found.rollout_results.close(PRODUCTION, 44))
        expected = RolloutResult(6, 2, 2, "POOL_MIN must not exceed POOL_MAX")
        assert store.read(lambda found: found.rollout_results.of(PRODUCTION, [43, 44])) == {44: expected}
        assert store.read(lambda found: found.rollout_results.of(STAGING, [44])) == {}

    def test_a_revision_that_nobody_followed_has_a_result_too(self, store: AnyStore) -> None:
        """It says so."""
        store.write(lambda found: found.rollout_results.close(PRODUCTION, 1))
        store.write(lambda found: found.rollout_results.close(PRODUCTION, 2))
        found = store.read(lambda found: found.rollout_results.of(PRODUCTION, [1, 2]))
        assert found == {1: RolloutResult(0, 0), 2: RolloutResult(0, 0)}
