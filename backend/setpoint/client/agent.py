"""Talks to the service in separate threads, so that neither a slow nor a missing service holds up the command."""

import json
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Any

from setpoint.client.answer import Json, RefusedError, WaitError
from setpoint.client.class_process import Outcome
from setpoint.client.event_stream import EventStream, ServerEvent
from setpoint.client.session import Offer, ServiceSession, reasons_json
from setpoint.errors import UnableError

POLL_SECONDS = 300.0
"""How long a stream may announce no new revision before the service is asked, in case the stream is stale."""

_LONGEST_UNTIL_TRIED_AGAIN = 10.0
"""In seconds, for what could not be reported or read while the stream is open."""

_FIRST_BACKOFF, _LONGEST_BACKOFF = 1.0, 15.0
"""In seconds. If many instances follow, the service asks for longer pauses on each stream, which are respected too."""

_LONGEST_ASKED_FOR = 600.0
"""In seconds; a service that asks for a longer wait is asked again after this time."""

_RETRY_SECONDS = 3.0
_MOST_FAILURES = 10

Judge = Callable[[Offer], Outcome]
"""Asks the app's own settings class what it says about a revision."""

Told = Mapping[str, Any]
"""What is reported to the service: a verdict, what is served, or both."""

_VERDICT = ("revision", "verdict", "errors")


@dataclass(slots=True)
class Agent:
    """Follows an environment: has each new revision checked, passes on what is accepted, and reports.

    Attributes:
        session: The session with the service.
        judge: Asks the settings class.
        hand_on: Called with each accepted revision.
        say: Prints a line for people.
        identify: Returns the digest of the app's contract, empty if there is none.
        give_up: Ends whatever `judge` and `identify` are waiting for.
        serves: What is served now, in the form that the service takes.
    """

    session: ServiceSession
    judge: Judge
    hand_on: Callable[[Offer], None]
    say: Callable[[str], None]
    identify: Callable[[], str]
    give_up: Callable[[], None] = lambda: None
    serves: Json | None = None
    _tasks: "SimpleQueue[Told | None]" = field(default_factory=SimpleQueue)
    _untold: Told | None = None
    _has_refused: bool = False
    _trouble: str = ""
    _last_id: str = ""
    _failures: int = 0
    _retry: float = _RETRY_SECONDS
    _threads: list[Thread] = field(default_factory=list)
    _ended: Event = field(default_factory=Event)
    _gone: bool = True
    _asked_to_wait: float | None = None

    def start(self) -> None:
        """Start to follow; the command does not wait for it."""
        for name, target in (("setpoint-stream", self._follow), ("setpoint-service", self._work)):
            self._threads.append(Thread(target=target, name=name, daemon=True))
        for thread in self._threads:
            thread.start()

    def report(self, told: Told, serves: Json | None = None) -> None:
        """Report to the service as soon as possible; what could not be reported is sent with later reports."""
        self.serves = serves or self.serves
        self._tasks.put({**told, **({"serves": self.serves} if self.serves else {})})

    def refuse(self, offer: Offer, outcome: Outcome) -> None:
        """Report that the settings class refuses a revision."""
        self.report(self._refusal(offer, outcome))

    def finish(self, seconds: float, *, gone: bool = True) -> None:
        """Stop following; for a while, try to report what is still unreported, and that the instance has `gone`."""
        ends_at, self._gone = monotonic() + seconds, gone
        self._ended.set()
        self.give_up()
        self.session.hang_up()
        self._tasks.put(None)  # wakes the thread that waits for something to report
        if not self._threads:
            self._threads.append(Thread(target=self._work, daemon=True))
            self._threads[0].start()
        for thread in self._threads:
            thread.join(max(0.0, ends_at - monotonic()))

    def _refusal(self, offer: Offer, outcome: Outcome) -> Told:
        for reason in outcome.reasons:
            self.say(f"revision {offer.revision} is refused: {reason.message}")
        return {"revision": offer.revision, "verdict": "FAILED", "errors": reasons_json(outcome.reasons)}

    def _tell_the_rest(self) -> None:
        with suppress(Empty):
            while True:
                self._remember(self._tasks.get_nowait())
        self._try(self._tell)
        if self._gone:
            self._try(self.session.close)

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                told = self._tasks.get(timeout=self._patience)
            except Empty:
                told = None
            self._remember(told)
            if not self._ended.is_set():
                self._asked_to_wait = self._try(self._tell if told else self._look)
        self._tell_the_rest()

    @property
    def _patience(self) -> float:
        if self._asked_to_wait is not None or self._untold:
            return (self._asked_to_wait or 0.0) + random.uniform(0, _LONGEST_UNTIL_TRIED_AGAIN)  # noqa: S311 - to spread, not to hide
        return POLL_SECONDS

    def _remember(self, told: Told | None) -> None:
        """Keep what must be reported: a later verdict replaces an earlier one, but not what is served.

        A verdict on a revision that was passed on before the newest one was refused comes too late: only the part about
        what is served counts.
        """
        if told is not None:
            late = _VERDICT if self._has_refused else ()
            news = {name: each for name, each in told.items() if name not in late}
            self._untold = {**(self._untold or {}), **news} or None

    def _tell(self) -> None:
        if self._untold is None or not self.session.is_open:
            return
        try:
            self.session.report(self._untold)
        except RefusedError:
            self._untold = None  # otherwise it would be refused for ever
            raise
        self._untold = None

    def _look(self) -> None:
        self._tell()
        offer = self.session.newer_offer()
        if offer is None or self._ended.is_set():
            return
        try:
            outcome = self.judge(offer)
        except BaseException:
            self.session.forget_offer()  # it has not been checked, so it is still new
            raise
        if self._ended.is_set():
            return
        self._has_refused = False
        if outcome.accepted:
            self.hand_on(offer)
            return
        self._remember(self._refusal(offer, outcome))
        self._has_refused = True
        self._tell()

    def _follow(self) -> None:
        while not self._ended.is_set():
            longest = self._retry
            asked_to_wait = self._try(self._hear_all)
            if asked_to_wait is not None:
                longest = max(longest, min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2**self._failures))
                self._failures = min(self._failures + 1, _MOST_FAILURES)
            self._ended.wait((asked_to_wait or 0.0) + random.uniform(0, longest))  # noqa: S311 - to spread, not to hide

    def _hear_all(self) -> None:
        """Handle the events of one stream until it ends."""
        if not self.session.is_open:
            self._open()
        if self._ended.is_set():
            return
        with self.session.stream(self._last_id) as stream:
            if self._ended.is_set():  # before there was a stream to close
                return
            for event in stream:
                self._failures, self._last_id = 0, event.last_id
                self._retry = _retry_seconds(stream)
                self._hear(event)

    def _open(self) -> None:
        self.session.schema_digest = self.session.schema_digest or self.identify()
        if self._ended.is_set():
            return
        self.session.open(self.serves)
        if self._ended.is_set():  # in the meantime, so that nobody else has closed it
            self.session.close()

    def _hear(self, event: ServerEvent) -> None:
        self._note("")
        if event.name == "reset":
            self.session.forget_offer()
        if event.name == "revision":
            self._ended.wait(random.uniform(0, min(_spread(event) / 1_000, POLL_SECONDS)))  # noqa: S311 - to spread, not to hide
        if event.name in {"revision", "reset", "bookmark"}:
            self._tasks.put(None)

    def _try(self, do: Callable[[], None]) -> float | None:
        """Return None if `do` succeeded; if not, the failure is printed, and the thread continues.

        The return value is then how many seconds the service wants to be left alone (`Retry-After`), 0 if it does not
        say.
        """
        try:
            do()
        except (RefusedError, UnableError) as error:
            self._note(str(error))
            return min(error.seconds, _LONGEST_ASKED_FOR) if isinstance(error, WaitError) else 0.0
        except Exception as error:  # noqa: BLE001 - whatever it is, the next attempt may succeed
            self._note(f"something unexpected went wrong with the service ({type(error).__name__})")
            return 0.0
        return None

    def _note(self, trouble: str) -> None:
        """Say once what is wrong, and once that it is right again; at the end, failed reports are not mentioned."""
        if self._ended.is_set():
            return
        if trouble and not self._trouble:
            self.say(f"{trouble}; going on with {self._served}")
        elif self._trouble and not trouble:
            self.say("the service can be reached again")
        self._trouble = trouble

    @property
    def _served(self) -> str:
        return f"revision {self.serves['revision']}" if self.serves else "what is there"


def _retry_seconds(stream: EventStream) -> float:
    return _RETRY_SECONDS if stream.retry_milliseconds is None else min(stream.retry_milliseconds / 1_000, POLL_SECONDS)


def _spread(event: ServerEvent) -> float:
    try:
        return max(0.0, float(json.loads(event.data)["spread_ms"]))
    except (ValueError, KeyError, TypeError):
        return 0.0
