"""`/variables/{app}`: what each environment has, side by side; and one value for somebody with a reason to see it."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint
from werkzeug.wrappers import Response

from app.domain.errors import InvalidError
from app.domain.identity import Scope
from app.domain.place import Place
from app.domain.validation import Fault
from app.service.history import History
from app.service.pages.variables import VariablesOverview
from app.service.reading import Reading, Revealed
from app.ui.forms import form
from app.ui.page import Page, frame_of_app, frame_of_environment, readable_place
from app.ui.showing import answered, posted, shown
from app.views.authentication import actor
from app.views.labels import checked_label
from app.views.marks import Mark

SECONDS_TO_LOOK = 60
"""After how long a revealed value is hidden again."""


@dataclass(frozen=True, slots=True)
class RevealPage:
    """What the page that reveals one value shows, without the value itself.

    Attributes:
        place: The environment.
        revision: The number of its current revision.
        name: The variable.
        reason: Why somebody wants to see it.
        problems: Why it is not shown.
        seconds: After how long a shown value is hidden again.
    """

    place: Place
    revision: int
    name: str
    reason: str = ""
    problems: tuple[Fault, ...] = ()
    seconds: int = SECONDS_TO_LOOK


def variables_pages(pages: Blueprint, overview: VariablesOverview, history: History, reading: Reading) -> None:
    """Register the pages."""
    path = "/apps/<app>/<environment>/variables/<name>/reveal"

    @shown(pages, "/variables/<app>", Mark("Show the variables of an app side by side", needs_token=True))
    def side_by_side(app: str) -> Page:
        content = overview.of(actor(), checked_label("app", app))
        return Page("variables.html", content, frame_of_app(app, "Variables"))

    @shown(pages, path, Mark("Ask why a value is to be revealed", scope=Scope.CONFIG_REVEAL))
    def ask(app: str, environment: str, name: str) -> Page:
        place = readable_place(app, environment)
        return _page(RevealPage(place, history.with_variable(place, name).number, name))

    @posted(pages, path, Mark("Reveal one value", scope=Scope.CONFIG_REVEAL))
    def reveal(app: str, environment: str, name: str) -> Page | Response:
        place, reason = readable_place(app, environment), form().get("reason", "")
        try:
            revealed = reading.reveal(actor(), place, name, reason)
        except InvalidError as error:
            number = history.with_variable(place, name).number
            return _page(RevealPage(place, number, name, reason, error.problems), HTTPStatus.UNPROCESSABLE_ENTITY)
        response = answered(_page(RevealPage(place, revealed.revision.number, name, reason), revealed=revealed))
        response.headers["Refresh"] = f"{SECONDS_TO_LOOK}; url=/variables/{app}"
        return response


def _page(content: RevealPage, status: HTTPStatus = HTTPStatus.OK, revealed: Revealed | None = None) -> Page:
    frame = frame_of_environment(content.place, "Variables", f"Reveal · {content.place}", crumb="reveal")
    return Page("reveal.html", content, frame, status, {"revealed": revealed})
