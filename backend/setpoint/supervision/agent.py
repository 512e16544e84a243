"""Talks to the service in threads of its own, so that neither a slow nor a missing service holds up the command."""

import json
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from setpoint.client.answer import Json, RefusedError
from setpoint.client.event_stream import EventStream, ServerEvent
from setpoint.client.session import Offer, ServiceSession, reasons_json
from setpoint.errors import UnableError
from setpoint.supervision.trial import Outcome

POLL_SECONDS = 300.0
"""How long a stream may say nothing of a new revision before the service is asked, in case it lies."""

_SECONDS_UNTIL_TOLD_AGAIN = 5.0
_FIRST_BACKOFF, _LONGEST_BACKOFF = 1.0, 60.0
_RETRY_MILLISECONDS = 3_000

Judge = Callable[[Offer], Outcome]
"""Asks the app's own settings class what it says of a revision."""

Told = Mapping[str, Any]
"""What the service is told: a verdict, what is served, or both."""


@dataclass(slots=True)
class Agent:
    """Follows an environment: has each new revision judged, hands on what is accepted, and reports.

    Attributes:
        session: The talk with the service.
        judge: Asks the settings class.
        hand_on: Gets each revision that was accepted.
        say: Prints a line for people.
        identify: Returns the digest of the app's contract, empty if there is none.
        serves: What is served now, as the service takes it.
    """

    session: ServiceSession
    judge: Judge
    hand_on: Callable[[Offer], None]
    say: Callable[[str], None]
    identify: Callable[[], str]
    serves: Json | None = None
    _tasks: "SimpleQueue[Told | None]" = field(default_factory=SimpleQueue)
    _untold: Told | None = None
    _trouble: str = ""
    _ended: Event = field(default_factory=Event)

    def start(self) -> None:
        """Begin to follow; the command does not wait for it."""
        for name, target in (("setpoint-stream", self._follow), ("setpoint-service", self._work)):
            Thread(target=target, name=name, daemon=True).start()

    def report(self, told: Told, serves: Json | None = None) -> None:
        """Tell the service as soon as that can be done; what could not be told is told with what comes later."""
        self.serves = serves or self.serves
        self._tasks.put({**told, **({"serves": self.serves} if self.serves else {})})

    def refuse(self, offer: Offer, outcome: Outcome) -> None:
        """Report that the settings class refuses a revision."""
        for reason in outcome.reasons:
            self.say(f"revision {offer.revision} is refused: {reason.message}")
        self.report({"revision": offer.revision, "verdict": "FAILED", "errors": reasons_json(outcome.reasons)})

    def finish(self, seconds: float, *, gone: bool = True) -> None:
        """Follow no longer; for a while, tell what was not told yet, and that the instance has `gone`."""
        self._ended.set()
        ends = Thread(target=self._tell_the_rest, args=(gone,), daemon=True)
        ends.start()
        ends.join(seconds)

    def _tell_the_rest(self, gone: bool) -> None:  # noqa: FBT001 - the argument of a thread
        with suppress(Empty):
            while True:
                self._remember(self._tasks.get_nowait())
        self._trouble = self._trouble or "it ends"  # what can't be told now is no news
        self._without_trouble(self._tell)
        if gone:
            self._without_trouble(self.session.close)

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                told = self._tasks.get(timeout=_SECONDS_UNTIL_TOLD_AGAIN if self._untold else POLL_SECONDS)
            except Empty:
                told = None
            self._remember(told)
            self._without_trouble(self._tell if told else self._look)

    def _remember(self, told: Told | None) -> None:
        """Keep what is to be told: a later verdict replaces an earlier one, and what is served does not."""
        if told is not None:
            self._untold = {**(self._untold or {}), **told}

    def _tell(self) -> None:
        if self._untold is not None and self.session.is_open:
            self.session.report(self._untold)
            self._untold = None

    def _look(self) -> None:
        self._tell()
        offer = self.session.newer_offer()
        if offer is None or self._ended.is_set():
            return
        outcome = self.judge(offer)
        if outcome.accepted:
            self.hand_on(offer)
        else:
            self.refuse(offer, outcome)

    def _follow(self) -> None:
        last_id, attempt = "", 0
        while not self._ended.is_set():
            wait = random.uniform(0, min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2**attempt))  # noqa: S311 - to spread, not to hide
            try:
                if not self.session.is_open:
                    self.session.schema_digest = self.session.schema_digest or self.identify()
                    self.session.open(self.serves)
                with self.session.stream(last_id) as stream:
                    for event in stream:
                        attempt, last_id = 0, event.last_id
                        self._hear(event)
                wait = random.uniform(0, _milliseconds(stream) / 1_000)  # noqa: S311 - to spread, not to hide
            except (RefusedError, UnableError) as error:
                self._note(str(error))
                attempt = min(attempt + 1, 10)
            self._ended.wait(wait)

    def _hear(self, event: ServerEvent) -> None:
        self._note("")
        if event.name == "reset":
            self.session.forget_offer()
        if event.name == "revision":
            self._ended.wait(random.uniform(0, _spread(event) / 1_000))  # noqa: S311 - to spread, not to hide
        if event.name in {"revision", "reset", "bookmark"}:
            self._tasks.put(None)

    def _without_trouble(self, do: Callable[[], None]) -> None:
        try:
            do()
        except (RefusedError, UnableError) as error:
            self._note(str(error))

    def _note(self, trouble: str) -> None:
        """Say once what is wrong, and once that it is right again."""
        if trouble and not self._trouble:
            self.say(f"{trouble}; going on with {self._served}")
        elif self._trouble and not trouble:
            self.say("the service can be reached again")
        self._trouble = trouble

    @property
    def _served(self) -> str:
        return f"revision {self.serves['revision']}" if self.serves else "what is there"


def _milliseconds(stream: EventStream) -> int:
    return _RETRY_MILLISECONDS if stream.retry_milliseconds is None else stream.retry_milliseconds


def _spread(event: ServerEvent) -> float:
    try:
        return max(0.0, float(json.loads(event.data)["spread_ms"]))
    except (ValueError, KeyError, TypeError):
        return 0.0
