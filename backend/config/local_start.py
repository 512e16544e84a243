"""Gives a start on a developer's machine what a deploy has: keys, an address, and a login."""

import os
from pathlib import Path

from config.settings import Settings
from config.storage_types import new_key
from setpoint.application.loading import look
from setpoint.client.login import Login, find_login, login_path, save_login
from setpoint.client.private_file import write_private_file
from setpoint.errors import UnableError
from setpoint.text.escape import printable

_BACKEND = Path(__file__).resolve().parents[1]
_REQUIRED = "ENCRYPTION_KEYS"
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to say where such a service is found


def make_missing_keys() -> Path | None:
    """Write a new key into the env file of this process if there is none anywhere; return the file if it did.

    Raises:
        UnableError: The file can't be read or written.
    """
    report = look(Settings, dict(os.environ)).report
    if not any((each.variable, each.name) == (_REQUIRED, "missing-variable") for each in report.diagnostics):
        return None
    path = env_file()
    try:
        found = path if path.is_file() else _BACKEND / ".env.example"
        write_private_file(path, _with_key(found.read_text(encoding="utf-8")).encode())
    except OSError as error:
        message = f"cannot write keys into `{printable(str(path))}`: {error.strerror}"
        raise UnableError(message) from None
    return path


def env_file() -> Path:
    """Return where the env file of this process is, if there is one."""
    return Path(os.environ.get("ENV_FILE") or _BACKEND / ".env")


def _with_key(text: str) -> str:
    """Return the text of an env file with a new key, on an existing line without one, or at its end."""
    line = f"{_REQUIRED}=local:{new_key()}"
    lines = text.splitlines()
    if f"{_REQUIRED}=" in lines:
        lines[lines.index(f"{_REQUIRED}=")] = line
    else:
        lines.append(line)
    return "\n".join(lines) + "\n"


def reachable_host(settings: Settings) -> str:
    """Return the name or address by which this machine reaches the service."""
    return _EVERY_ADDRESS.get(settings.host, settings.host)


def own_url(settings: Settings) -> str:
    """Return the URL by which this machine reaches the service."""
    host = reachable_host(settings)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def stored_login() -> Login | None:
    """Return the stored login of this user, whatever the environment says.

    Raises:
        UnableError: Its file can't be trusted.
    """
    places = {name: text for name, text in os.environ.items() if name == "XDG_CONFIG_HOME"}
    return find_login(places) if login_path(places).exists() else None


def may_be_replaced(login: Login | None, url: str) -> bool:
    """Return whether a login for `url` may replace `login`: one for another service must not be lost."""
    return login is None or login.url == url


def log_in(url: str, token: str) -> Path:
    """Store a login for this user, and return where.

    Raises:
        UnableError: It can't be written.
    """
    path = login_path(os.environ)
    save_login(Login(url, token), path)
    return path
