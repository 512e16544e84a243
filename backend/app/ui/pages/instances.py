"""`…/instances`: who follows an environment, and what happened to one of them."""

from urllib.parse import urlencode

from flask import Blueprint, request

from app.domain.identity import Scope
from app.domain.session import State
from app.service.pages.instances import InstancePages, InstancesShown, Wish
from app.ui.forms import number_in
from app.ui.page import Page, frame_of_environment
from app.ui.showing import shown
from app.views.labels import checked_place
from app.views.marks import Mark

_BASE = "/apps/<app>/<environment>/instances"


def instance_pages(pages: Blueprint, use_case: InstancePages) -> None:
    """Register the pages."""

    @shown(pages, _BASE, Mark("List the instances of an environment", scope=Scope.CONFIG_READ))
    def instances(app: str, environment: str) -> Page:
        place = checked_place(app, environment)
        content = use_case.page(place, _wish())
        return Page(
            "instances.html", content, frame_of_environment(place, "Instances"), extras={"next": _next(content)}
        )

    @shown(pages, f"{_BASE}/<session_id>", Mark("Show what happened to an instance", scope=Scope.CONFIG_READ))
    def instance(app: str, environment: str, session_id: str) -> Page:
        place = checked_place(app, environment)
        content = use_case.one(place, session_id)
        name = content.row.host or "an instance"
        frame = frame_of_environment(place, "Instances", f"{name} · {place}", crumb=name)
        return Page("instance.html", content, frame)


def _wish() -> Wish:
    """Return which instances to show; parts of the address that make no sense are ignored."""
    asked = request.args
    state = asked.get("state", "")
    return Wish(
        state=State(state) if state in set(State) else None,
        release=asked.get("release", ""),
        schema=asked.get("schema", ""),
        start=number_in(asked, "start") or 0,
    )


def _next(content: InstancesShown) -> str | None:
    """Return where the next page is; None if this is the last one."""
    if content.next_start is None:
        return None
    wish = content.wish
    wanted = {"state": wish.state, "release": wish.release, "schema": wish.schema, "start": content.next_start}
    return f"/apps/{content.place}/instances?{urlencode({name: each for name, each in wanted.items() if each})}"
