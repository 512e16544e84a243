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
    """Return the settings that the service keeps for an environment, which change as its revisions do.

    `SETPOINT_URL` and `SETPOINT_TOKEN` name the service. Each new revision is put to the class in a process of its own,
    over the environment that this process has now; what the class refuses never gets here. Without the service, the
    last known good is what there is. Call it once a process, after a fork and after gevent's patches.

    Args:
        settings_class: The class, in a module that can be imported.
        app: The name of the app in the service.
        environment: The environment of it to follow.
        apply: Gets new settings before they count, in a thread of its own, one call at a time; if it raises, the
            revision is refused, and the app goes on with the settings that it has. It is not called at the start.
        release: The release of the app, for people who look at its instances.
        cache: The folder for the last known good; by default the user's state folder.
        max_age: How old the last known good may be to start with it.

    Raises:
        SystemExit: There are no settings to start with; the status is that of `setpoint.load`, and what is wrong is on
            standard error.
    """
    places = (app, environment, release, default_folder(os.environ) if cache is None else Path(cache))
    following = _begin_or_say_why_not(settings_class, places, apply, max_age)
    if isinstance(following, int):
        raise SystemExit(following) from None  # here, where no value is left in a frame
    return following


class _Served(NamedTuple, Generic[AnySettings]):
    """What the app goes by.

    Attributes:
        offer: The revision.
        settings: What the class makes of it.
    """

    offer: Offer
    settings: AnySettings


class Following(Generic[AnySettings]):
    """The settings of an environment that is followed, and who follows it.

    Attributes:
        settings: What counts now. Keep it in a variable where several values have to fit together.
        revision: The number of the revision that it is made of.
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
        """Return what counts now."""
        return self._served.settings

    @property
    def revision(self) -> int:
        """Return the number of the revision that the settings are made of."""
        return self._served.offer.revision

    def close(self) -> None:
        """Follow no longer, and tell the service; the settings stay as they are. At its end, a process does so."""
        if os.getpid() != self._pid:  # a fork of the process that follows has neither its threads nor its session
            return
        atexit.unregister(self.close)
        self._offers.put(None)
        self._agent.finish(SECONDS_TO_TELL)
        if current_thread() is not self._thread:  # `apply` may end what has called it
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
        """Return the settings; or what to say where the class refuses here what it has accepted in its own process."""
        try:
            return self._construct(self._environment(offer))
        except KeyboardInterrupt:  # of whoever starts the app
            raise
        except BaseException as error:  # noqa: BLE001 - code of the app's may raise anything
            return unable(f"the settings class refuses it inside the running app ({type(error).__name__})")

    def _take_all(self) -> None:
        while (offer := self._newest(self._offers.get())) is not None:
            try:
                self._take(offer)
            except BaseException as error:  # noqa: BLE001 - or nobody would take the next one
                _warn(f"revision {offer.revision} could not be applied ({type(error).__name__})")

    def _newest(self, offer: Offer | None) -> Offer | None:
        """Return the last of what waits: revisions in a burst are applied once, and an end is the end."""
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
        """Return what came of telling the app; of what it raises the kind alone, because a text can hold values."""
        try:
            if self._apply is not None:
                self._apply(settings)
        except BaseException as error:  # noqa: BLE001 - code of the app's may raise anything, as gevent's `Timeout`
            return unable(f"the app could not apply it ({type(error).__name__}, {_place_of(error)})")
        return Outcome()

    def _count(self, served: _Served[AnySettings]) -> None:
        """Let the app go by `served` from now on, and tell the service."""
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
    """Return what follows; or the status to end with, once it is on standard error what is wrong."""
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
    """Return how another process finds the class.

    Raises:
        UnableError: It is defined where no other process can import it from.
    """
    module, name = settings_class.__module__, settings_class.__qualname__
    if module == "__main__" or "<locals>" in name:
        message = (
            f"no other process can import the settings class `{printable(name)}`; define it in a module of its own"
        )
        raise UnableError(message)
    return f"{module}:{name}"


def _place_of(error: BaseException) -> str:
    """Return where `error` was raised: file and line, and no text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _warn(line: str) -> None:
    logger.warning("%s", printable(line))
