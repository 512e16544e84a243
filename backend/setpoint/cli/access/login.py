"""`login`: store the address of a service and a token for it."""

import argparse
import os
import sys
from contextlib import redirect_stderr
from getpass import getpass
from urllib.parse import urlsplit

from setpoint.cli.output import say, standard_error
from setpoint.cli.service.service_command import REFUSED, warn_of_readers, who, write_json
from setpoint.client.answer import RefusedError
from setpoint.client.connection import Connection
from setpoint.client.login import (
    TOKEN_VARIABLE,
    URL_VARIABLE,
    Login,
    login_path,
    save_login,
    valid_token,
    valid_url,
)
from setpoint.client.service import Service
from setpoint.errors import UnableError
from setpoint.text.escape import printable
from setpoint.text.join import said_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "url",
        metavar="URL",
        help="the address of the service, such as `https://setpoint.example.com`; the token is read from a prompt, or "
        "from standard input",
    )
    parser.add_argument(
        "--oidc-token-env",
        metavar="NAME",
        help="exchange the CI system's own token, in this variable, for a token of the service that lasts 15 minutes",
    )
    parser.add_argument("--json", action="store_true", help="print where and as whom as JSON, without the token")


def run(arguments: argparse.Namespace) -> int:
    """Ask for the token, try it, and store it; return the exit status."""
    url, path = valid_url(arguments.url), login_path(os.environ)
    warn_of_readers(Login(url, ""))
    variable = arguments.oidc_token_env
    try:
        login = Login(url, _exchanged(url, variable) if variable else valid_token(_token()))
        principal = Service(Connection(login)).me().get("principal")
    except RefusedError as error:
        say(f"error: {_elsewhere(url) if error.is_not_found else printable(error.detail)}\n")
        return REFUSED
    save_login(login, path)
    say(f"logged in to `{url}` as {printable(str(who(principal)))}\n")
    say(f"the token is in `{printable(str(path))}`, readable only by you\n")
    if arguments.json:
        write_json({"url": url, "path": str(path), "principal": principal})
    winning = [f"`{name}`" for name in (URL_VARIABLE, TOKEN_VARIABLE) if os.environ.get(name)]
    if winning:
        say(f"note: {said_of(winning, 'win over it')} in this environment\n")
    return 0


def _elsewhere(url: str) -> str:
    """Return that no service is at `url`, and where it may be: somebody has copied the address of a page."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    return f"there is no Setpoint at `{url}`" + (f"; try `{root}`" if root != url else "")


def _exchanged(url: str, variable: str) -> str:
    """Return a token of the service for the one that `variable` holds.

    Raises:
        RefusedError: The service does not trust its issuer.
        UnableError: The variable holds no token.
    """
    text = os.environ.get(variable, "")
    if not text.strip():
        message = f"`{printable(variable)}` is empty or not set; the CI system must put its own token into it"
        raise UnableError(message)
    return valid_token(str(Service(Connection(Login(url, ""))).exchange(text.strip())["token"]))


def _token() -> str:
    """Return what the user types, or what is in the first line of standard input."""
    if sys.stdin is None:
        message = "the token is read from standard input, which is closed"
        raise UnableError(message)
    try:
        with redirect_stderr(standard_error()):
            return getpass("token: ") if sys.stdin.isatty() else sys.stdin.readline()
    except (EOFError, UnicodeDecodeError):
        return ""
