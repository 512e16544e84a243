"""The part of the contract of a store that is about protected environments and proposals."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.domain.audit import Action
from app.domain.canary import Plan, Size
from app.domain.errors import DamagedError, DestroyedError
from app.domain.place import Place
from app.domain.proposal import Approval, Ending, Proposal, ProposalState, Terms, Wish
from app.store.repositories.proposal_tables import proposals
from app.store.testing.examples import ADA, CI, NOW, PRODUCTION, STAGING, AnyStore, append, draft
from app.store.transaction import SqlTransaction

SECRET = "c4n4ry-of-the-proposals"
TERMS = Terms(
    action=Action.CONFIG_PROMOTE,
    detail={"from": "billing/staging@1", "names": ["A"]},
    canary=Plan(Size.parse("10%"), timedelta(seconds=30)),
    at_once=False,
    allow_dangerous=True,
    ignore_live=True,
    applies_itself=True,
)
LATER = NOW + timedelta(days=7)


def _proposed(store: AnyStore, place: Place = PRODUCTION, value: str = SECRET) -> Proposal:
    wish = Wish(replace(draft(place, A=value), author=CI, bases=(STAGING,), origins={"A": "x"}), None, TERMS)
    return store.write(lambda found: found.proposals.add(wish, LATER))


def _read(store: AnyStore, number: int = 1) -> Proposal:
    proposal = store.read(lambda found: found.proposals.numbered(PRODUCTION, number))
    assert proposal is not None
    return proposal


def _tampered(store: AnyStore, **values: object) -> None:
    store.write(lambda found: found.connection.execute(proposals.update().values(**values)))


class ProposalContract:
    """What holds for proposals; a subclass gives the fixture `store`."""

    def test_environments_are_protected_each_by_itself(self, store: AnyStore) -> None:
        """What is said last holds."""
        for place, approvals in ((PRODUCTION, 1), (STAGING, 2), (PRODUCTION, 3)):
            store.write(lambda found, here=place, many=approvals: found.proposals.protect(here, many))  # type: ignore[misc]
        assert store.read(lambda found: found.proposals.protections()) == {PRODUCTION: 3, STAGING: 2}
        store.write(lambda found: found.proposals.protect(PRODUCTION, None))
        assert store.read(lambda found: found.proposals.protections()) == {STAGING: 2}

    def test_a_proposal_is_read_as_it_was_made(self, store: AnyStore) -> None:
        """With all of its terms; its values are sealed where they are kept."""
        made = _proposed(store)
        assert _read(store) == made
        assert (made.number, made.base, made.author, made.terms) == (1, None, CI, TERMS)
        assert dict(store.read(lambda found: found.proposals.variables(made))) == {"A": SECRET}
        row = store.read(lambda found: found.connection.execute(proposals.select()).one())
        assert SECRET.encode() not in bytes(row.body)

    def test_proposals_are_numbered_by_environment(self, store: AnyStore) -> None:
        """From 1, and read from the newest in pages."""
        places = (PRODUCTION, STAGING, PRODUCTION, PRODUCTION)
        assert [_proposed(store, each).number for each in places] == [1, 1, 2, 3]
        page = store.read(lambda found: found.proposals.of(PRODUCTION, limit=2))
        assert [each.number for each in page] == [3, 2]
        rest = store.read(lambda found: found.proposals.of(PRODUCTION, before=2))
        assert [each.number for each in rest] == [1]
        store.write(lambda found: found.proposals.end(page[0], Ending(ProposalState.REFUSED, NOW, ADA)))
        left = store.read(lambda found: found.proposals.of(PRODUCTION, only_open=True))
        assert [each.number for each in left] == [2, 1]

    @pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
    def test_a_number_that_no_proposal_has_is_not_there(self, store: AnyStore, number: int) -> None:
        """Whoever asks may write any number."""
        _proposed(store)
        assert store.read(lambda found: found.proposals.numbered(PRODUCTION, number)) is None

    def test_its_digest_is_of_all_that_it_would_make(self, store: AnyStore) -> None:
        """Also of values, which nobody can guess from it, and of the revision that it is made from."""
        digests = {_proposed(store).digest for _ in range(3)}
        assert len(digests) == 3
        revision = append(store, draft(A="1"))
        wish = Wish(draft(A="2"), revision.number, Terms())
        one = store.write(lambda found: found.proposals.add(wish, LATER))
        changed = store.write(lambda found: found.proposals.change(one, wish, LATER))
        assert (changed.number, changed.digest == one.digest) == (one.number, False)
        assert _read(store, one.number) == changed

    @pytest.mark.parametrize(
        "values", [{"base": 7}, {"message": "x"}, {"names": []}, {"is_base": True}, {"digest": "x"}, {"terms": {}}]
    )
    def test_what_was_changed_behind_its_back_is_not_given_out(
        self, store: AnyStore, values: dict[str, object]
    ) -> None:
        """An approval would be of something else."""
        _proposed(store)
        _tampered(store, **values)
        with pytest.raises(DamagedError, match="is not what was written"):
            _read(store)

    def test_values_open_nowhere_else(self, store: AnyStore) -> None:
        """Not as another proposal, and not as what they were before a change."""
        _proposed(store)
        other = _proposed(store, value="other")
        rows = store.read(lambda found: found.connection.execute(proposals.select().order_by(proposals.c.number)).all())
        first = {"body": rows[0].body, "data_key": rows[0].data_key}

        def move(found: SqlTransaction, **more: object) -> None:
            change = proposals.update().where(proposals.c.number == other.number)
            found.connection.execute(change.values(**first, **more))

        store.write(move)
        with pytest.raises(DamagedError, match="is not what was written"):
            store.read(lambda found: found.proposals.variables(other))

    def test_approvals_are_kept_one_a_principal(self, store: AnyStore) -> None:
        """Of what they have looked at last; those of something older count for nothing."""
        made = _proposed(store)
        old, new = Approval(ADA, "old", NOW), Approval(ADA, made.digest, NOW + timedelta(seconds=1), (made.place,))
        once = store.write(lambda found: found.proposals.approve(made, old))
        assert (_read(store).approvals, _read(store).counted()) == ((old,), [])
        twice = store.write(lambda found: found.proposals.approve(once, new))
        assert _read(store) == twice
        assert twice.counted() == [new]
        own = store.write(lambda found: found.proposals.approve(twice, Approval(CI, made.digest, LATER)))
        assert (_read(store), own.counted()) == (own, [new])

    def test_approvals_of_who_is_trusted_no_more_are_forgotten(self, store: AnyStore) -> None:
        """Of what is still open; what has ended keeps its history."""
        for number in (1, 2):
            made = _proposed(store)
            given = Approval(ADA, made.digest, NOW)
            store.write(lambda found, to=made, by=given: found.proposals.approve(to, by))  # type: ignore[misc]
            assert made.number == number
        store.write(lambda found: found.proposals.end(_read(store, 1), Ending(ProposalState.APPLIED, NOW, ADA, "", 5)))
        concerned = store.write(lambda found: found.proposals.forget_approvals(ADA))
        assert [(each.number, each.approvals) for each in concerned] == [(2, ())]
        assert len(_read(store, 1).approvals) == 1
        assert store.write(lambda found: found.proposals.forget_approvals(ADA)) == []

    def test_an_end_leaves_no_values(self, store: AnyStore) -> None:
        """And all else, with who ended it and why."""
        made = _proposed(store)
        ending = Ending(ProposalState.APPLIED, LATER, ADA, "good", 45)
        ended = store.write(lambda found: found.proposals.end(made, ending))
        assert (_read(store), ended.ending) == (ended, ending)
        with pytest.raises(DestroyedError, match="were removed when it ended"):
            store.read(lambda found: found.proposals.variables(ended))
        gone = sa.select(proposals.c.body, proposals.c.data_key)
        assert store.read(lambda found: found.connection.execute(gone).one()) == (None, None)

    def test_what_is_overdue_is_found(self, store: AnyStore) -> None:
        """As long as it is open."""
        made = _proposed(store)
        assert store.read(lambda found: found.proposals.overdue(LATER - timedelta(microseconds=1))) == []
        assert store.read(lambda found: found.proposals.overdue(LATER)) == [made]
        store.write(lambda found: found.proposals.end(made, Ending(ProposalState.EXPIRED, LATER, ADA)))
        assert store.read(lambda found: found.proposals.overdue(LATER)) == []
