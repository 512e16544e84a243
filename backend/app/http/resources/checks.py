"""`POST /v1/checks`: an env file comes in, what is wrong with it goes out."""

from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Blueprint, request

from app.http.marks import Mark, marked
from app.http.problem import Problem
from app.http.request_body import read_body
from app.http.server import current_server
from config.settings import Settings
from observability.known_secrets import remember_secret
from setpoint.application.check_text import check_text
from setpoint.contract.settings_class import SettingsContract
from setpoint.formats.json_report import as_json
from setpoint.sources.env_file import parse_env_file

NAME_OF_THE_BODY = "body"

MOST_LINES = 2_000
"""Each line and each reference can be a finding, so that bytes alone don't bound time and size of the answer."""

# The last one is what `curl --data-binary` says of any body.
_TAKEN = ("text/plain", "application/octet-stream", "application/x-www-form-urlencoded")


def checks(settings: Settings) -> Blueprint:
    """Return the resource that checks env files as this service would read them."""
    blueprint = Blueprint("checks", __name__)
    contract = SettingsContract.of(type(settings))

    @blueprint.post("/v1/checks")
    @marked(
        Mark(
            "Check an env file against this service's own settings",
            body=dict.fromkeys(_TAKEN, "an env file"),
            answers={200: {"application/json": "a report, as `setpoint check --format json` writes it"}},
        )
    )
    def check() -> dict[str, Any]:
        _refuse_other_types()
        content = read_body(settings.max_check_bytes)
        _refuse_too_many_findings(content)
        _refuse_empty(content)
        try:
            return current_server().beside_other_requests(lambda: _report(contract, content))
        except Exception:
            # A check that fails may quote what it failed at.
            remember_secret(*values_in(content))
            raise

    return blueprint


def _refuse_other_types() -> None:
    if request.mimetype not in {"", *_TAKEN}:
        detail = "send the env file as it is, with `Content-Type: text/plain`"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, {"Accept-Post": ", ".join(_TAKEN)})
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        detail = "send the env file as it is, without `Content-Encoding`"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, {"Accept-Encoding": "identity"})


def _report(contract: SettingsContract, content: bytes) -> dict[str, Any]:
    return as_json(check_text(contract, NAME_OF_THE_BODY, content))


def values_in(content: bytes) -> Iterator[str]:
    """Yield everything in an env file that could be a value, as it is written and as it is read."""
    text = content.decode("utf-8", "backslashreplace")
    for line in text.splitlines():
        yield line.partition("=")[2].strip().strip("\"'")
    with suppress(Exception):
        yield from parse_env_file(NAME_OF_THE_BODY, content, {}).variables.values()


def _refuse_empty(content: bytes) -> None:
    if not content.strip():
        detail = "the body is empty: send an env file, `curl --data-binary @prod.env …`"
        raise Problem(HTTPStatus.BAD_REQUEST, detail)


def _refuse_too_many_findings(content: bytes) -> None:
    line_ends = content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
    if line_ends > MOST_LINES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has more than {MOST_LINES} lines")
    if content.count(b"${") > MOST_LINES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has more than {MOST_LINES} references")
