"""`/schemas/{app}`: the contracts of an app, and who runs which."""

from flask import Blueprint, request

from app.domain.identity import Scope
from app.service.pages.schemas import SchemasShown
from app.ui.page import Page, frame_of_app
from app.ui.showing import shown
from app.views.authentication import actor
from app.views.labels import checked_label
from app.views.marks import Mark


def schemas_page(pages: Blueprint, schemas: SchemasShown) -> None:
    """Register the page."""

    @shown(pages, "/schemas/<app>", Mark("Show the schemas of an app", scope=Scope.CONFIG_READ, anywhere=True))
    def schemas_of_app(app: str) -> Page:
        found = schemas.of(actor(), checked_label("app", app), request.args.get("after"))
        return Page("schemas.html", found, frame_of_app(app, "Schemas"))
