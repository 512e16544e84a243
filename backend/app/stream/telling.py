"""An event as streams send it: encoded once for all of them, with a topic that each looks up in its own set."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.domain.event import Event, EventKind, Position
from app.domain.place import Place
from app.stream import wire

_KEYS = {
    EventKind.SCHEMA: "schema",
    EventKind.TOKEN: "token",
    EventKind.PROPOSAL: "proposal",
    EventKind.PROTECTION: "approvals",
}
"""The meaning of an event's subject; for all others, it is the number of a revision."""
_TEXTS = frozenset({EventKind.SCHEMA, EventKind.TOKEN})


@dataclass(frozen=True, slots=True)
class Told:
    """An event, ready to be sent.

    Attributes:
        event: What happened.
        topic: What it concerns.
        is_about_a_token: Whether it is only for the stream, which must check its token, and not for its reader.
        content: What is sent.
    """

    event: Event
    topic: str
    is_about_a_token: bool
    content: bytes

    @property
    def position(self) -> Position:
        """Its place in the order."""
        return self.event.position


def told(event: Event, spread: int) -> Told:
    """Return `event` in the form that streams send.

    Args:
        event: What happened.
        spread: Milliseconds over which readers should spread their reads.
    """
    kind = event.happening.kind
    return Told(event, topic_of(event), kind is EventKind.TOKEN, _encoded(event, spread))


def topic_of(event: Event) -> str:
    """Return what `event` concerns."""
    about = event.happening
    if about.kind is EventKind.TOKEN:
        return _topic(about.kind, about.subject)
    return _topic(about.kind, f"{about.app}/{about.environment}" if about.environment else about.app)


# Thousands of streams watch the same places with the same token, and share one set.
@lru_cache(maxsize=1_024)
def topics(places: frozenset[Place], token_id: str, kinds: frozenset[EventKind]) -> frozenset[str]:
    """Return the topics of a stream: events of these kinds about its places and their apps, and about its token."""
    where: Iterable[str] = {*map(str, places), *(each.app for each in places)}
    return frozenset({_topic(kind, each) for kind in kinds for each in where} | {_topic(EventKind.TOKEN, token_id)})


def _topic(kind: EventKind, subject: str) -> str:
    return f"{kind} {subject}"


def _encoded(event: Event, spread: int) -> bytes:
    about = event.happening
    data: dict[str, object] = {"app": about.app}
    if about.environment:
        data["environment"] = about.environment
    data[_KEYS.get(about.kind, "revision")] = about.subject if about.kind in _TEXTS else int(about.subject)
    data |= {"sequence": event.position.sequence, "spread_ms": spread}
    return wire.event(str(about.kind), json.dumps(data, separators=(",", ":")), identity=str(event.position))
