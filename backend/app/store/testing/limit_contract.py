"""The part of the contract of a store that is about the limits of apps."""

from app.domain.limit import Limit, Spent
from app.store.testing.examples import AnyStore


class LimitContract:
    """What holds for limits; a subclass gives the fixture `store`."""

    def test_a_limit_is_read_as_it_was_set(self, store: AnyStore) -> None:
        """Of one app alone, and none once it is taken back."""
        store.write(lambda found: found.limits.set("billing", Limit.REVISIONS, 5))
        store.write(lambda found: found.limits.set("billing", Limit.BYTES, 0))
        store.write(lambda found: found.limits.set("billing", Limit.REVISIONS, 2**40))
        own = store.read(lambda found: (found.limits.own("billing"), found.limits.own("shop")))
        assert own == ({Limit.REVISIONS: 2**40, Limit.BYTES: 0}, {})
        store.write(lambda found: found.limits.set("billing", Limit.BYTES, None))
        assert store.read(lambda found: found.limits.own("billing")) == {Limit.REVISIONS: 2**40}

    def test_what_was_used_adds_up_by_the_minute(self, store: AnyStore) -> None:
        """And is forgotten when it counts no more."""
        for new in (Spent(10, 1, 7), Spent(10, 1, 3), Spent(11, 1, 1), Spent(70, 1, 1)):
            store.write(lambda found, new=new: found.limits.spend("billing", new, 11))  # type: ignore[misc]
        store.write(lambda found: found.limits.spend("shop", Spent(12, 1, 1), 0))
        spent = store.read(lambda found: found.limits.spent("billing", 0))
        assert spent == [Spent(11, 1, 1), Spent(70, 1, 1)]
        assert store.read(lambda found: found.limits.spent("billing", 12)) == [Spent(70, 1, 1)]
        store.write(lambda found: found.limits.spend("billing", Spent(70, 2, 2**40), 11))
        assert store.read(lambda found: found.limits.spent("billing", 70)) == [Spent(70, 3, 2**40 + 1)]

    def test_a_worker_has_the_places_that_it_took_last(self, store: AnyStore) -> None:
        """Until they are taken from it."""
        for app, worker, number in (
            ("billing", "one", 3),
            ("billing", "two", 4),
            ("shop", "one", 5),
            ("billing", "one", 2),
        ):
            store.write(lambda found, given=(app, worker, number): found.limits.take_places(*given))  # type: ignore[misc]
        assert store.read(lambda found: found.limits.places("billing")) == {"one": 2, "two": 4}
        assert store.read(lambda found: found.limits.places_of("one")) == {"billing": 2, "shop": 5}
        store.write(lambda found: found.limits.take_places("billing", "two", 0))
        assert store.read(lambda found: found.limits.places("billing")) == {"one": 2}
        store.write(lambda found: found.limits.give_back(["one", "three"]))
        assert store.read(lambda found: [*found.limits.places("billing"), *found.limits.places("shop")]) == []
