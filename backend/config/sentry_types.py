"""DSN, sample rate, environment and release names, as Sentry takes them.

The SDK accepts many values that it then can't use (a rate of 1.5 silently turns tracing off;
a DSN whose host contains a blank never delivers an event). These types refuse them. They don't import
the SDK, which must not be imported before gevent has patched the standard library.
"""

import re
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, Secret

from setpoint.contract.guidance import Guidance, PublicValueError

_DSN_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?")
_DSN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_DSN_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_LAST_PORT = 65_535
_LONGEST_PROJECT_ID = 20
_LONGEST_ENVIRONMENT = 64
_LONGEST_RELEASE = 200


def _refuse(message: str) -> NoReturn:
    raise PublicValueError(message)


def _checked_dsn(text: str) -> str:
    """Return `text` if it is a DSN that Sentry's SDK can use.

    See "DSN" in Sentry's SDK developer documentation: `{scheme}://{public_key}@{host}{path}/{project_id}`.

    Raises:
        PublicValueError: It is not one; the text names the part that is wrong.
    """
    if text[:1] in {'"', "'"}:
        _refuse("it is wrapped in quotes")
    if re.search(r"\s", text):
        _refuse("it contains whitespace")
    scheme, separator, rest = text.partition("://")
    if not separator:
        _refuse("the scheme is missing")
    if scheme not in {"http", "https"}:
        _refuse("the scheme is neither `https` nor `http`")
    if "?" in rest or "#" in rest:
        _refuse("it ends in a query or a fragment")
    authority, slash, path = rest.partition("/")
    _check_authority(authority)
    _check_path(slash + path)
    return text


def _check_authority(authority: str) -> None:
    keys, at_sign, address = authority.rpartition("@")
    public_key, colon, secret_key = keys.partition(":")
    if not at_sign or not public_key:
        _refuse("the public key is missing")
    if not _DSN_KEY.fullmatch(public_key) or (colon and not _DSN_KEY.fullmatch(secret_key)):
        _refuse("the public key contains an invalid character")
    host, colon, port = address.partition(":")
    if not host:
        _refuse("the host is missing")
    if not _DSN_HOST.fullmatch(host):
        _refuse("the host is neither a host name nor an IPv4 address")
    if colon and not _is_port(port):
        _refuse(f"the port is not a number from 1 to {_LAST_PORT}")


def _check_path(path: str) -> None:
    parent, slash, project_id = path.rpartition("/")
    if not slash or path == "/":
        _refuse("the project id is missing")
    if not project_id:
        _refuse("it ends in `/`, where the project id belongs")
    if not _is_number(project_id) or len(project_id) > _LONGEST_PROJECT_ID:
        _refuse("the project id is not a number")
    if not _DSN_PATH.fullmatch(parent):
        _refuse("the path before the project id contains an invalid character")


def _is_port(text: str) -> bool:
    return _is_number(text) and len(text) <= len(str(_LAST_PORT)) and 1 <= int(text) <= _LAST_PORT


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


class SentryDsn(Secret[Annotated[str, AfterValidator(_checked_dsn)]]):
    """A Sentry DSN that is known to be usable; shown with its host and project, without its keys."""

    def _display(self) -> str:
        parts = urlsplit(self.get_secret_value())
        return f"{parts.scheme}://********@{parts.netloc.rpartition('@')[2]}{parts.path}"


def _checked_environment_name(text: str) -> str:
    if len(text) > _LONGEST_ENVIRONMENT:
        _refuse(f"it is longer than {_LONGEST_ENVIRONMENT} characters")
    if "/" in text or re.search(r"\s", text):
        _refuse("it contains a `/`, a space or a line break")
    if text in {"", "None"}:
        _refuse("Sentry does not accept this name")
    return text


def _checked_release_name(text: str) -> str:
    if len(text) > _LONGEST_RELEASE:
        _refuse(f"it is longer than {_LONGEST_RELEASE} characters")
    if re.search(r"[/\\\r\n\t]", text):
        _refuse("it contains a `/`, a `\\`, a tab or a line break")
    if text.strip() in {"", ".", ".."}:
        _refuse("Sentry does not accept this name")
    return text


SampleRate = Annotated[
    float,
    Field(ge=0, le=1, allow_inf_nan=False),
    Guidance(invalid="the Sentry SDK silently disables tracing"),
]

EnvironmentName = Annotated[
    str,
    AfterValidator(_checked_environment_name),
    Guidance(
        expected=f"a name of 1 to {_LONGEST_ENVIRONMENT} characters without `/`, spaces and line breaks",
        invalid="Sentry would drop the name or the event",
        example="staging",
    ),
]

ReleaseName = Annotated[
    str,
    AfterValidator(_checked_release_name),
    Guidance(
        expected=f"a name of 1 to {_LONGEST_RELEASE} characters without `/`, `\\`, tabs and line breaks",
        invalid="Sentry would drop the release",
        example="setpoint@1.4.0+7d3f2a1",
    ),
]
