"""`init`: make the first token of a service, and show it once."""

import argparse
import getpass
import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

from app.cli.opened import DONE, REFUSED, opened_store
from app.domain.errors import ConflictError, InvalidError, UnauthenticatedError
from app.domain.identity import Principal, PrincipalKind
from app.service.access import Access
from app.service.ports import Store
from app.service.tokens import ISSUER, Tokens
from config.local_start import log_in, make_missing_keys, may_be_replaced, own_url, stored_login
from config.settings import Settings
from setpoint import load
from setpoint.cli.output import say, write_result
from setpoint.client.login import Login, is_this_machine
from setpoint.errors import UnableError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    parser.add_argument("--name", help="who the token is for; by default you")
    parser.add_argument(
        "--new-token", action="store_true", help="make one although tokens exist, because nobody has them any more"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--local",
        action="store_true",
        help="for a service on this machine: make keys if there are none, and log in; safe to repeat",
    )
    what.add_argument("--json", action="store_true", help="print the token as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Make the first token; return 1 if there are tokens already.

    Raises:
        UnableError: The database can't be used, a file can't be written, or the name can't be kept.
    """
    name = arguments.name or _user()
    if arguments.local:
        return _init_here(name, others_are_lost=arguments.new_token)
    settings = load(Settings)
    with opened_store(settings) as store:
        try:
            token = _first_token(store, name, others_are_lost=arguments.new_token)
        except ConflictError as error:
            _say(f"error: {error}; if nobody has one any more, add `--new-token`")
            return REFUSED
    which = "a new" if arguments.new_token else "the first"
    _say(f"{which} token of this service, for `{name}`; it may do everything, and is shown only once:")
    write_result(json.dumps({"version": 1, "name": name, "token": token}) + "\n" if arguments.json else f"{token}\n")
    return DONE


def _init_here(name: str, *, others_are_lost: bool) -> int:
    """Make what is missing for a service on this machine; never refuse because it is there already."""
    if (written := make_missing_keys()) is not None:
        _say(f"made a key in {written}: what is stored is encrypted with it")
    settings = load(Settings)
    url, login = own_url(settings), stored_login()
    with opened_store(settings) as store:
        if login is not None and not others_are_lost and _is_live(store, login):
            if login.url != url and is_this_machine(urlsplit(login.url).hostname or ""):
                _say(f"logged in at {url} ({log_in(url, login.token)})")
            return DONE
        try:
            token = _first_token(store, name, others_are_lost=others_are_lost)
        except ConflictError:
            _say(f"this service already has tokens: `setpoint login {url}` with one of them, or add `--new-token`")
            return DONE
    if may_be_replaced(login, url):
        _say(f"made {'a new' if others_are_lost else 'the first'} token, and logged in at {url} ({log_in(url, token)})")
    else:
        _say(f"your login for another service was kept; for this one, type:\n  export SETPOINT_URL={url}")
        _say(f"  export SETPOINT_TOKEN={token}")
    return DONE


def _first_token(store: Store, name: str, *, others_are_lost: bool) -> str:
    somebody = Principal(PrincipalKind.PERSON, ISSUER, name, name)
    try:
        return Tokens(store, _now).first(somebody, others_are_lost=others_are_lost).text
    except InvalidError as error:
        raise UnableError(error.problems[0].message) from None


def _is_live(store: Store, login: Login) -> bool:
    try:
        Access(store, _now).authenticate(login.token)
    except UnauthenticatedError:
        return False
    return True


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in a container
        return "admin"


def _now() -> datetime:
    return datetime.now(UTC)


def _say(text: str) -> None:
    say(f"{text}\n")
