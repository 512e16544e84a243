"""Follows environments for a client, for as long as it may."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Response, request

from app.domain.errors import ServiceError
from app.domain.event import NOWHERE, Event, EventKind, Position
from app.domain.identity import Actor, Scope, Token
from app.domain.place import Place
from app.service.access import require
from app.service.limits.stream_places import StreamPlaces
from app.service.watching import Watching
from app.stream.broker import Broker
from app.stream.following import Following
from app.stream.leased import Leased
from app.stream.open_streams import Content, OpenStreams
from app.views.authentication import Authentication
from app.views.stream import opened


@dataclass(frozen=True, slots=True)
class Watch:
    """What is needed to follow environments."""

    streams: OpenStreams
    broker: Broker
    watching: Watching
    authentication: Authentication
    places: StreamPlaces

    def follow(self, actor: Actor, places: list[Place]) -> Response:
        """Return a stream of the events of `places`."""
        for place in places:
            require(actor.token, Scope.CONFIG_READ, place.app, place.environment)
        return self.opened(places, lambda: self.content(actor, Scope.CONFIG_READ, places))

    def opened(self, places: Iterable[Place], content: Callable[[], Content]) -> Response:
        """Return a stream of what `content` gives, within the limits of the apps of `places`.

        Raises:
            LimitedError: One of the apps has no place left.
        """
        apps = sorted({place.app for place in places})
        return opened(self.streams, lambda: Leased(content(), self.places, apps))

    def content(
        self,
        actor: Actor,
        scope: Scope,
        places: list[Place],
        kinds: frozenset[EventKind] = frozenset(EventKind),
        *,
        retold: frozenset[EventKind] = frozenset(),
        as_told: Callable[[Event], Event | None] = lambda event: event,
    ) -> Content:
        """Return the events of these kinds in `places`, for as long as the token of `actor` has the scope there.

        Args:
            actor: Who is watching.
            scope: What the token needs.
            places: The environments.
            kinds: The kinds of events.
            retold: Those that this watcher gets in a different form.
            as_told: Returns that form; None if the event does not concern the watcher.
        """
        return Following(
            self.broker,
            self.watching,
            self.broker.subscribe(places, actor.token.id, kinds, retold),
            _last_seen(),
            allowed_until=self._end_of(actor.token),
            ask_until=self._ask_until(actor, scope, places),
            spread_milliseconds=self.streams.spread_milliseconds,
            as_told=as_told,
        )

    def _ask_until(self, actor: Actor, scope: Scope, places: list[Place]) -> Callable[[], float]:
        live_token = self.authentication.lasting(actor)

        def ask_until() -> float:
            try:
                token = live_token()
                for place in places:
                    require(token, scope, place.app, place.environment)
            except ServiceError:
                raise PermissionError from None
            return self._end_of(token)

        return ask_until

    def _end_of(self, token: Token) -> float:
        """Return when `token` expires, on the clock of the streams, which nobody sets."""
        return self.streams.clock() + self.authentication.seconds_left(token)


def _last_seen() -> Position | None:
    """Return up to where the client has read; nowhere if that is unknown, so that it reads the state again."""
    text = request.headers.get("Last-Event-ID", "").strip()
    return (Position.parse(text) or NOWHERE) if text else None
