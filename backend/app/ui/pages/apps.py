"""`/`: the apps at a glance, those with trouble first."""

from flask import Blueprint

from app.service.pages.overview import Overview
from app.ui.front_door import APPS
from app.ui.page import Page, frame_of_the_service
from app.ui.showing import shown
from app.views.authentication import actor
from app.views.marks import Mark


def apps_page(pages: Blueprint, overview: Overview) -> None:
    """Register the page."""

    @shown(pages, APPS, Mark("Show the apps at a glance", needs_token=True))
    def at_a_glance() -> Page:
        content = overview.seen_by(actor())
        wrong = sum(1 for row in content.apps for cell in row.cells if cell and cell.trouble)
        title = f"{wrong} in trouble · Apps" if wrong else "Apps"
        return Page("apps.html", content, frame_of_the_service("Apps", title))
