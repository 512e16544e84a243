from datetime import UTC, datetime

import pytest
from inline_snapshot import snapshot

from app.domain.event import Event, EventKind, Happening, Position
from app.domain.place import Place
from app.stream.telling import told, topic_of, topics

NOW = datetime(2026, 11, 26, tzinfo=UTC)
HERE = frozenset({Place("billing", "production"), Place("shop", "staging")})


def event(kind: EventKind, app: str = "", environment: str = "", subject: str = "1") -> Event:
    return Event(Position(7, "0000000a"), Happening(kind, NOW, app, environment, subject))


@pytest.mark.parametrize(
    ("happened", "watched"),
    [
        (event(EventKind.REVISION, "billing", "production"), True),
        (event(EventKind.REVISION, "billing", "staging"), False),
        (event(EventKind.REVISION, "shop", "production"), False),
        (event(EventKind.SCHEMA, "billing"), True),
        (event(EventKind.SCHEMA, "other"), False),
        (event(EventKind.ROLLOUT, "billing", "production"), False),
        (event(EventKind.TOKEN, subject="mine"), True),
        (event(EventKind.TOKEN, subject="another"), False),
    ],
)
def test_a_stream_watches_its_places_their_apps_and_its_token(happened: Event, watched: bool) -> None:  # noqa: FBT001 - a table
    """And of those, events of the kinds that it is for; one about its token is always for it."""
    kinds = frozenset({EventKind.REVISION, EventKind.SCHEMA})
    assert (topic_of(happened) in topics(HERE, "mine", kinds)) is watched


def test_what_is_sent_is_made_once_for_all_streams() -> None:
    """With the time over which all of their readers spread."""
    assert told(event(EventKind.REVISION, "billing", "production", "44"), 1_500).content.decode() == snapshot("""\
id: 7-0000000a
event: revision
data: {"app":"billing","environment":"production","revision":44,"sequence":7,"spread_ms":1500}

""")
