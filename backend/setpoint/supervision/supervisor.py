"""Keeps the command running: starts it, replaces it when a new revision is accepted, and goes back if that fails."""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Protocol, TypeAlias

from setpoint.client.answer import Json
from setpoint.client.known_good import Cache, KnownGood
from setpoint.client.session import Offer, served_json
from setpoint.errors import UnableError
from setpoint.supervision.child import Child
from setpoint.supervision.env_out import EnvOut
from setpoint.supervision.readiness import is_ready
from setpoint.supervision.signals import Told, hear
from setpoint.supervision.terminal import Terminal

_TERMINAL_STOPS = {signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
_SECONDS_BETWEEN_LOOKS = 0.2
_LONGEST_UNTIL_READY = 60.0

_LONGEST_WAIT = 1.0
"""In seconds: a signal right before the wait, or in another thread, does not end the wait, and is handled after it."""

Events: TypeAlias = "SimpleQueue[Offer | int]"
"""Revisions, and numbers of signals: a signal handler may put something into a simple queue."""


class Reporter(Protocol):
    """Reports to the service, as `Agent` does."""

    def report(self, told: Mapping[str, object], serves: Json | None = None) -> None:
        """Report to the service as soon as possible."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How the command is run.

    Attributes:
        command: The program and its arguments.
        callers: The environment that it inherits.
        settle: How many seconds it must stay up to count as started.
        grace: How many seconds it may take to stop.
        ready_url: The URL that answers with 2xx once it is up; None if only `settle` counts.
        reload_signal: The signal that makes it read a changed env file; None if it must be restarted.
        env_out: The env file that it reads; None if it has its variables in its environment.
    """

    command: Sequence[str]
    callers: Mapping[str, str]
    settle: float
    grace: float
    ready_url: str | None = None
    reload_signal: int | None = None
    env_out: EnvOut | None = None

    def environment(self, variables: Mapping[str, str]) -> Mapping[str, str]:
        """Return the environment of the command."""
        return self.callers if self.env_out else {**self.callers, **variables}


@dataclass(slots=True)
class Supervisor:
    """One command, and the revision that it runs with.

    Attributes:
        plan: How it is run.
        cache: Keeps the last known good; None if nothing is kept.
        reporter: Reports to the service.
        say: Prints a line for people.
        events: Receives accepted revisions, of which the newest is applied, and signals.
    """

    plan: Plan
    cache: Cache | None
    reporter: Reporter
    say: Callable[[str], None]
    events: "Events"
    _child: Child | None = None
    _good: Offer | None = None
    _good_since: datetime | None = None
    _pending: Offer | None = None
    _terminal: Terminal = field(default_factory=Terminal)
    _told: Told = field(init=False)

    def __post_init__(self) -> None:
        self._told = Told(self.plan.grace)

    def run(self, first: Offer, good: KnownGood | None = None, *, is_cached: bool = False) -> int:
        """Start the command with `first`, and return its exit status.

        Args:
            first: The revision to start with.
            good: The last known good; None if there is none.
            is_cached: Whether `first` is that one, rather than what the service has just sent.

        Raises:
            NotStartedError: The command can't be started at all.
        """
        hear(self._on_signal)
        if good is not None:
            self._good, self._good_since = Offer(good.revision, good.variables), good.applied_at
        self._begin(first, is_cached=is_cached)
        while True:
            self._wait(None, lambda: self._has_ended() or (self._pending is not None and not self._told.is_to_end))
            if (status := self._status()) is not None:
                self._stop()
                return status
            offer, self._pending = self._pending, None
            if offer is not None:
                self._replace(offer)

    def _begin(self, first: Offer, *, is_cached: bool) -> None:
        self._write(first)
        self._start(first)
        if is_cached:
            self.reporter.report({}, served_json(first, "cache", self._good_since))
        elif self._settles():
            self._applied(first)
        elif self._has_failed():
            self._failed(first, self._what_happened())
            self._go_back()

    def _replace(self, offer: Offer) -> None:
        """Run the command with another revision, or go back to the last good one."""
        if self._good is not None and self._good.variables == offer.variables:
            self._applied(offer)  # it runs with the same variables
            return
        self.reporter.report({"revision": offer.revision, "verdict": "APPLYING"})
        try:
            self._give(offer)
        except UnableError as error:
            self._failed(offer, str(error))
            if self._has_ended() and not self._told.is_to_end:
                self._go_back()
            return
        if self._settles(reloaded=self.plan.reload_signal is not None):
            self._applied(offer)
        elif self._has_failed():
            self._failed(offer, self._what_happened())
            self._go_back()

    def _give(self, offer: Offer) -> None:
        """Give the command another revision: by a signal if it has one, otherwise by a restart."""
        self._write(offer)
        if self.plan.reload_signal is not None and self._child is not None:
            self._child.pass_on(self.plan.reload_signal)
            return
        self._stop()
        if not self._told.is_to_end:
            self._start(offer)

    def _has_failed(self) -> bool:
        """Return whether the command failed to start; one that was told to end, or is done, has not failed."""
        status = self._status()
        was_ended = self._told.explains(status, has_terminal=self._terminal.is_lent)
        return status != 0 and not was_ended and not self._told.is_to_end

    def _what_happened(self) -> str:
        status = self._status()
        how = "did not get ready" if status is None else f"ended with {status}"
        return f"the command {how} within the time that it has to start"

    def _failed(self, offer: Offer, message: str) -> None:
        self.say(f"revision {offer.revision} failed: {message}")
        errors = [{"rule": "not-started", "variable": "", "message": message}]
        self.reporter.report({"revision": offer.revision, "verdict": "FAILED", "errors": errors})

    def _go_back(self) -> None:
        if self._good is None:
            return
        self.say(f"starting again with revision {self._good.revision}")
        self._stop()
        if not self._told.is_to_end:
            self._write(self._good)
            self._start(self._good)

    def _start(self, offer: Offer) -> None:
        self._child = Child(self.plan.command, self.plan.environment(offer.variables))
        self._terminal.lend(self._child.pid)

    def _write(self, offer: Offer) -> None:
        if self.plan.env_out is not None:
            self.plan.env_out.write(offer.variables)

    def _stop(self) -> None:
        """Ask the command to stop, then the rest of its group; kill whatever is left after the time for both."""
        child = self._child
        if child is None:
            return
        ends_at = monotonic() + self.plan.grace
        for ask, is_done in ((child.pass_on, self._has_ended), (child.pass_on_to_all, child.is_gone)):
            if not is_done():
                ask(signal.SIGTERM)
                self._wait(ends_at - monotonic(), is_done)
        if not child.is_gone():
            self.say(f"the command did not stop within {self.plan.grace:g} s, and is killed")
        child.clear_away()
        self._terminal.take_back()

    def _settles(self, *, reloaded: bool = False) -> bool:
        """Return whether the command stays up for as long as it must, or says that it is ready.

        While it reloads, what ran before keeps answering, which proves nothing about what comes next.
        """
        url = self.plan.ready_url
        if (url is None or reloaded) and self._wait(self.plan.settle, self._has_ended):
            return False
        return url is None or self._gets_ready(url)

    def _gets_ready(self, url: str) -> bool:
        ends_at = monotonic() + _LONGEST_UNTIL_READY
        while monotonic() < ends_at:
            if self._wait(_SECONDS_BETWEEN_LOOKS, self._has_ended):
                return False
            if is_ready(url):
                return True
        return False

    def _applied(self, offer: Offer) -> None:
        self._good = offer
        if self.cache is not None:
            try:
                self.cache.save(KnownGood(offer.revision, offer.variables, datetime.now(UTC)))
            except (OSError, UnableError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                self.say(f"cannot keep revision {offer.revision} as the last known good: {reason}")
        self.say(f"serving revision {offer.revision}")
        self.reporter.report({"revision": offer.revision, "verdict": "APPLIED"}, served_json(offer, "service"))

    def _status(self) -> int | None:
        return None if self._child is None else self._child.exit_status()

    def _has_ended(self) -> bool:
        return self._status() is not None

    def _wait(self, seconds: float | None, done: Callable[[], bool]) -> bool:
        """Handle events until `done`, or until `seconds` have passed; return whether it is done."""
        ends_at = None if seconds is None else monotonic() + seconds
        while not done():
            left = None if ends_at is None else ends_at - monotonic()
            if left is not None and left <= 0:
                return False
            try:
                event = self.events.get(timeout=_LONGEST_WAIT if left is None else min(left, _LONGEST_WAIT))
            except Empty:
                continue
            self._handle(event)
        return True

    def _handle(self, event: Offer | int) -> None:
        if isinstance(event, Offer):
            self._pending = event
        elif self._child is None:
            return
        elif event == signal.SIGCHLD:
            self._heed_stop(self._child)
        else:
            self._told.note(event)
            self._child.pass_on(event)
            if event == signal.SIGCONT:
                self._go_on(self._child)

    def _heed_stop(self, child: Child) -> None:
        """If the terminal has stopped the command, stop with it, so that the shell continues."""
        number = child.stopped_by()
        if number not in _TERMINAL_STOPS:
            return
        if number == signal.SIGTSTP:
            self._terminal.suspend(number)
            self._wait(_SECONDS_BETWEEN_LOOKS, lambda: self._terminal.is_lent)  # as a shell's `fg` does
            self._go_on(child)  # at once if there is no shell that could do that
        elif self._terminal.lend(child.pid):
            self._go_on(child)
        else:
            self._terminal.suspend(number)

    def _go_on(self, child: Child) -> None:
        self._terminal.lend(child.pid)
        child.pass_on_to_all(signal.SIGCONT)

    def _on_signal(self, number: int, _: object) -> None:
        self.events.put(number)
