"""`GET /` and `GET /version`: what this is, and where to look."""

from typing import Any

from flask import Blueprint

import setpoint

_CALLS = {
    "/livez": "whether this process lives",
    "/readyz": "whether it takes requests",
    "/version": "which version it is",
    "/v1/settings": "its own settings, and where each value comes from",
    "/v1/checks": "POST an env file, get what is wrong with it",
    "/v1/stream": "Server-Sent Events",
}


def about() -> Blueprint:
    """Return the resources that say what this is."""
    blueprint = Blueprint("about", __name__)

    @blueprint.get("/")
    def index() -> dict[str, Any]:
        return {"name": "setpoint", "version": setpoint.__version__, "calls": _CALLS}

    @blueprint.get("/version")
    def version() -> dict[str, str]:
        return {"version": setpoint.__version__}

    return blueprint
