"""Delivers webhooks: each by one worker at a time, until it arrives, is no longer wanted, or is given up."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from time import monotonic

from app.domain.audit import SERVICE, Action, AuditEntry
from app.domain.errors import ServiceError
from app.domain.webhooks.outgoing import Answered, Attempt, Delivery, Endpoint, Message, after
from app.domain.webhooks.signature import sign
from app.service.ports import Clock, Store, Transaction
from app.service.webhooks.managing import about
from app.service.webhooks.ports import Sender
from observability.known_secrets import secrets_of_its_own
from observability.metrics import count_delivery
from setpoint import __version__

LEASE = timedelta(minutes=2)
"""How long a delivery belongs to one worker; longer than an attempt can take."""

_SECONDS_BETWEEN_LOOKS = 1.0
_MOST_AT_ONCE = 8
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Delivering:
    """What one worker of the service delivers: several at once, but no two to the same endpoint.

    A worker that is killed during a delivery leaves the row unchanged: after the lease, another one delivers it again,
    under the same id.

    Attributes:
        store: Where deliveries wait.
        sender: Sends them.
        clock: The time of day.
    """

    store: Store
    sender: Sender
    clock: Clock
    _busy: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _awake: Event = field(default_factory=Event)
    _is_closed: bool = False

    def start(self) -> None:
        """Begin to deliver, in the background."""
        Thread(target=self._run, name="setpoint-webhooks", daemon=True).start()

    def close(self) -> None:
        """Start no more deliveries."""
        self._is_closed = True
        self._awake.set()

    @property
    def busy(self) -> frozenset[str]:
        """The endpoints to which something is being delivered."""
        with self._lock:
            return frozenset(self._busy)

    def deliver_due(self) -> int:
        """Start what is due; return how many deliveries that is."""
        now = self.clock()
        busy = self.busy
        free = _MOST_AT_ONCE - len(busy)
        if free <= 0 or not self.store.read(lambda found: found.webhooks.is_due(now, busy)):
            return 0
        claimed = self.store.write(lambda found: found.webhooks.claim(now, now + LEASE, free, busy))
        with self._lock:
            self._busy.update(each.endpoint for each in claimed)
        for each in claimed:
            Thread(target=self._deliver, args=(each,), name="setpoint-webhook", daemon=True).start()
        return len(claimed)

    def attempt(self, delivery: Delivery) -> None:
        """Try one claimed delivery, and store the result."""
        endpoint = self.store.read(lambda found: found.webhooks.named(delivery.endpoint, self.clock()))
        if endpoint is None or endpoint.disabled_at is not None:
            return
        began, at = monotonic(), self.clock()
        answered = self._send(endpoint, delivery, at)
        attempt = Attempt(at, answered.status, answered.error, round((monotonic() - began) * 1_000))
        tried = after(delivery, attempt)

        def change(found: Transaction) -> None:
            found.webhooks.record(tried, at)
            if attempt.is_gone:
                found.webhooks.switch(endpoint.id, at, "the receiver answered 410 Gone: it wants no more webhooks")
                found.audit.record(about(endpoint, AuditEntry(Action.WEBHOOK_DISABLE, at, SERVICE, "")))

        self.store.write(change)
        count_delivery(str(tried.state) if not attempt.is_gone else "gone")

    def _send(self, endpoint: Endpoint, delivery: Delivery, at: datetime) -> Answered:
        body, timestamp = encoded(delivery.message), int(at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"setpoint/{__version__}",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(endpoint.secrets, delivery.id, timestamp, body),
        }
        return self.sender.send(endpoint.url, headers, body)

    def _deliver(self, delivery: Delivery) -> None:
        try:
            _quietly(lambda: self.attempt(delivery))
        finally:
            with self._lock:
                self._busy.discard(delivery.endpoint)
            self._awake.set()

    def _run(self) -> None:
        while not self._is_closed:
            self._awake.wait(_SECONDS_BETWEEN_LOOKS)
            self._awake.clear()
            _quietly(self.deliver_due)


def encoded(message: Message) -> bytes:
    """Return `message` in the form in which it is sent: see https://www.standardwebhooks.com."""
    data: dict[str, object] = {}
    if message.place is not None:
        data = {"app": message.place.app, "environment": message.place.environment, "revision": message.revision}
    timestamp = message.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    content = {"type": message.topic, "timestamp": timestamp, "data": {**data, **message.data}}
    return json.dumps(content, separators=(",", ":")).encode()


def _quietly(run: Callable[[], object]) -> None:
    """Run something that is retried later anyway; what it decrypts is a secret for as long as it runs."""
    with secrets_of_its_own():
        try:
            run()
        except ServiceError as error:
            _log.warning("webhooks can't be delivered at the moment: %s", error)
        except Exception:  # noqa: BLE001 - one webhook must not end the delivery of all
            _log.exception("a webhook could not be delivered")
