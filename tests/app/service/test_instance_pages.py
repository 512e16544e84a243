from datetime import timedelta

import pytest

from app.domain.errors import NotFoundError
from app.domain.place import Place
from app.domain.session import State
from app.service.pages.instances import PAGE, Choice, InstancePages, InstancesShown, Wish
from support.configuration_service import PRODUCTION, STAGING
from support.fleet import POOL, Fleet


def page(fleet: Fleet, wish: Wish = Wish(), place: Place = PRODUCTION) -> InstancesShown:  # noqa: B008 - frozen
    return InstancePages(fleet.service.store).page(place, wish)


def test_instances_are_counted_by_what_they_have_in_common_and_chosen_by_it(fleet: Fleet) -> None:
    """The counts are those of all of them, whichever are shown."""
    fleet.service.write(PORT="2")
    fleet.refuse(fleet.all[0], 2)
    fleet.apply(fleet.all[1], 2)
    found = page(fleet, Wish(state=State.FAILED))
    assert set(found.states) == {Choice("FAILED", 1), Choice("STALE", 1), Choice("SYNCED", 1)}
    assert (found.releases, found.schemas) == ((Choice("billing@1.8", 3),), (Choice("sha256:one", 3),))
    assert [(each.host, each.reasons) for each in found.rows] == [("web-0", (POOL,))]
    assert page(fleet, Wish(release="billing@1.8")).found == 3
    assert page(fleet, Wish(schema="sha256:two")).rows == ()


def test_many_instances_come_page_by_page_each_once(fleet: Fleet) -> None:
    """The worst first."""
    fleet.join(PAGE)
    fleet.service.write(PORT="2")
    fleet.apply(fleet.all[0], 2)
    first = page(fleet)
    assert (len(first.rows), first.found, first.next_start) == (PAGE, PAGE + 3, PAGE)
    second = page(fleet, Wish(start=PAGE))
    assert (len(second.rows), second.next_start) == (3, None)
    assert second.rows[-1].session == fleet.all[0].id
    assert len({each.session for each in (*first.rows, *second.rows)}) == PAGE + 3


def test_an_instance_has_a_time_line_of_all_that_is_kept_of_it(fleet: Fleet) -> None:
    """The newest first: who made which revision meanwhile, its verdict with the reason, and when it went."""
    pages, session = InstancePages(fleet.service.store), fleet.all[0]
    fleet.service.write(PORT="2")
    fleet.refuse(session, 2)
    shown = pages.one(PRODUCTION, session.id)
    assert (shown.instance, shown.row.state, shown.row.serves) == (session.instance.id, State.FAILED, 1)
    seen_here = [each for each in shown.moments if not each.what.startswith("started on web-0, process 42")]
    assert len(seen_here) == len(shown.moments) - 1
    assert [(each.what, each.why) for each in seen_here] == [
        ("refused revision 2", POOL),
        ("revision 2 was made by Ada", "why"),
        ("served revision 1 from then on", ""),
        ("began to follow the environment", ""),
    ]
    fleet.apply(session, 2)
    fleet.wait(timedelta(seconds=1))
    fleet.service.store.write(lambda found: found.sessions.release([session.id], "worker-1", fleet.clock()))
    moments = [each.what for each in pages.one(PRODUCTION, session.id).moments if each.state]
    assert moments == ["went away", "applied revision 2"]


def test_an_instance_is_shown_in_its_own_environment_alone(fleet: Fleet) -> None:
    """Elsewhere it is as unknown as one that there never was."""
    pages = InstancePages(fleet.service.store)
    fleet.service.write(STAGING, PORT="1")
    for place, session_id in [(STAGING, fleet.all[0].id), (PRODUCTION, "none")]:
        with pytest.raises(NotFoundError, match="there is no session"):
            pages.one(place, session_id)
