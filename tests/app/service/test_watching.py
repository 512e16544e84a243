from app.domain.event import START, EventKind, Reset
from app.service.watching import Watching, concerns
from support.configuration_service import PRODUCTION, STAGING, Service, actor


def test_watchers_are_told_what_happened_in_one_order(service: Service) -> None:
    """Thin events: what and where, and no value."""
    service.write(PORT="1", API_KEY="k")
    service.write(STAGING, PORT="1")
    service.write(PORT="2")
    service.history.destroy(actor(), PRODUCTION, 1, "leaked")
    watching = Watching(service.store)
    events = watching.after(START)
    assert not isinstance(events, Reset)
    told = [(each.happening.kind, each.happening.environment, each.happening.subject) for each in events]
    assert told[1:] == [
        (EventKind.REVISION, "production", "1"),
        (EventKind.REVISION, "staging", "1"),
        (EventKind.REVISION, "production", "2"),
        (EventKind.DESTROYED, "production", "1"),
    ]
    assert [each.position.sequence for each in events] == [1, 2, 3, 4, 5]
    assert watching.latest() == events[-1].position
    assert [concerns(each, {STAGING}) for each in events] == [True, False, True, False, False]


def test_events_can_be_trimmed_and_the_audit_log_stays(service: Service) -> None:
    """Who has read less than what is left is told to read anew."""
    service.write(PORT="1")
    watching = Watching(service.store)
    assert watching.trim(keep=1) == 1
    assert watching.after(START) == Reset(watching.latest())
    assert [each.action for each in watching.audit()] == ["config.write", "schema.push"]
    assert [each.name for each in watching.principals()] == ["Ada"]
    assert watching.wait(START, timeout=10) == watching.latest()
