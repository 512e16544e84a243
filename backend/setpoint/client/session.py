"""One instance's session with the service: the revision that it is offered, and what it reports about it."""

import os
import secrets
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from typing import Any

from setpoint.client.answer import Answer, Json, RefusedError
from setpoint.client.connection import Connection, Query
from setpoint.client.event_stream import EventStream
from setpoint.client.place import Place
from setpoint.errors import UnableError

_LONGEST_SILENCE = 45.0
"""In seconds: three heartbeats."""

_MOST_REASONS, _LONGEST_MESSAGE = 100, 1_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A revision that an instance is offered.

    Attributes:
        revision: Its number.
        variables: Its values.
    """

    revision: int
    variables: Mapping[str, str] = field(repr=False)


@dataclass(slots=True)
class ServiceSession:
    """A session of this process.

    Attributes:
        connection: To the service.
        place: The followed environment.
        release: The release of the app.
        schema_digest: The digest of its contract; empty if it is not known.
        instance: A UUID of version 7, which names this process.
        started_at: When it started.
    """

    connection: Connection
    place: Place
    release: str = ""
    schema_digest: str = ""
    instance: str = ""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _id: str | None = None
    _tag: str = ""

    def __post_init__(self) -> None:
        self.instance = self.instance or uuid7()

    def offer(self) -> Offer:
        """Return the revision that is offered.

        Raises:
            RefusedError: The environment does not exist, or the token may not read it.
            UnableError: The service can't be reached.
        """
        return self._offered(self._read({}))

    def newer_offer(self) -> Offer | None:
        """Return the current offer, perhaps an older one; None if it was read last; raises as `offer` does."""
        answer = self._read({"If-None-Match": self._tag} if self._tag else {})
        return None if answer.status == HTTPStatus.NOT_MODIFIED else self._offered(answer)

    def forget_offer(self) -> None:
        """Treat whatever is offered next as new: another history may have given the same number to something else."""
        self._tag = ""

    def _read(self, headers: Mapping[str, str]) -> Answer:
        query: Query = {"reveal": True, **({"session": self._id} if self._id else {})}
        return self.connection.call("GET", f"{self.place.path}/config", query=query, headers=headers)

    def _offered(self, answer: Answer) -> Offer:
        found, self._tag = answer.json, answer.headers.get("etag", "")
        variables = {name: each["value"] for name, each in found["variables"].items()}
        return Offer(answer.integer("revision"), variables)

    def open(self, serves: Json | None) -> None:
        """Open a session, reporting what is already served.

        Raises:
            RefusedError: The token may not do that, or the environment does not exist.
            UnableError: The service can't be reached.
        """
        wanted: Json = {
            "instance": self.instance,
            "environments": [str(self.place)],
            "schema_digest": self.schema_digest,
            "release": self.release,
            "host": socket.gethostname()[:255],
            "pid": os.getpid(),
            "started_at": self.started_at.isoformat(),
            "serves": [{"environment": str(self.place), **serves}] if serves else [],
        }
        self._id = str(self.connection.send_json("POST", "/v1/sessions/", wanted).json_with("id")["id"])

    @property
    def is_open(self) -> bool:
        """Return whether there is a session."""
        return self._id is not None

    def report(self, told: Mapping[str, Any]) -> None:
        """Report a verdict, or what is served, to the service.

        Raises:
            RefusedError: The service will never accept it.
            UnableError: The service can't be reached, or no longer knows the session, which is then closed.
        """
        try:
            self.connection.send_json("PATCH", f"/v1/sessions/{self._id}", told)
        except RefusedError as error:
            self._forget_if_unknown(error)
            if self.is_open:
                raise
            raise UnableError(error.detail) from None

    def close(self) -> None:
        """Report that this instance is ending.

        Raises:
            RefusedError: The session is not known.
            UnableError: The service can't be reached.
        """
        if self._id is not None:
            self.connection.call("DELETE", f"/v1/sessions/{self._id}")
            self._id = None

    @contextmanager
    def stream(self, last_id: str) -> Iterator[EventStream]:
        """Yield the events after `last_id`, until the stream ends or is silent for too long.

        Raises:
            UnableError: The service can't be reached, or refuses; a session that it no longer knows is then closed.
        """
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last_id} if last_id else {})}
        path = f"/v1/sessions/{self._id}/stream"
        try:
            with self.connection.stream(path, headers, _LONGEST_SILENCE) as chunks:
                yield EventStream(chunks, last_id)
        except RefusedError as error:
            self._forget_if_unknown(error)
            raise UnableError(error.detail) from None

    def hang_up(self) -> None:
        """End the stream, if one is open."""
        self.connection.hang_up()

    def _forget_if_unknown(self, error: RefusedError) -> None:
        if error.status == HTTPStatus.NOT_FOUND:
            self._id = None


def uuid7() -> str:
    """Return a UUID of version 7 (RFC 9562, section 5.7): the time in milliseconds, then random bits."""
    value = time.time_ns() // 1_000_000 << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def reasons_json(reasons: Iterable[Any]) -> list[Json]:
    """Return why a revision was refused, within the limits beyond which the service would accept nothing at all."""
    return [
        {"rule": each.rule[:200], "variable": each.variable[:255], "message": each.message[:_LONGEST_MESSAGE]}
        for each in islice(reasons, _MOST_REASONS)
    ]


def served_json(offer: Offer, source: str, known_good_at: datetime | None = None) -> Json:
    """Return what is served from now on, in the form that the service takes.

    Args:
        offer: The revision.
        source: `service`, or `cache` for the last known good.
        known_good_at: When the last known good was applied.
    """
    age = {"known_good_at": known_good_at.isoformat()} if known_good_at else {}
    return {"revision": offer.revision, "since": datetime.now(UTC).isoformat(), "source": source, **age}
