"""The contract of a store, as tests that every implementation of the ports has to pass."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.audit import Action, entry
from app.domain.errors import DestroyedError, UnusableStorageError
from app.domain.event import START, Event, Position, Reset
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.revision import Destruction, Revision
from app.store.repositories import events
from app.store.testing.examples import (
    ADA,
    CI,
    NEW_KEY,
    NOW,
    OLD_KEY,
    PRODUCTION,
    SCHEMA,
    STAGING,
    TOKEN,
    AnyStore,
    append,
    draft,
    happening,
)
from app.store.transaction import SqlTransaction

Open = Callable[[str], AnyStore]
"""Opens one more store on the database of the test, with a text for `ENCRYPTION_KEYS`."""


class StoreContract:
    """What holds for a store; a subclass gives the fixtures `open_store` and `store`."""

    def test_a_revision_is_read_as_it_was_written(self, store: AnyStore) -> None:
        """With all of what is known of it, also by a later transaction."""
        new = replace(draft(PORT="8080", KEY="ü\n\"'"), unchecked=("pool sizes",), copied_from=7, author=CI)
        written = append(store, new)
        read, variables = store.read(lambda found: (_current(found), found.revisions.variables(_current(found))))
        assert read == written
        assert dict(variables) == dict(new.variables)
        assert (read.number, read.names, read.author) == (1, ("PORT", "KEY"), CI)
        assert (read.made_at, read.unchecked, read.copied_from) == (NOW, ("pool sizes",), 7)

    def test_what_extends_an_environment_is_found(self, store: AnyStore) -> None:
        """By the newest revision of each; a base may be of an app without a schema."""
        shared = Place("shared", "smtp")
        base = append(store, replace(draft(shared, A="1"), schema="", is_base=True))
        assert store.read(lambda found: found.revisions.current(shared)) == base
        written = append(store, replace(draft(A="1", B="2"), bases=(shared,), origins={"A": str(base)}))
        append(store, replace(draft(STAGING, A="1"), bases=(shared, PRODUCTION), origins={"A": str(base)}))
        assert store.read(lambda found: found.revisions.current(PRODUCTION)) == written
        assert store.read(lambda found: found.revisions.extending(shared)) == [PRODUCTION, STAGING]
        append(store, replace(draft(STAGING, A="1"), bases=(PRODUCTION,)))
        assert store.read(lambda found: found.revisions.extending(shared)) == [PRODUCTION]
        assert store.read(lambda found: found.revisions.extending(PRODUCTION)) == [STAGING]
        assert store.read(lambda found: found.revisions.apps()) == ["billing", "shared"]

    def test_what_is_not_there_is_none(self, store: AnyStore) -> None:
        """No error, because a use case decides what that means."""
        asked = store.read(lambda found: (found.revisions.current(PRODUCTION), found.revisions.numbered(STAGING, 3)))
        assert asked == (None, None)
        assert not store.read(lambda found: found.schemas.current("x") or found.tokens.live_by_digest("x", NOW))

    @pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
    def test_a_number_that_no_database_holds_is_not_there(self, store: AnyStore, number: int) -> None:
        """Whoever asks may write any number."""
        written = append(store, draft(A="1"))
        assert store.read(lambda found: found.revisions.numbered(PRODUCTION, number)) is None
        page = store.read(lambda found: found.revisions.history(PRODUCTION, before=number))
        assert page == ([written] if number > 1 else [])
        assert store.read(lambda found: found.audit.page(before=number)) == []

    def test_revisions_are_numbered_by_environment(self, store: AnyStore) -> None:
        """From 1 and without a gap, whatever happens elsewhere."""
        written = [append(store, draft(place, N=str(n))) for n in range(3) for place in (PRODUCTION, STAGING)]
        assert [each.number for each in written] == [1, 1, 2, 2, 3, 3]
        assert len({each.digest for each in written}) == 6
        current = store.read(lambda found: found.revisions.environments("billing"))
        assert [str(each) for each in current] == ["billing/production@3", "billing/staging@3"]
        assert store.read(lambda found: found.revisions.apps()) == ["billing"]

    def test_the_history_is_read_in_pages_from_the_newest(self, store: AnyStore) -> None:
        """A page starts below the last number of the one before."""
        for number in range(5):
            append(store, draft(N=str(number)))
        first = store.read(lambda found: found.revisions.history(PRODUCTION, limit=2))
        rest = store.read(lambda found: found.revisions.history(PRODUCTION, before=first[-1].number))
        assert [each.number for each in (*first, *rest)] == [5, 4, 3, 2, 1]

    def test_a_change_that_fails_leaves_nothing(self, store: AnyStore) -> None:
        """Neither a revision nor a number of an event that nobody sees."""
        append(store, draft(A="1"))

        def change(found: SqlTransaction) -> None:
            found.revisions.append(draft(A="2"))
            found.events.add(happening("2"))
            raise LookupError

        with pytest.raises(LookupError):
            store.write(change)
        assert append(store, draft(A="3")).number == 2
        assert _sequences(store) == [1, 2]

    def test_destroyed_values_are_gone_and_all_else_stays(self, store: AnyStore) -> None:
        """Also the digest, on which those of later revisions stand."""
        first, second = append(store, draft(KEY="leaked")), append(store, draft(KEY="new"))
        destruction = Destruction(CI, NOW, "leaked")
        store.write(lambda found: found.revisions.destroy(first, destruction))
        read = store.read(lambda found: found.revisions.history(PRODUCTION))
        assert read == [second, replace(first, destroyed=destruction)]
        with pytest.raises(DestroyedError, match="permanently removed"):
            store.read(lambda found: found.revisions.variables(first))
        assert dict(store.read(lambda found: found.revisions.variables(second))) == {"KEY": "new"}

    def test_the_schema_that_was_pushed_last_is_the_current_one(self, store: AnyStore) -> None:
        """Also one that was there before, which then belongs to a new release."""
        other = replace(SCHEMA, digest="sha256:two")
        again = replace(SCHEMA, release="billing@2", author=CI)
        for schema in (SCHEMA, other, again):
            store.write(lambda found, pushed=schema: found.schemas.put(pushed))  # type: ignore[misc]
        assert store.read(lambda found: found.schemas.current("billing")) == again
        assert store.read(lambda found: found.schemas.all_of("billing")) == [again, other]
        assert store.read(lambda found: found.schemas.page("billing", limit=1)) == [again]
        assert store.read(lambda found: found.schemas.page("billing", after=again.digest)) == [other]
        assert store.read(lambda found: found.schemas.named("billing", other.digest)) == other

    def test_a_token_is_found_by_its_digest_while_it_is_live(self, store: AnyStore) -> None:
        """Times are kept to the microsecond."""
        live = replace(TOKEN, expires_at=NOW + timedelta(microseconds=1))
        store.write(lambda found: found.tokens.add(live, "digest"))
        assert store.read(lambda found: found.tokens.live_by_digest("digest", NOW)) == live
        expired, revoked = replace(TOKEN, expires_at=NOW), replace(live, revoked_at=NOW)
        for ended in (expired, revoked):
            store.write(lambda found, ended=ended: found.tokens.change(ended))  # type: ignore[misc]
            assert store.read(lambda found: found.tokens.live_by_digest("digest", NOW)) is None
        assert store.read(lambda each: [each.tokens.by_id(TOKEN.id), *each.tokens.all_tokens()]) == [revoked, revoked]

    def test_a_principal_is_one_by_issuer_and_subject_and_may_change_its_name(self, store: AnyStore) -> None:
        """What it did before is then told under its new name."""
        append(store, draft(A="1"))
        renamed = replace(ADA, name="Ada Lovelace")
        store.write(lambda found: found.principals.remember(renamed))
        assert store.read(lambda found: found.principals.all_principals()) == [renamed]
        assert store.read(_current).author == renamed

    def test_the_audit_log_is_read_from_the_newest(self, store: AnyStore) -> None:
        """In pages, and by app."""
        actor = Actor(TOKEN, "request", "192.0.2.1")
        for app in ("billing", "shop", "billing"):
            told = entry(actor, Action.CONFIG_REVEAL, NOW, app, "production", detail={"names": ["KEY"]})
            store.write(lambda found, new=told: found.audit.record(new))  # type: ignore[misc]
        everything = store.read(lambda found: found.audit.page())
        assert [each.app for each in everything] == ["billing", "shop", "billing"]
        assert replace(everything[0], id=0) == entry(
            actor, Action.CONFIG_REVEAL, NOW, "billing", "production", detail={"names": ["KEY"]}
        )
        assert store.read(lambda found: found.audit.page(app="billing", before=everything[0].id)) == everything[2:]
        assert store.read(lambda found: found.audit.page(action=Action.CONFIG_REVEAL)) == everything
        assert store.read(lambda found: found.audit.page(action=Action.CONFIG_WRITE)) == []

    def test_events_are_read_after_a_position(self, store: AnyStore) -> None:
        """In order, up to a limit, and nothing twice."""
        written = [store.write(lambda found: found.events.add(happening("1"))) for _ in range(5)]
        first = _after(store, START, limit=2)
        assert first == written[:2]
        assert _after(store, first[-1].position) == written[2:]
        assert _after(store, written[-1].position) == []
        assert store.read(lambda found: found.events.latest()) == written[-1].position
        assert store.position() == written[-1].position
        assert store.glance(lambda found: found.events.latest()) == written[-1].position

    def test_a_position_of_another_history_is_answered_by_a_reset(self, store: AnyStore) -> None:
        """A restored database counts anew; its marks tell."""
        assert _after(store, START) == []
        written = store.write(lambda found: found.events.add(happening("1")))
        reset = Reset(written.position)
        assert _asked(store, Position(1, "12345678")) == reset
        assert _asked(store, Position(7, written.position.mark)) == reset

    def test_a_position_that_was_trimmed_is_answered_by_a_reset(self, store: AnyStore) -> None:
        """Who has read up to an event that is there goes on."""
        written = [store.write(lambda found: found.events.add(happening("1"))).position for _ in range(5)]
        assert store.write(lambda found: found.events.trim(keep=2)) == 3
        for position in (START, written[0], written[2]):
            assert _asked(store, position) == Reset(written[-1])
        assert [each.position for each in _after(store, written[3])] == written[4:]
        store.write(lambda found: found.events.trim(keep=0))
        assert _after(store, written[4]) == []

    def test_old_events_are_trimmed_as_new_ones_come(self, store: AnyStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """So that the table does not grow for ever, without anybody having to see to it."""
        monkeypatch.setattr(events, "KEPT", 5)
        monkeypatch.setattr(events, "TRIMMED_EVERY", 4)
        written = [store.write(lambda found: found.events.add(happening("1"))) for _ in range(13)]
        assert _after(store, written[7].position) == written[8:]
        assert isinstance(_asked(store, written[6].position), Reset)

    def test_many_writers_leave_no_gap_and_lose_nothing(self, store: AnyStore, open_store: Open) -> None:
        """Each writes after what it has read, and none stands on the same revision as another."""
        append(store, draft(COUNT="0"))

        def count_up(found: SqlTransaction) -> None:
            count = int(found.revisions.variables(_current(found))["COUNT"])
            found.revisions.append(draft(COUNT=str(count + 1)))
            found.events.add(happening(str(count)))

        stores = [store, open_store(OLD_KEY)]
        threads = [
            threading.Thread(target=lambda each=each: [each.write(count_up) for _ in range(10)]) for each in stores * 2
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        current = store.read(_current)
        assert current.number == 41
        assert dict(store.read(lambda found: found.revisions.variables(current))) == {"COUNT": "40"}
        assert _sequences(store) == list(range(1, 42))

    def test_a_read_is_one_look(self, store: AnyStore, open_store: Open) -> None:
        """What others write meanwhile is not half seen."""
        other = open_store(OLD_KEY)
        append(store, draft(A="1"))

        def look(found: SqlTransaction) -> list[int]:
            before = _current(found).number
            append(other, draft(A="2"))
            return [before, _current(found).number]

        assert store.read(look) == [1, 1]
        assert store.read(_current).number == 2

    def test_a_write_wakes_who_waits_elsewhere(self, store: AnyStore, open_store: Open) -> None:
        """Another process on the same database is told of the number that it waits for."""
        other = open_store(OLD_KEY)
        other.wait(START, timeout=0.01)
        writer = threading.Timer(0.05, lambda: append(store, draft(A="1")))
        writer.start()
        assert other.wait(START, timeout=30).sequence == 1
        writer.join()

    def test_who_waits_in_vain_is_told_so(self, store: AnyStore) -> None:
        """And who comes late does not wait at all."""
        assert store.wait(START, timeout=0.01) == START
        append(store, draft(A="1"))
        assert store.wait(START, timeout=30) == store.position() != START

    def test_another_start_finds_everything(self, store: AnyStore, open_store: Open) -> None:
        """Nothing is kept in the process alone."""
        written = append(store, draft(A="1"))
        store.close()
        again = open_store(OLD_KEY)
        assert again.read(_current) == written
        assert again.position().sequence == 1

    def test_a_start_without_the_key_is_refused(self, store: AnyStore, open_store: Open) -> None:
        """In a sentence that names the key and the setting, and before anything is served."""
        append(store, draft(A="1"))
        with pytest.raises(UnusableStorageError, match=r"`ENCRYPTION_KEYS` does not hold the key `old`"):
            open_store(NEW_KEY)
        wrong = "old:" + NEW_KEY.partition(":")[2]
        with pytest.raises(UnusableStorageError, match=r"the key `old` in `ENCRYPTION_KEYS` is not the one"):
            open_store(wrong)

    def test_keys_are_changed_while_reads_go_on(self, store: AnyStore, open_store: Open) -> None:
        """A process with both keys wraps anew; one that has the new one alone starts afterwards."""
        append(store, draft(A="1"))
        both = open_store(f"{NEW_KEY},{OLD_KEY}")
        assert both.read(lambda found: found.keys.wrapped_by()) == {"billing": "old"}
        both.write(lambda found: found.keys.wrap_anew("billing"))
        assert both.read(lambda found: found.keys.wrapped_by()) == {"billing": "new"}
        for each in (both, open_store(NEW_KEY)):
            assert dict(each.read(lambda found: found.revisions.variables(_current(found)))) == {"A": "1"}


def _current(found: SqlTransaction) -> Revision:
    revision = found.revisions.current(PRODUCTION)
    assert revision is not None
    return revision


def _asked(store: AnyStore, position: Position, limit: int = 100) -> Sequence[Event] | Reset:
    return store.read(lambda found: found.events.after(position, limit))


def _after(store: AnyStore, position: Position, limit: int = 100) -> list[Event]:
    found = _asked(store, position, limit)
    assert not isinstance(found, Reset)
    return list(found)


def _sequences(store: AnyStore) -> list[int]:
    return [each.position.sequence for each in _after(store, START)]
