import pytest
from inline_snapshot import snapshot

from app.domain.errors import NotFoundError
from app.domain.session import State
from app.service.approvals.proposing import Proposing
from app.service.pages.changes import Changes
from app.service.pages.revisions import PAGE, ChangedNames, RevisionPages
from app.service.pages.rolling_back import RollingBack
from app.service.trials import Trials
from app.service.writing.intent import Intent
from support.configuration_service import CONTRACT, PRODUCTION, STAGING, Service, actor
from support.fleet import Fleet
from support.small_contract import contract

CANARY = "canary-0b1d52ce"


@pytest.fixture
def pages(service: Service) -> RevisionPages:
    return RevisionPages(service.store, service.validator)


@pytest.fixture
def rolling_back(service: Service) -> RollingBack:
    proposing = Proposing(service.store, service.validator, service.clock)
    return RollingBack(service.store, service.validator, service.revising, proposing)


def test_the_list_says_of_each_revision_what_it_changed_and_how_it_went(fleet: Fleet, pages: RevisionPages) -> None:
    """What is over, as it was when the next one was made; the newest one as it is now."""
    fleet.service.write(PORT="2", API_KEY=CANARY)
    fleet.refuse(fleet.all[0], 2)
    fleet.service.write(PORT="1", API_KEY=CANARY, NAME="shop")
    for each in fleet.all:
        fleet.apply(each, 3)
    shown = pages.page(PRODUCTION)
    assert (shown.newest, shown.next_before) == (3, None)
    assert [(each.number, each.changed.names, each.state, each.how) for each in shown.rows] == snapshot(
        [
            (3, ("NAME", "PORT"), State.SYNCED, "all 3 instances serve revision 3"),
            (2, ("API_KEY", "PORT"), State.FAILED, "1 of 3 instances refused it: POOL_MIN must not exceed POOL_MAX"),
            (1, ("PORT",), State.SYNCED, "all 3 instances served it"),
        ]
    )
    assert [each.is_current for each in shown.rows] == [True, False, False]
    assert pages.page(PRODUCTION) == shown, "what was remembered is the same"
    assert CANARY not in repr(shown)


def test_a_trial_and_its_end_are_told_in_the_list(fleet: Fleet, pages: RevisionPages) -> None:
    """What is on trial is not what everyone is offered, and what was rolled back never was."""
    fleet.push("2")
    rows = pages.page(PRODUCTION).rows
    assert [(each.number, each.is_current, each.state) for each in rows] == [
        (2, False, State.STALE),
        (1, True, State.SYNCED),
    ]
    fleet.refuse(fleet.canary(), 2)
    fleet.push("3", None)
    rows = pages.page(PRODUCTION).rows
    assert [(each.number, each.is_current, each.changed.names) for each in rows] == [
        (3, True, ("PORT",)),
        (2, False, ("PORT",)),
        (1, False, ("PORT",)),
    ]
    assert rows[1].how == snapshot("was rolled back; 1 of 3 instances refused it: POOL_MIN must not exceed POOL_MAX")


def test_a_long_history_comes_page_by_page(service: Service, pages: RevisionPages) -> None:
    """Each revision once, and the last page says that it is the last one."""
    for number in range(PAGE + 2):
        service.write(PORT=str(number), **{"NAME": "n"} if number else {})
    first = pages.page(PRODUCTION)
    assert (len(first.rows), first.next_before) == (PAGE, 3)
    second = pages.page(PRODUCTION, first.next_before)
    assert ([each.number for each in second.rows], second.next_before) == ([2, 1], None)
    assert second.rows[0].changed == ChangedNames(("NAME", "PORT"))
    assert pages.page(PRODUCTION, 1).rows == ()
    with pytest.raises(NotFoundError):
        pages.page(STAGING)


def test_one_revision_is_told_with_what_it_changed(service: Service, pages: RevisionPages) -> None:
    """Also when the values are permanently gone: then it says who removed them."""
    service.write(PORT="1")
    service.write(PORT="2", DEBUG="1")
    one = pages.one(PRODUCTION, 2)
    assert (one.before, one.variables, one.checked, one.destroyed) == (1, 2, "valid", "")
    assert one.changes is not None
    assert [each.name for each in one.changes.rows] == ["DEBUG", "PORT"]
    assert pages.one(PRODUCTION, 1).changes is None
    service.history.destroy(actor(), PRODUCTION, 1, "leaked")
    assert pages.one(PRODUCTION, 1).destroyed == "Ada: leaked"
    fresh = RevisionPages(service.store, service.validator)
    assert not fresh.one(PRODUCTION, 2).row.changed.known
    with pytest.raises(NotFoundError, match="there is no `billing/production@3`"):
        pages.one(PRODUCTION, 3)


def test_any_two_revisions_are_compared_in_either_order(service: Service, pages: RevisionPages) -> None:
    """Secrets as changed, without their values."""
    service.write(PORT="1", API_KEY=f"{CANARY}1")
    service.write(PORT="2", API_KEY=f"{CANARY}1")
    service.write(PORT="2", API_KEY=f"{CANARY}2")
    forth, back = pages.compare(PRODUCTION, 1, 3).changes, pages.compare(PRODUCTION, 3, 1).changes
    assert [(each.name, each.before, each.after) for each in forth.rows] == [
        ("API_KEY", None, None),
        ("PORT", "1", "2"),
    ]
    assert [(each.name, each.before, each.after) for each in back.rows] == [("API_KEY", None, None), ("PORT", "2", "1")]
    assert pages.compare(PRODUCTION, 2, 2).changes == Changes(2, 2)


def test_a_rollback_shows_what_todays_gates_say_before_it_is_done(
    fleet: Fleet, service: Service, rolling_back: RollingBack
) -> None:
    """Nothing is stored by that."""
    service.write(PORT="2")
    shown = rolling_back.preview(actor(), PRODUCTION, 1)
    assert (shown.current, shown.checked, shown.live, shown.may_be_done) == (2, "valid", 3, True)
    assert [(each.name, each.before, each.after) for each in shown.changes.rows] == [("PORT", "2", "1")]
    assert service.history.one(PRODUCTION).number == 2
    assert rolling_back.preview(actor(), PRODUCTION, 2).is_same
    fleet.push("3")
    shown = rolling_back.preview(actor(), PRODUCTION, 1)
    assert not shown.may_be_done
    assert shown.refusal.startswith("1 instance tries revision 3")
    Trials(service.store, service.clock).abort(actor(), PRODUCTION, 3)
    assert rolling_back.preview(actor(), PRODUCTION, 1).may_be_done


def test_a_rollback_that_the_schema_of_today_refuses_shows_all_problems(
    service: Service, rolling_back: RollingBack
) -> None:
    """What was right then need not be so today."""
    service.write(PORT="1")
    service.write(PORT="2", DEBUG="1", NAME="n")
    types = {"PORT": "integer!", "DEBUG": "truth!", "NAME": "text!"}
    service.push(contract(**types), "2.0")
    shown = rolling_back.preview(actor(), PRODUCTION, 1)
    assert not shown.may_be_done
    assert [(each.variable, each.code) for each in shown.problems] == [("DEBUG", "SP302"), ("NAME", "SP302")]
    service.push(CONTRACT, "3.0")
    service.history.destroy(actor(), PRODUCTION, 1, "leaked")
    gone = rolling_back.preview(actor(), PRODUCTION, 1)
    assert gone.refusal == "the values of `billing/production@1` were permanently removed"
    with pytest.raises(NotFoundError):
        rolling_back.preview(actor(), PRODUCTION, 9)


def test_a_rollback_of_a_protected_environment_is_proposed(service: Service, rolling_back: RollingBack) -> None:
    """The page says how many others have to approve it, and it is done once they have."""
    service.write(PORT="1")
    service.write(PORT="2")
    service.store.write(lambda found: found.proposals.protect(PRODUCTION, 2))
    shown = rolling_back.preview(actor(), PRODUCTION, 1)
    assert (shown.approvals, shown.may_be_done) == (2, True)
    assert rolling_back.propose(actor(), Intent(PRODUCTION, 2, "as it was"), 1) == 1
    proposal = service.store.read(lambda found: found.proposals.numbered(PRODUCTION, 1))
    assert proposal is not None
    assert (proposal.base, proposal.terms.applies_itself, proposal.terms.detail) == (2, True, {"from": 1})
