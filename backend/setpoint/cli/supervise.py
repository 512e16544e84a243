"""`run --app APP --environment ENVIRONMENT -- CMD`: keep a command running with the newest revision that it takes."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

from setpoint.cli.options import chosen_settings
from setpoint.client.answer import RefusedError
from setpoint.client.connection import Connection
from setpoint.client.login import find_login
from setpoint.client.place import Place, parse_place
from setpoint.client.release import release_of
from setpoint.client.session import Offer, ServiceSession
from setpoint.errors import UnableError
from setpoint.project import find_project
from setpoint.sources.callers_environment import callers_environment
from setpoint.sources.env_file import DEFAULT_LOADER
from setpoint.supervision.agent import Agent, Judge
from setpoint.supervision.child import NotStartedError
from setpoint.supervision.env_out import EnvOut
from setpoint.supervision.first_process import stay_behind_as_first_process
from setpoint.supervision.known_good import Cache, KnownGood
from setpoint.supervision.supervisor import Events, Plan, Supervisor, default_folder
from setpoint.supervision.trial import Outcome, Trial, unable
from setpoint.text.escape import printable

_REFUSED = 1
_KEPT_WHEN_CLEAN = ("PATH",)
_SECONDS_TO_TELL = 3.0


def supervise(arguments: argparse.Namespace, command: Sequence[str]) -> int:
    """Run the command until it ends, and return its exit status; 1 if its settings class takes no revision."""
    place = _place(arguments)
    stay_behind_as_first_process()
    plan = _plan(arguments, command)
    trial = _trial(arguments)
    folder = Path(arguments.cache) if arguments.cache else default_folder(os.environ)
    cache = Cache(folder, place.app, place.environment)
    session = ServiceSession(Connection(find_login(os.environ)), place, _release(arguments))
    events: Events = SimpleQueue()
    agent = Agent(session, _judge(trial, plan), events.put, _say, trial.digest if trial else str)
    supervisor = Supervisor(plan, cache, agent, _say, events)
    good = cache.load()
    first, is_cached = _first(arguments, session, agent, good)
    if first is None:
        return _REFUSED
    if arguments.quiet:
        agent.say = supervisor.say = _say_nothing
    if not arguments.offline:
        agent.start()
    try:
        return supervisor.run(first, good, is_cached=is_cached)
    except NotStartedError as error:
        _say(str(error))
        return error.exit_status
    finally:
        if not arguments.offline:
            agent.finish(_SECONDS_TO_TELL)


def _first(
    arguments: argparse.Namespace, session: ServiceSession, agent: Agent, good: KnownGood | None
) -> tuple[Offer | None, bool]:
    """Return the revision to begin with, none if all are refused, and whether it is the last known good."""
    if arguments.offline:
        return _from_cache(good, "the service is not asked", arguments), True
    try:
        offer = session.offer()
    except RefusedError as error:
        raise UnableError(error.detail) from None
    except UnableError as error:
        return _from_cache(good, str(error), arguments), True
    outcome = agent.judge(offer)
    if outcome.accepted:
        return offer, False
    agent.refuse(offer, outcome)
    if good is not None:
        return _from_cache(good, f"revision {offer.revision} is refused", arguments), True
    _say("the command was not started: nothing has been applied before that it could go on with")
    with suppress(RefusedError, UnableError):
        session.open(None)
        agent.finish(_SECONDS_TO_TELL, gone=False)  # people are to see why it did not start
    return None, False


def _from_cache(cached: KnownGood | None, why: str, arguments: argparse.Namespace) -> Offer:
    """Return the last known good as the revision to begin with, loudly.

    Raises:
        UnableError: There is none, or it is too old.
    """
    if cached is None:
        message = f"{why}, and there is no last known good to start with"
        raise UnableError(message)
    age = datetime.now(UTC) - cached.applied_at
    if arguments.max_age is not None and age > timedelta(hours=arguments.max_age):
        message = f"{why}, and the last known good is {_told(age)} old, more than `--max-age` allows"
        raise UnableError(message)
    _say(f"WARNING: {why}; starting with the last known good, revision {cached.revision}, applied {_told(age)} ago")
    return Offer(cached.revision, cached.variables)


def _told(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _place(arguments: argparse.Namespace) -> Place:
    if arguments.app is None or arguments.environment is None:
        message = "`--app` and `--environment` go together: they name what to follow"
        raise UnableError(message)
    if arguments.files:
        message = "`--file` is for a command that is started once; with `--app` the service has the variables"
        raise UnableError(message)
    return parse_place(f"{arguments.app}/{arguments.environment}")


def _plan(arguments: argparse.Namespace, command: Sequence[str]) -> Plan:
    if (arguments.reload_signal is None) != (arguments.env_out is None):
        message = "`--reload-signal` and `--env-out` go together: the signal makes the command read the file anew"
        raise UnableError(message)
    out = EnvOut(Path(arguments.env_out).absolute(), arguments.loader or DEFAULT_LOADER) if arguments.env_out else None
    return Plan(
        command=command,
        callers=callers_environment(_KEPT_WHEN_CLEAN if arguments.clean else None),
        settle=arguments.settle,
        grace=arguments.grace,
        ready_url=arguments.ready_url,
        reload_signal=_signal(arguments.reload_signal),
        env_out=out,
    )


def _signal(name: str | None) -> int | None:
    if name is None:
        return None
    number = getattr(signal, f"SIG{name.upper().removeprefix('SIG')}", None)
    if not isinstance(number, signal.Signals):
        message = f"`{printable(name)}` is not a signal; one is `HUP`"
        raise UnableError(message)
    return number


def _trial(arguments: argparse.Namespace) -> Trial | None:
    """Return how to ask the settings classes; None for a command that has none."""
    settings, _ = chosen_settings(arguments)
    if not settings:
        _say("no settings class is named, so that the schema alone decides what the command gets")
        return None
    return Trial(settings, arguments.fail_on)


def _judge(trial: Trial | None, plan: Plan) -> Judge:
    """Return what decides on a revision: the settings class, and whether it can be given to the command at all."""

    def judge(offer: Offer) -> Outcome:
        if plan.env_out is None:
            return trial.ask(plan.environment(offer.variables)) if trial else Outcome()
        try:
            with plan.env_out.candidate(offer.variables) as path:
                return trial.ask(plan.callers, str(path)) if trial else Outcome()
        except UnableError as error:
            return unable(str(error))

    return judge


def _release(arguments: argparse.Namespace) -> str:
    if arguments.release:
        return str(arguments.release)
    try:
        return release_of(find_project(Path.cwd()).root)
    except UnableError:
        return ""


def _say(line: str) -> None:
    sys.stderr.write(f"setpoint: {printable(line)}\n")
    sys.stderr.flush()


def _say_nothing(_: str) -> None:
    """Take a line that nobody wants to read."""
