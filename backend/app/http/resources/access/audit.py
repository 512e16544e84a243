"""`/v1/audit`: who did what."""

from typing import Any

from flask import Blueprint

from app.domain.identity import ANY, Scope
from app.http.answers import AnswerModel, AuditAnswer, audit_json
from app.http.queries import AuditQuery, query
from app.service.access import require
from app.service.watching import Watching
from app.views.authentication import actor
from app.views.marks import Mark, marked


class AuditPageAnswer(AnswerModel):
    """A part of the log, newest first."""

    events: list[AuditAnswer]
    next: int | None


def audit(watching: Watching) -> Blueprint:
    """Return the resource of the audit log."""
    blueprint = Blueprint("audit", __name__)

    @blueprint.get("/v1/audit")
    @marked(
        Mark(
            "List the audit events",
            scope=Scope.AUDIT_READ,
            anywhere=True,
            query=AuditQuery,
            answers={200: {"application/json": AuditPageAnswer}},
        )
    )
    def page() -> dict[str, Any]:
        wanted = query(AuditQuery)
        require(actor().token, Scope.AUDIT_READ, wanted.app or ANY, wanted.environment or ANY)
        found = watching.audit(wanted.before, wanted.limit, wanted.app, wanted.environment)
        more = len(found) == wanted.limit
        return {"events": [audit_json(each) for each in found], "next": found[-1].id if more else None}

    return blueprint
