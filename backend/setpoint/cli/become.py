"""`run -f FILE -- CMD`: check env files, then become the command that gets their values."""

import argparse
import errno
import os
import signal
from collections.abc import Mapping, Sequence

from setpoint.application.importing import contracts_of, import_rules
from setpoint.application.launch import KEPT_WHEN_CLEAN, prepare
from setpoint.check.outcome import Severity, Status
from setpoint.cli.options import chosen_settings
from setpoint.cli.output import say
from setpoint.errors import UnableError
from setpoint.formats import full
from setpoint.formats.for_people import Style
from setpoint.sources.callers_environment import callers_environment
from setpoint.supervision.child import CANNOT_BE_EXECUTED, NOT_FOUND
from setpoint.text.escape import printable

# Python ignores these, and the command would inherit that.
_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFSZ")


def become(arguments: argparse.Namespace, command: Sequence[str]) -> int:
    """Become the command; return an exit status only if that is impossible: 1 if the check failed."""
    callers = callers_environment(KEPT_WHEN_CLEAN if arguments.clean else None)
    references, project = chosen_settings(arguments)
    contracts = contracts_of(references, project)
    import_rules(project.rules, project.pythonpath)
    fail_on = Severity(arguments.fail_on)
    launch = prepare(contracts, arguments.files, arguments.loader, callers, project=project, fail_on=fail_on)
    passed = launch.report.status is Status.PASSED
    if not passed or (launch.report.diagnostics and not arguments.quiet):
        say(full.render(launch.report, Style(colored=False)))
    if passed:
        return _replace_this_process(command, launch.environment)
    say(f"`{printable(command[0])}` was not started\n")
    return launch.report.status.exit_status


def _replace_this_process(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Replace this process with `command`; if that fails, return the status that shells use."""
    for name in _IGNORED_BY_PYTHON:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvpe(command[0], list(command), dict(environment))  # noqa: S606 - starting a command is the purpose
    except OSError as error:
        say(f"error: cannot start `{printable(command[0])}`: {error.strerror}\n")
        return NOT_FOUND if error.errno in {errno.ENOENT, errno.ENOTDIR} else CANNOT_BE_EXECUTED
    except ValueError:
        message = "the files set a variable that an environment can't hold"
        raise UnableError(message) from None
