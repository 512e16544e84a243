"""`GET /` and `GET /version`: what this is, and where to look."""

from typing import Any

from flask import Blueprint, current_app

import setpoint
from app.http.answers import AnswerModel
from app.views.marks import Mark, marked, views_of_the_api


class VersionAnswer(AnswerModel):
    """The version of the service."""

    version: str


class AboutAnswer(VersionAnswer):
    """What this is, and where to look."""

    name: str
    calls: dict[str, str]


def about() -> Blueprint:
    """Return the resources that say what this is."""
    blueprint = Blueprint("about", __name__)

    @blueprint.get("/")
    @marked(Mark("Return what this is", answers={200: {"application/json": AboutAnswer}}))
    def index() -> dict[str, Any]:
        calls = {rule.rule: mark.summary for rule, mark in views_of_the_api(current_app) if rule.rule != "/"}
        return {"name": "setpoint", "version": setpoint.__version__, "calls": calls}

    @blueprint.get("/version")
    @marked(Mark("Return the version", answers={200: {"application/json": VersionAnswer}}))
    def version() -> dict[str, str]:
        return {"version": setpoint.__version__}

    return blueprint
