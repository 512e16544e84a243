"""`/apps/{app}/{environment}`: what is wanted and what is really served, the end of a trial by hand, and updates."""

from flask import Blueprint, Response
from werkzeug.wrappers import Response as BaseResponse

from app.domain.identity import Scope
from app.service.pages.environment import EnvironmentPage
from app.service.trials import Trials
from app.ui.forms import form, number_in
from app.ui.page import Page, frame_of_environment, may
from app.ui.showing import posted, see, shown
from app.views.authentication import actor
from app.views.labels import checked_place
from app.views.marks import Mark, marked
from app.views.stream import STREAM_ANSWERS
from app.views.watch import Watch

_BASE = "/apps/<app>/<environment>"


def environment_page(pages: Blueprint, use_case: EnvironmentPage, trials: Trials, watch: Watch) -> None:
    """Register the page, its forms, and the stream that it follows."""

    @shown(pages, _BASE, Mark("Show the current state of an environment", scope=Scope.CONFIG_READ))
    def now(app: str, environment: str) -> Page:
        place = checked_place(app, environment)
        content = use_case.now(place)
        title = " · ".join([*(each.text for each in content.trouble[:1]), str(place)])
        counts = {"Revisions": content.newest, "Instances": content.live}
        frame = frame_of_environment(place, "Now", title, counts)
        return Page("environment.html", content, frame, extras={"may_write": may(Scope.CONFIG_WRITE, place)})

    @pages.get(f"{_BASE}/stream")
    @marked(Mark("Follow an environment from its page", scope=Scope.CONFIG_READ, is_page=True, answers=STREAM_ANSWERS))
    def news(app: str, environment: str) -> Response:
        return watch.follow(actor(), [checked_place(app, environment)])

    @posted(
        pages, f"{_BASE}/trial/promote", Mark("Offer the revision on trial to all instances", scope=Scope.CONFIG_WRITE)
    )
    def promote(app: str, environment: str) -> BaseResponse:
        place = checked_place(app, environment)
        trials.promote(actor(), place, _revision())
        return see(f"/apps/{place}")

    @posted(pages, f"{_BASE}/trial/abort", Mark("Roll back the revision on trial", scope=Scope.CONFIG_WRITE))
    def abort(app: str, environment: str) -> BaseResponse:
        place = checked_place(app, environment)
        trials.abort(actor(), place, _revision())
        return see(f"/apps/{place}")


def _revision() -> int:
    """Return the revision that the form concerns; 0, which does not exist, if it does not say."""
    return number_in(form(), "revision") or 0
