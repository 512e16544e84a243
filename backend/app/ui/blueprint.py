"""The pages as one blueprint: each of them is registered on it, and what applies to all of them is defined here."""

from flask import Blueprint, Flask

from app.ui.every_page import hold_for_every_page
from app.ui.forms import guard_forms
from app.ui.front_door import FrontDoor
from app.ui.refusals import show_refusals
from app.ui.static_files import static_files


def pages_of(application: Flask) -> Blueprint:
    """Return the blueprint for the pages of `application`, with everything that they have in common."""
    pages = Blueprint("pages", __name__)
    hold_for_every_page(pages)
    guard_forms(pages)
    show_refusals(pages, application)
    static_files(pages)
    application.wsgi_app = FrontDoor(application.wsgi_app)  # type: ignore[method-assign]  # Flask's way
    return pages
