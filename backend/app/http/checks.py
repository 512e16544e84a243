"""`POST /v1/checks`: an env file comes in, what is wrong with it goes out."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, request

from app.http.problem import Problem
from app.http.request_body import read_body
from config.settings import Settings
from setpoint.check.checking import check_text
from setpoint.contract.settings_class import SettingsContract
from setpoint.formats.json_report import as_json

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
    def check() -> dict[str, Any]:
        _refuse_other_types()
        content = read_body(settings.max_check_bytes)
        _refuse_too_many_findings(content)
        return as_json(check_text(contract, NAME_OF_THE_BODY, content))

    return blueprint


def _refuse_other_types() -> None:
    if request.mimetype not in {"", *_TAKEN}:
        detail = "send the env file as it is, with `Content-Type: text/plain`"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, {"Accept-Post": ", ".join(_TAKEN)})
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        detail = "send the env file as it is, without `Content-Encoding`"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, {"Accept-Encoding": "identity"})


def _refuse_too_many_findings(content: bytes) -> None:
    line_ends = content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
    if line_ends > MOST_LINES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has more than {MOST_LINES} lines")
    if content.count(b"${") > MOST_LINES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has more than {MOST_LINES} references")
