"""`doctor`: say what is unsafe in this installation."""

import argparse
import json
from collections.abc import Iterator, Sequence

from app.cli.opened import DONE, REFUSED
from app.domain.validation import Fault
from app.store.doctor import examine, open_to_others
from config.local_start import env_file
from config.settings import Settings
from config.sign_in_types import is_this_machine
from setpoint import load
from setpoint.cli.output import write_result
from setpoint.text.escape import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Examine the installation; return 1 if anything is unsafe."""
    settings = load(Settings)
    keys = settings.encryption_keys.get_secret_value()
    problems = [
        *open_to_others(env_file()),
        *_readable_on_the_way(settings),
        *examine(settings.database_url.get_secret_value(), keys, settings.web_concurrency),
    ]
    write_result(_as_json(problems) if arguments.json else _as_text(problems))
    return REFUSED if problems else DONE


def _readable_on_the_way(settings: Settings) -> Iterator[Fault]:
    """Yield a problem if other machines can connect, and nothing says that anybody encrypts what they send."""
    is_behind_tls = settings.trusted_proxies or (settings.public_url or "").startswith("https:")
    if not is_behind_tls and not is_this_machine(settings.host):
        message = f"the service listens on `{settings.host}` over plain HTTP: tokens and values can be read on the way"
        hint = "let a proxy end TLS, and name its address in `TRUSTED_PROXIES`; on this machine alone, `HOST=127.0.0.1`"
        yield Fault(None, "plain-http", message, hint)


def _as_json(problems: Sequence[Fault]) -> str:
    found = [{"code": each.code, "message": each.message, "hint": each.hint or None} for each in problems]
    return json.dumps({"version": 1, "problems": found}, indent=2) + "\n"


def _as_text(problems: Sequence[Fault]) -> str:
    if not problems:
        return "nothing unsafe was found\n"
    return "".join(map(_lines, problems))


def _lines(problem: Fault) -> str:
    hint = f"   = hint: {printable(problem.hint)}\n" if problem.hint else ""
    return f"{problem.code}: {printable(problem.message)}\n{hint}"
