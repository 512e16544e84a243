"""The part of the contract of a store that is about sessions of running instances."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from app.domain.session import (
    Alike,
    Answer,
    Instance,
    Reason,
    Served,
    ServedFrom,
    Session,
    SessionReport,
    Stance,
    Verdict,
)
from app.store.repositories.sessions import KEPT, TOLD_EVERY
from app.store.testing.examples import ADA, CI, NOW, PRODUCTION, STAGING, AnyStore
from app.store.transaction import SqlTransaction

INSTANCE = Instance("01890a5d-ac96-774b-bcce-b302099a8057", "web-1", 42, NOW, "billing@1.8", "sha256:one")
REFUSED = Verdict(44, Answer.FAILED, NOW, (Reason("invalid-value", "", "POOL_MIN must not exceed POOL_MAX"),))


def session(session_id: str = "one", instance: str = INSTANCE.id, held_by: str = "worker-1") -> Session:
    """Return a session of an instance."""
    return Session(session_id, PRODUCTION, replace(INSTANCE, id=instance), CI, NOW, held_by=held_by)


def add(store: AnyStore, *added: Session) -> None:
    """Store sessions."""
    for each in added:
        store.write(lambda found, new=each: found.sessions.add(new))  # type: ignore[misc]


def all_sessions(store: AnyStore, *, live: bool = False) -> list[Session]:
    """Return the sessions of production."""
    return list(store.read(lambda found: found.sessions.of(PRODUCTION, live=live)))


class SessionContract:
    """What holds for sessions; a subclass gives the fixture `store`."""

    def test_a_session_is_read_as_it_was_opened(self, store: AnyStore) -> None:
        """With what the instance serves already, from its own last known good."""
        served = Served(43, NOW, ServedFrom.CACHE, known_good_at=NOW - timedelta(days=1))
        opened = replace(session(), serves=served, attempted=REFUSED)
        add(store, opened)
        assert all_sessions(store) == [opened]
        assert store.read(lambda found: found.sessions.named(["one", "two"])) == [opened]
        assert store.read(lambda found: found.sessions.of(STAGING)) == []

    def test_an_instance_that_opens_anew_is_there_once(self, store: AnyStore) -> None:
        """In each of its environments."""
        elsewhere = replace(session("old"), place=STAGING)
        add(store, session("old"), elsewhere, session("new"))
        assert [each.id for each in all_sessions(store)] == ["new"]
        assert store.read(lambda found: found.sessions.of(STAGING)) == [elsewhere]

    def test_what_was_tried_and_what_is_served_are_two_things(self, store: AnyStore) -> None:
        """A report of one leaves the other."""
        add(store, session(), session("two", instance=INSTANCE.id[:-1] + "8"))
        served = Served(43, NOW)
        store.write(lambda found: found.sessions.report([SessionReport(["one"], PRODUCTION, serves=served)]))
        store.write(lambda found: found.sessions.report([SessionReport(["one"], PRODUCTION, REFUSED)]))
        first, second = all_sessions(store)
        assert (first.attempted, first.serves) == (REFUSED, served)
        assert (second.attempted, second.serves) == (None, None)

    def test_of_several_reports_of_a_session_the_later_ones_count(self, store: AnyStore) -> None:
        """Whatever each of them tells, also if they are stored together."""
        add(store, session())
        first, second, third = (Served(number, NOW) for number in (41, 42, 43))
        reports = [
            SessionReport(["one"], PRODUCTION, serves=first),
            SessionReport(["one"], PRODUCTION, Verdict(42, Answer.APPLIED, NOW), second),
            SessionReport(["one"], PRODUCTION, serves=third),
            SessionReport(["one"], PRODUCTION, REFUSED),
            SessionReport(["one"], PRODUCTION),
        ]
        store.write(lambda found: found.sessions.report(reports))
        assert [(each.attempted, each.serves) for each in all_sessions(store)] == [(REFUSED, third)]

    def test_what_many_tell_alike_counts_for_each_of_them_in_its_order(self, store: AnyStore) -> None:
        """Whatever some of them have told before or tell later, stored together with it."""
        ids = ["one", "two", "three"]
        add(store, *(session(each, f"{INSTANCE.id[:-1]}{number}") for number, each in enumerate(ids)))
        before, served = Served(42, NOW - timedelta(days=1)), Served(43, NOW)
        applied = Verdict(43, Answer.APPLIED, NOW)
        reports = [
            SessionReport(["two"], PRODUCTION, REFUSED, before),
            SessionReport([*ids, "gone"], PRODUCTION, applied, served),
            SessionReport(["three", "one"], PRODUCTION, REFUSED),
        ]
        known = store.write(lambda found: found.sessions.report(reports))
        assert {place: set(of) for place, of in known.items()} == {PRODUCTION: set(ids)}
        told = {each.id: (each.attempted, each.serves) for each in all_sessions(store)}
        assert told == {"one": (REFUSED, served), "two": (applied, served), "three": (REFUSED, served)}

    def test_a_report_of_an_unknown_session_changes_nothing(self, store: AnyStore) -> None:
        """Also in an environment that it does not follow."""
        add(store, session())
        reports = [SessionReport(["two"], PRODUCTION, REFUSED), SessionReport(["one"], STAGING, REFUSED)]
        known = store.write(lambda found: found.sessions.report(reports))
        assert {place: set(ids) for place, ids in known.items()} == {PRODUCTION: set(), STAGING: set()}
        assert store.write(lambda found: found.sessions.report([])) == {}
        assert all_sessions(store) == [session()]

    def test_a_report_says_which_sessions_are_known(self, store: AnyStore) -> None:
        """Of many in several environments, whatever is in their names, and also of those that tell nothing."""
        odd = """{"a",'b'}\\ NULL \U0001f600"""
        add(store, session(), replace(session(odd), place=STAGING))
        reports = [
            SessionReport(["one", odd, "two"], PRODUCTION, REFUSED),
            SessionReport(["one"], STAGING, REFUSED),
            SessionReport([odd], STAGING, serves=Served(1, NOW)),
            SessionReport([odd], STAGING),
            SessionReport([f"one\x1f{odd}"], STAGING),
        ]
        known = store.write(lambda found: found.sessions.report(reports))
        assert {place: set(ids) for place, ids in known.items()} == {PRODUCTION: {"one"}, STAGING: {odd}}
        (other,) = store.read(lambda found: found.sessions.named([odd]))
        assert (other.attempted, other.serves) == (None, Served(1, NOW))

    def test_what_an_instance_goes_on_serving_it_serves_since_then(self, store: AnyStore) -> None:
        """Reported together or apart; another source begins anew, and the age of its last known good is the newest."""
        add(store, session())
        later, yesterday = NOW + timedelta(minutes=1), NOW - timedelta(days=1)
        first, again = Served(43, NOW), Served(43, later, known_good_at=yesterday)
        for reports in ([first], [again], [first, again]):
            told = [SessionReport(["one"], PRODUCTION, serves=each) for each in reports]
            store.write(lambda found, told=told: found.sessions.report(told))  # type: ignore[misc]
            (kept,) = all_sessions(store)
            assert kept.serves == replace(reports[-1], since=NOW)
        cached = Served(43, later, ServedFrom.CACHE)
        store.write(lambda found: found.sessions.report([SessionReport(["one"], PRODUCTION, serves=cached)]))
        assert all_sessions(store)[0].serves == cached

    def test_a_worker_lets_go_of_what_it_still_holds_alone(self, store: AnyStore) -> None:
        """An instance that has connected to another worker meanwhile is live."""
        add(store, session())
        store.write(lambda found: found.sessions.hold(["one"], "worker-2"))
        assert store.write(lambda found: found.sessions.release(["one"], "worker-1", NOW)) == []
        assert [each.held_by for each in all_sessions(store, live=True)] == ["worker-2"]
        assert store.write(lambda found: found.sessions.release(["one"], "worker-2", NOW)) == [PRODUCTION]
        assert all_sessions(store, live=True) == []
        assert [each.held_by for each in all_sessions(store)] == [""]

    def test_what_a_silent_worker_holds_is_let_go_of(self, store: AnyStore) -> None:
        """And nothing of what others hold."""
        add(store, session(), replace(session("two", held_by="worker-2"), place=STAGING))
        later = NOW + timedelta(minutes=1)
        assert not store.write(lambda found: found.sessions.beat("worker-1", NOW))
        assert not store.write(lambda found: found.sessions.beat("worker-2", NOW))
        assert store.write(lambda found: found.sessions.beat("worker-2", later))
        assert store.read(lambda found: found.sessions.beats()) == {"worker-1": NOW, "worker-2": later}
        assert store.write(lambda found: found.sessions.bury(["worker-1"], later)) == [PRODUCTION]
        assert store.read(lambda found: found.sessions.beats()) == {"worker-2": later}
        assert all_sessions(store, live=True) == []
        assert len(store.read(lambda found: found.sessions.of(STAGING, live=True))) == 1
        assert store.write(lambda found: found.sessions.bury(["worker-1"], later)) == []
        assert not store.write(lambda found: found.sessions.beat("worker-1", later)), "it has to hold everything anew"

    def test_an_instance_that_has_gone_is_forgotten_after_a_while(self, store: AnyStore) -> None:
        """Until then people can see that it was there."""
        add(store, session())
        store.write(lambda found: found.sessions.release(["one"], "worker-1", NOW))
        store.write(lambda found: found.sessions.bury([], NOW + KEPT))
        assert len(all_sessions(store)) == 1
        store.write(lambda found: found.sessions.bury([], NOW + KEPT + timedelta(microseconds=1)))
        assert all_sessions(store) == []

    def test_the_schemas_of_live_instances_are_counted(self, store: AnyStore) -> None:
        """Not those of instances that have gone, or have not said which schema they run."""
        other = replace(INSTANCE, id=INSTANCE.id[:-1] + "8", schema="sha256:two")
        silent = replace(INSTANCE, id=INSTANCE.id[:-1] + "9", schema="")
        add(
            store,
            session(),
            session("again", instance=INSTANCE.id[:-1] + "6"),
            replace(session("two"), instance=other),
            replace(session("three"), instance=silent),
            replace(session("gone", instance=INSTANCE.id[:-1] + "5"), held_by=""),
        )
        assert store.read(lambda found: found.sessions.live_schemas(PRODUCTION)) == {"sha256:one": 2, "sha256:two": 1}
        assert store.read(lambda found: found.sessions.live_schemas(STAGING)) == {}

    def test_a_write_counts_the_first_instance_that_it_adds_itself(self, store: AnyStore) -> None:
        """Although there was none when it asked before."""

        def add_between(found: SqlTransaction) -> list[Mapping[str, int]]:
            before = found.sessions.live_schemas(PRODUCTION)
            found.sessions.add(session())
            return [before, found.sessions.live_schemas(PRODUCTION)]

        assert store.write(add_between) == [{}, {"sha256:one": 1}]

    def test_watchers_are_told_a_few_times_a_second(self, store: AnyStore) -> None:
        """By environment, and whichever worker tells; a clock that has jumped back holds nothing up."""
        times = [NOW, NOW + TOLD_EVERY / 2, NOW + TOLD_EVERY, NOW + TOLD_EVERY, NOW - timedelta(days=1)]
        told = [store.write(lambda found, at=at: found.sessions.may_tell(PRODUCTION, at)) for at in times]  # type: ignore[misc]
        assert told == [True, False, True, False, True]
        assert store.write(lambda found: found.sessions.may_tell(STAGING, NOW))

    def test_a_session_of_a_renamed_principal_is_told_under_its_new_name(self, store: AnyStore) -> None:
        """As everything that a principal did."""
        add(store, replace(session(), principal=ADA))
        renamed = replace(ADA, name="Ada Lovelace")
        store.write(lambda found: found.principals.remember(renamed))
        assert [each.principal for each in all_sessions(store)] == [renamed]

    def test_instances_that_stand_alike_are_counted_and_found_again(self, store: AnyStore) -> None:
        """By what they attempted with which reasons, what they serve, and whether they are there."""
        ids = [f"{INSTANCE.id[:-1]}{number}" for number in range(5)]
        add(store, *(session(str(number), instance=each) for number, each in enumerate(ids)))
        other = Verdict(44, Answer.FAILED, NOW, (Reason("other", "POOL_MIN", "why"),))
        served = Served(43, NOW)
        told = [
            SessionReport(["0"], PRODUCTION, REFUSED, served),
            SessionReport(["1"], PRODUCTION, replace(REFUSED, at=NOW + timedelta(seconds=1)), served),
            SessionReport(["2"], PRODUCTION, other, served),
        ]
        store.write(lambda found: found.sessions.report(told))
        store.write(lambda found: found.sessions.pick(PRODUCTION, ["3"], 44))
        store.write(lambda found: found.sessions.release(["4"], "worker-1", NOW))
        refusing = Stance(True, None, 44, Answer.FAILED, 43, ServedFrom.SERVICE)  # noqa: FBT003 - in its order
        silent, gone = Stance(is_live=True, canary=44), Stance(is_live=False)
        found = store.read(lambda found: found.sessions.alike(PRODUCTION))
        assert sorted(found, key=str) == sorted(
            [
                Alike(refusing, REFUSED.reasons, 2),
                Alike(refusing, other.reasons),
                Alike(silent),
                Alike(gone),
            ],
            key=str,
        )
        for stance, expected in [(refusing, ["0", "1", "2"]), (silent, ["3"]), (gone, ["4"])]:
            alike = store.read(lambda found, stance=stance: found.sessions.standing_so(PRODUCTION, stance, 0, 9))  # type: ignore[misc]
            assert [each.id for each in alike] == expected
            assert {each.stance for each in alike} == {stance}
        page = store.read(lambda found: found.sessions.standing_so(PRODUCTION, refusing, 1, 1))
        assert [each.id for each in page] == ["1"]
        assert store.read(lambda found: found.sessions.alike(STAGING)) == []

    def test_instances_are_told_apart_by_release_and_schema(self, store: AnyStore) -> None:
        """Those that have not said which release they run, are in no count of releases."""
        newer = replace(INSTANCE, id=f"{INSTANCE.id[:-1]}8", release="billing@1.9", schema="sha256:two")
        silent = replace(INSTANCE, id=f"{INSTANCE.id[:-1]}9", release="")
        again = session("again", instance=f"{INSTANCE.id[:-1]}6")
        add(
            store,
            session(),
            again,
            replace(session("newer"), instance=newer),
            replace(session("silent"), instance=silent),
        )
        assert store.read(lambda found: found.sessions.releases(PRODUCTION)) == {"billing@1.8": 2, "billing@1.9": 1}
        here = Stance(is_live=True)
        for of in (
            {"release": "billing@1.9"},
            {"schema": "sha256:two"},
            {"release": "billing@1.9", "schema": "sha256:two"},
        ):
            found = store.read(lambda found, of=of: found.sessions.alike(PRODUCTION, **of))  # type: ignore[misc]
            assert found == [Alike(here)]
            alike = store.read(lambda found, of=of: found.sessions.standing_so(PRODUCTION, here, 0, 9, **of))  # type: ignore[misc]
            assert [each.id for each in alike] == ["newer"]
        assert store.read(lambda found: found.sessions.alike(PRODUCTION, "billing@1.8", "sha256:two")) == []
