"""`/audit`: who did what."""

from urllib.parse import urlencode

from flask import Blueprint, request

from app.domain.errors import NotFoundError
from app.domain.place import Place
from app.service.pages.audit import AuditShown, Filter
from app.ui.page import Frame, Page, frame_of_app, frame_of_environment, frame_of_the_service
from app.ui.showing import shown
from app.views.authentication import actor
from app.views.labels import checked_label
from app.views.marks import Mark

_LONGEST_NUMBER = 18


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
    text = {name: request.args.get(name, "").strip() for name in ("app", "environment", "action", "before")}
    for name in ("app", "environment"):
        if text[name]:
            checked_label(name, text[name])
    before = text["before"]
    if before and not (before.isascii() and before.isdigit() and len(before) <= _LONGEST_NUMBER):
        message = "there is no such page of the log"
        raise NotFoundError(message)
    return Filter(text["app"], text["environment"], text["action"], int(before) if before else None)


def _query(wanted: Filter, before: int) -> str:
    parts = {"app": wanted.app, "environment": wanted.environment, "action": wanted.action, "before": before}
    return urlencode({name: value for name, value in parts.items() if value})


def _frame(wanted: Filter) -> Frame:
    if wanted.app and wanted.environment:
        return frame_of_environment(Place(wanted.app, wanted.environment), "Audit")
    return frame_of_app(wanted.app, "Audit") if wanted.app else frame_of_the_service("Audit")
