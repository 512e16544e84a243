"""`run --app APP --environment ENVIRONMENT -- CMD`: keep a command running with the newest revision that it takes."""

import argparse
import os
import signal
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import NoReturn

from setpoint.cli.options import chosen_settings
from setpoint.cli.output import say
from setpoint.client.agent import Agent, Judge
from setpoint.client.class_process import ClassProcess, Outcome, unable
from setpoint.client.connection import Connection
from setpoint.client.first_offer import SECONDS_TO_TELL, first_offer
from setpoint.client.known_good import Cache, default_folder
from setpoint.client.login import Login, find_login
from setpoint.client.place import Place, parse_place
from setpoint.client.release import release_of
from setpoint.client.session import Offer, ServiceSession
from setpoint.errors import UnableError
from setpoint.project import find_project
from setpoint.sources.callers_environment import callers_environment
from setpoint.sources.env_file import DEFAULT_LOADER
from setpoint.supervision.child import NotStartedError
from setpoint.supervision.env_out import EnvOut
from setpoint.supervision.first_process import stay_behind_as_first_process
from setpoint.supervision.signals import KILLED_BY_SIGNAL
from setpoint.supervision.supervisor import Events, Plan, Supervisor
from setpoint.text.escape import printable

_REFUSED = 1
_KEPT_WHEN_CLEAN = ("PATH",)


def supervise(arguments: argparse.Namespace, command: Sequence[str]) -> int:
    """Run the command until it ends, and return its exit status; 1 if its settings class accepts no revision."""
    place = _place(arguments)
    stay_behind_as_first_process()
    plan = _plan(arguments, command)
    asked = _class_process(arguments)
    folder = Path(arguments.cache) if arguments.cache else default_folder(os.environ)
    cache = Cache(folder, place.app, place.environment)
    login = Login("", "") if arguments.offline else find_login(os.environ)
    session = ServiceSession(Connection(login), place, _release(arguments))
    events: Events = SimpleQueue()
    agent = Agent(session, _judge(asked, plan), events.put, _say, *((asked.digest, asked.give_up) if asked else (str,)))
    supervisor = Supervisor(plan, cache, agent, _say, events)
    max_age = None if arguments.max_age is None else timedelta(hours=arguments.max_age)
    _end_in_order()
    first = first_offer(agent, cache, max_age=max_age, offline=arguments.offline)
    if first is None:
        _say("the command was not started: no revision has been applied before that it could start with")
        return _REFUSED
    if arguments.quiet:
        agent.say = supervisor.say = _say_nothing
    if not arguments.offline:
        agent.start()
    try:
        return supervisor.run(first.offer, first.good, is_cached=first.is_cached)
    except NotStartedError as error:
        _say(str(error))
        return error.exit_status
    finally:
        if not arguments.offline:
            agent.finish(SECONDS_TO_TELL)


def _end_in_order() -> None:
    """Let a signal that ends this process end the check of the class, too, until a command gets the signals."""

    def end(number: int, _: object) -> NoReturn:
        raise SystemExit(KILLED_BY_SIGNAL + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)


def _place(arguments: argparse.Namespace) -> Place:
    if arguments.app is None or arguments.environment is None:
        message = "use `--app` and `--environment` together: they name what to follow"
        raise UnableError(message)
    if arguments.files:
        message = "`--file` is for a command that is started once; with `--app` the variables come from the service"
        raise UnableError(message)
    return parse_place(f"{arguments.app}/{arguments.environment}")


def _plan(arguments: argparse.Namespace, command: Sequence[str]) -> Plan:
    if (arguments.reload_signal is None) != (arguments.env_out is None):
        message = "use `--reload-signal` and `--env-out` together: the signal makes the command reread the file"
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
        message = f"`{printable(name)}` is not a signal; write one such as `HUP`"
        raise UnableError(message)
    return number


def _class_process(arguments: argparse.Namespace) -> ClassProcess | None:
    """Return how to ask the settings classes; None for a command that has none."""
    settings, _ = chosen_settings(arguments)
    if not settings:
        _say("no settings class is named, so only the schema decides what the command gets")
        return None
    return ClassProcess(settings, arguments.fail_on)


def _judge(asked: ClassProcess | None, plan: Plan) -> Judge:
    """Return what decides on a revision: the settings class, and whether the command can be given it at all."""

    def judge(offer: Offer) -> Outcome:
        if plan.env_out is None:
            return asked.ask(plan.environment(offer.variables)) if asked else Outcome()
        try:
            with plan.env_out.candidate(offer.variables) as path:
                return asked.ask(plan.callers, str(path)) if asked else Outcome()
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
    say(f"setpoint: {printable(line)}\n")


def _say_nothing(_: str) -> None:
    """Discard a line."""
