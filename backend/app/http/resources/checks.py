"""`POST /v1/checks`: takes an env file, and answers with what is wrong with it."""

from functools import cache, partial
from http import HTTPStatus
from typing import Any

from flask import Blueprint

from app.views.long_check import check_beside_other_requests
from app.views.marks import Mark, marked
from app.views.problem import Problem
from app.views.request_body import read_body
from config.settings import Settings
from setpoint.application.check_text import check_text
from setpoint.contract.settings_class import SettingsContract
from setpoint.formats.json_report import as_json

NAME_OF_THE_BODY = "body"


# The last one is what `curl --data-binary` says about any body.
_TAKEN = ("text/plain", "application/octet-stream", "application/x-www-form-urlencoded")


def checks(settings: Settings) -> Blueprint:
    """Return the resource that checks env files as this service would read them."""
    blueprint = Blueprint("checks", __name__)
    contract = cache(partial(SettingsContract.of, type(settings)))

    @blueprint.post("/v1/checks")
    @marked(
        Mark(
            "Check an env file against this service's own settings",
            body=dict.fromkeys(_TAKEN, "an env file"),
            answers={200: {"application/json": "a report, as `setpoint check --format json` writes it"}},
        )
    )
    def check() -> dict[str, Any]:
        content = read_body(settings.max_check_bytes)
        _refuse_empty(content)
        return check_beside_other_requests(content, lambda: _report(contract(), content))

    return blueprint


def _report(contract: SettingsContract, content: bytes) -> dict[str, Any]:
    return as_json(check_text(contract, NAME_OF_THE_BODY, content))


def _refuse_empty(content: bytes) -> None:
    if not content.strip():
        detail = "the body is empty: send an env file, `curl --data-binary @prod.env …`"
        raise Problem(HTTPStatus.BAD_REQUEST, detail)
