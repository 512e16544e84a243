"""`GET /metrics`: what the workers of this machine have counted, for Prometheus."""

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from app.views.marks import Mark, marked
from app.views.server import current_server
from observability.metrics import exposition

_WHAT = "counts in Prometheus' text format"


def metrics() -> Blueprint:
    """Return the resource of the metrics, for the holder of any live token: they show how busy a service is."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    @marked(Mark("Return the metrics", needs_token=True, answers={200: {"text/plain": _WHAT}}))
    def tell() -> Response:
        return Response(current_server().beside_other_requests(exposition), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return blueprint
