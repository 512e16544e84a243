"""Gives an app its settings in its own process, and new ones with each revision that its class accepts."""

import atexit
import logging
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread, current_thread
from typing import Generic, NamedTuple, Self, TypeVar

from pydantic_settings import BaseSettings

from setpoint.application.constructing import construct_settings
from setpoint.application.loading import exit_status, say
from setpoint.client.agent import Agent
from setpoint.client.class_process import ClassProcess, Outcome, unable
from setpoint.client.connection import Connection
from setpoint.client.first_offer import SECONDS_TO_TELL, first_offer
from setpoint.client.known_good import Cache, KnownGood, default_folder
from setpoint.client.login import find_login
from setpoint.client.place import parse_place
from setpoint.client.session import Offer, ServiceSession, served_json
from setpoint.contract.app_code import AppCode
from setpoint.errors import UnableError
from setpoint.text.escape import printable

AnySettings = TypeVar("AnySettings", bound=BaseSettings)

logger = logging.getLogger("setpoint.client")


def follow(
    settings_class: type[AnySettings],
    *,
    app: str,
    environment: str,
    apply: Callable[[AnySettings], object] | None = None,
    release: str = "",
    cache: "str | os.PathLike[str] | None" = None,
    max_age: timedelta | None = None,
) -> "Following[AnySettings]":
    """Return the settings that the service keeps for an environment; they change as its revisions do.

    `SETPOINT_URL` and `SETPOINT_TOKEN` name the service. Each new revision is checked by the class in a separate
    process, over the environment that this process has now; what the class refuses never gets here. Without the
    service, the last known good is used. Call it once per process, after any fork and after gevent's monkey patching.

    Args:
        settings_class: The class, in a module that can be imported.
        app: The name of the app in the service.
        environment: The environment of the app to follow.
        apply: Called with new settings before they take effect, in a separate thread, one call at a time; if it raises,
            the revision is refused, and the app keeps the settings that it has. It is not called at the start.
        release: The release of the app, for people who look at its instances.
        cache: The folder for the last known good; by default the user's state folder.
        max_age: How old the last known good may be for a start.

    Raises:
        SystemExit: There are no settings to start with; the status is that of `setpoint.load`, and the reasons are on
            standard error.
    """
    places = (app, environment, release, default_folder(os.environ) if cache is None else Path(cache))
    following = _begin_or_say_why_not(settings_class, places, apply, max_age)
    if isinstance(following, int):
        raise SystemExit(following) from None  # here, where no frame holds a value
    return following


class _Served(NamedTuple, Generic[AnySettings]):
    """What the app currently uses.

    Attributes:
        offer: The revision.
        settings: The settings that the class builds from it.
    """

    offer: Offer
    settings: AnySettings


class Following(Generic[AnySettings]):
    """The settings of a followed environment, and the means to stop following it.

    Attributes:
        settings: The current settings. Keep them in a variable if several values must fit together.
        revision: The number of the revision that they come from.
    """

    def __init__(
        self,
        construct: Callable[[Mapping[str, str]], AnySettings],
        class_process: ClassProcess,
        session: ServiceSession,
        cache: Cache,
        apply: Callable[[AnySettings], object] | None,
    ) -> None:
        self._construct, self._apply, self._cache = construct, apply, cache
        self._callers = dict(os.environ)
        self._class, self._pid = class_process, os.getpid()
        self._offers: SimpleQueue[Offer | None] = SimpleQueue()
        self._agent = Agent(session, self._judge, self._offers.put, _warn, class_process.digest, class_process.give_up)
        self._thread = Thread(target=self._take_all, name="setpoint-apply", daemon=True)
        self._served: _Served[AnySettings]

    @property
    def settings(self) -> AnySettings:
        """Return the current settings."""
        return self._served.settings

    @property
    def revision(self) -> int:
        """Return the number of the revision that the current settings come from."""
        return self._served.offer.revision

    def close(self) -> None:
        """Stop following, and report that; the settings stay as they are. A process does so when it ends."""
        if os.getpid() != self._pid:  # a fork of the process has neither its threads nor its session
            return
        atexit.unregister(self.close)
        self._offers.put(None)
        self._agent.finish(SECONDS_TO_TELL)
        if current_thread() is not self._thread:  # `apply` may close what has called it
            self._thread.join(SECONDS_TO_TELL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self, max_age: timedelta | None) -> None:
        """Get the first settings, and follow from then on.

        Raises:
            UnableError: There are none.
        """
        first = first_offer(self._agent, self._cache, max_age=max_age)
        if first is None:
            message = "the revision is refused, and no revision has been applied before that the app could start with"
            raise UnableError(message)
        settings = self._made_of(first.offer)
        if isinstance(settings, Outcome):
            raise UnableError(settings.reasons[0].message)
        self._served = _Served(first.offer, settings)
        if first.is_cached and first.good is not None:
            self._agent.report({}, served_json(first.offer, "cache", first.good.applied_at))
        else:
            self._offers.put(first.offer)
        self._agent.start()
        self._thread.start()
        atexit.register(self.close)

    def _environment(self, offer: Offer) -> dict[str, str]:
        return {**self._callers, **offer.variables}

    def _judge(self, offer: Offer) -> Outcome:
        return self._class.ask(self._environment(offer))

    def _made_of(self, offer: Offer) -> AnySettings | Outcome:
        """Return the settings, or a message if the class refuses here what it has accepted in the separate process."""
        with AppCode() as asked:
            return self._construct(self._environment(offer))
        return unable(f"the settings class refuses it inside the running app ({type(asked.error).__name__})")

    def _take_all(self) -> None:
        while (offer := self._newest(self._offers.get())) is not None:
            try:
                self._take(offer)
            except BaseException as error:  # noqa: BLE001 - otherwise nobody would handle the next one
                _warn(f"revision {offer.revision} could not be applied ({type(error).__name__})")

    def _newest(self, offer: Offer | None) -> Offer | None:
        """Return the last of what is waiting: only the last revision of a burst is applied, and an end is final."""
        while offer is not None:
            try:
                offer = self._offers.get_nowait()
            except Empty:
                break
        return offer

    def _take(self, offer: Offer) -> None:
        if self._served.offer.variables == offer.variables:
            self._count(_Served(offer, self._served.settings))
            return
        self._agent.report({"revision": offer.revision, "verdict": "APPLYING"})
        settings = self._made_of(offer)
        if isinstance(settings, Outcome):
            self._agent.refuse(offer, settings)
        elif (outcome := self._outcome_of_applying(settings)).accepted:
            self._count(_Served(offer, settings))
        else:
            self._agent.refuse(offer, outcome)

    def _outcome_of_applying(self, settings: AnySettings) -> Outcome:
        """Return the result of calling the app; of an exception only the kind, because its text can hold values."""
        try:
            if self._apply is not None:
                self._apply(settings)
        except BaseException as error:  # noqa: BLE001 - the app's code may raise anything, as gevent's `Timeout` does
            return unable(f"the app could not apply it ({type(error).__name__}, {_place_of(error)})")
        return Outcome()

    def _count(self, served: _Served[AnySettings]) -> None:
        """Let the app use `served` from now on, and report that to the service."""
        self._served = served
        offer = served.offer
        try:
            self._cache.save(KnownGood(offer.revision, offer.variables, datetime.now(UTC)))
        except (OSError, UnableError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            _warn(f"cannot keep revision {offer.revision} as the last known good: {reason}")
        logger.info("serving revision %d", offer.revision)
        self._agent.report({"revision": offer.revision, "verdict": "APPLIED"}, served_json(offer, "service"))


def _begin_or_say_why_not(
    settings_class: type[AnySettings],
    places: tuple[str, str, str, Path],
    apply: Callable[[AnySettings], object] | None,
    max_age: timedelta | None,
) -> Following[AnySettings] | int:
    """Return the follower; or the exit status, once what is wrong is on standard error."""
    app, environment, release, folder = places
    try:
        place = parse_place(f"{app}/{environment}")
        session = ServiceSession(Connection(find_login(os.environ)), place, release)
        class_process = ClassProcess([_reference(settings_class)], path=os.pathsep.join(filter(None, sys.path)))
        cache = Cache(folder, place.app, place.environment)

        def construct(variables: Mapping[str, str]) -> AnySettings:
            return construct_settings(settings_class, variables)

        following = Following(construct, class_process, session, cache, apply)
        following.begin(max_age)
    except UnableError as error:
        say(f"error: {error}\n")
        return exit_status(os.environ)
    return following


def _reference(settings_class: type[BaseSettings]) -> str:
    """Return the reference by which another process can import the class.

    Raises:
        UnableError: It is defined where no other process can import it.
    """
    module, name = settings_class.__module__, settings_class.__qualname__
    if module == "__main__" or "<locals>" in name:
        message = (
            f"no other process can import the settings class `{printable(name)}`; define it in a module of its own"
        )
        raise UnableError(message)
    return f"{module}:{name}"


def _place_of(error: BaseException) -> str:
    """Return where `error` was raised: file and line, without its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _warn(line: str) -> None:
    logger.warning("%s", printable(line))
