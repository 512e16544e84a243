"""`GET /livez` and `GET /readyz`: for whoever restarts processes and routes requests to them."""

from flask import Blueprint
from pydantic import Field

from app.http.answers import AnswerModel
from app.service.ports import Store
from app.views.marks import Mark, marked


class HealthAnswer(AnswerModel):
    """The health of this process."""

    status: str


class ReadinessAnswer(HealthAnswer):
    """Whether it accepts requests: all of them (`ready`), or all except writes (`degraded`)."""

    reason: str = Field(default="", description="What is missing, where it is degraded")


def health(store: Store | None = None) -> Blueprint:
    """Return the resources that report the health of this process.

    It is ready if it reaches the database; if it doesn't, others may, and a restart would not help.
    On a full disk, or once its file was moved away, it is still ready, because reads work; it says that it is degraded.

    A worker that is about to end still answers that it is ready: until gunicorn has closed its
    socket, a probe can reach it while others take over, and one bad answer would take the whole
    instance out of rotation. A process that has ended answers no probe at all.
    """
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/livez")
    @marked(Mark("Report whether the process is alive", answers={200: {"application/json": HealthAnswer}}))
    def livez() -> dict[str, str]:
        return {"status": "alive"}

    @blueprint.get("/readyz")
    @marked(Mark("Report whether it accepts requests", answers={200: {"application/json": ReadinessAnswer}}))
    def readyz() -> dict[str, str]:
        if store is not None:
            store.position()
            if hindrance := store.hindrance:
                return {"status": "degraded", "reason": f"writes are refused: {hindrance}"}
        return {"status": "ready"}

    return blueprint
