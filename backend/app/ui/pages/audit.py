"""`/audit`: who did what."""

from urllib.parse import urlencode

from flask import Blueprint, request

from app.domain.errors import NotFoundError
from app.domain.place import Place
from app.service.pages.audit import AuditShown, Filter
from app.ui.forms import number_in
from app.ui.page import Frame, Page, frame_of_app, frame_of_environment, frame_of_the_service
from app.ui.showing import shown
from app.views.authentication import actor
from app.views.labels import checked_label
from app.views.marks import Mark


def audit_page(pages: Blueprint, audit: AuditShown) -> None:
    """Register the page."""

    @shown(pages, "/audit", Mark("Show what was done; needs `audit:read` for what is asked for", needs_token=True))
    def audit_log() -> Page:
        wanted = _wanted()
        found = audit.of(actor(), wanted)
        older = f"/audit?{_query(wanted, before=found.next)}" if found.next else None
        return Page("audit.html", found, _frame(wanted), extras={"older": older})


def _wanted() -> Filter:
    """Return what the query asks for.

    Raises:
        Problem: 422 for a name that no app or environment can have.
        NotFoundError: The page of the log does not begin with a number.
    """
    text = {name: request.args.get(name, "").strip() for name in ("app", "environment", "action")}
    for name in ("app", "environment"):
        if text[name]:
            checked_label(name, text[name])
    before = number_in(request.args, "before")
    if before is None and request.args.get("before"):
        message = "there is no such page of the log"
        raise NotFoundError(message)
    return Filter(text["app"], text["environment"], text["action"], before)


def _query(wanted: Filter, before: int) -> str:
    parts = {"app": wanted.app, "environment": wanted.environment, "action": wanted.action, "before": before}
    return urlencode({name: value for name, value in parts.items() if value})


def _frame(wanted: Filter) -> Frame:
    if wanted.app and wanted.environment:
        return frame_of_environment(Place(wanted.app, wanted.environment), "Audit")
    return frame_of_app(wanted.app, "Audit") if wanted.app else frame_of_the_service("Audit")
