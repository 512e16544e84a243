"""Which service to talk to, and with which token: from the environment, or from the user's own file."""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from setpoint.client.private_file import write_private_file
from setpoint.errors import UnableError
from setpoint.text.escape import printable

URL_VARIABLE = "SETPOINT_URL"
TOKEN_VARIABLE = "SETPOINT_TOKEN"  # noqa: S105 - the name of the variable, not a token
_READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Login:
    """A service and the token for it.

    Attributes:
        url: Where the service is, without a slash at the end: `https://setpoint.example.com`.
        token: The token that proves who is asking.
        is_from_environment: Whether the token is that of `SETPOINT_TOKEN`, which wins over the stored one.
    """

    url: str
    token: str = field(repr=False)
    is_from_environment: bool = False

    @property
    def is_readable_on_the_way(self) -> bool:
        """Return whether the token would leave this machine unencrypted."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and not is_this_machine(parts.hostname or "")


def is_this_machine(host: str) -> bool:
    """Return whether what is sent to `host` stays on this machine (RFC 6761, section 6.3; RFC 6890)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def valid_url(text: str) -> str:
    """Return `text` as the address of a service.

    Raises:
        UnableError: It is not one.
    """
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not text.isascii() or not text.isprintable() or any(each in text for each in "@?# \\"):
        message = "the address of a service is `https://HOST` or `http://HOST:PORT`, without a user, query or fragment"
        raise UnableError(message)
    return text.rstrip("/")


def valid_token(text: str) -> str:
    """Return `text`, stripped, as a token that fits into a header.

    Raises:
        UnableError: It is not one.
    """
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        message = "this is not a token; a token is one word that begins with `sp_`"
        raise UnableError(message)
    return token


def find_login(environment: Mapping[str, str]) -> Login:
    """Return the login to use: `SETPOINT_URL` and `SETPOINT_TOKEN` win over the file that `setpoint login` wrote.

    A token from the file goes to the service that it was stored for, and to no other.

    Raises:
        UnableError: There is no login, or its file can't be trusted.
    """
    url, token = environment.get(URL_VARIABLE), environment.get(TOKEN_VARIABLE)
    if url and token:
        return Login(valid_url(url), valid_token(token), is_from_environment=True)
    stored = _stored(login_path(environment))
    if url and (stored is None or valid_url(url) != stored.url):
        message = f"there is no login for the service in `{URL_VARIABLE}`; set `{TOKEN_VARIABLE}` as well"
        raise UnableError(message)
    if stored is None:
        message = f"not logged in; run `setpoint login URL`, or set `{URL_VARIABLE}` and `{TOKEN_VARIABLE}`"
        raise UnableError(message)
    return Login(stored.url, valid_token(token or stored.token), is_from_environment=bool(token))


def login_path(environment: Mapping[str, str]) -> Path:
    """Return where the login is kept (XDG Base Directory Specification).

    Raises:
        UnableError: The user's home folder is unknown.
    """
    configured = environment.get("XDG_CONFIG_HOME")
    try:
        folder = Path(configured) if configured and Path(configured).is_absolute() else Path.home() / ".config"
    except RuntimeError:
        message = "the home directory is not known; set `HOME` or `XDG_CONFIG_HOME`"
        raise UnableError(message) from None
    return folder / "setpoint" / "login.json"


def save_login(login: Login, path: Path) -> None:
    """Write `login` to `path`, readable only by its owner, as a whole or not at all.

    Raises:
        UnableError: It can't be written.
    """
    content = json.dumps({"url": login.url, "token": login.token}, indent=2) + "\n"
    try:
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private_file(path, content.encode())
    except OSError as error:
        message = f"cannot write `{printable(str(path))}`: {error.strerror}"
        raise UnableError(message) from None


def _stored(path: Path) -> Login | None:
    shown = printable(str(path))
    try:
        with path.open(encoding="utf-8") as stream:
            if stat.S_IMODE(os.fstat(stream.fileno()).st_mode) & _READABLE_BY_OTHERS:
                message = f"others can read `{shown}`, which holds a token; run `chmod 600 {shown}`"
                raise UnableError(message)
            content = json.load(stream)
        return Login(valid_url(_text(content["url"])), valid_token(_text(content["token"])))
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"cannot read `{shown}`: {error.strerror}"
    except (ValueError, KeyError, TypeError, RecursionError):
        message = f"`{shown}` is not a login; run `setpoint login URL` to write it again"
    raise UnableError(message)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
