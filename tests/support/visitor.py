"""A browser without a screen: it keeps cookies, sends forms with their token, and follows nothing by itself."""

import re
from dataclasses import dataclass, field
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.identity import Scope
from support.http_api import Api

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
_TOKEN = re.compile(r'name="form_token" value="([^"]*)"')
_TAGS = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL)


@dataclass
class Visitor:
    """Somebody who looks at the pages.

    Attributes:
        api: The service.
    """

    api: Api
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.api.application.test_client()

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, headers=BROWSER)

    def post(self, path: str, page: str = "/", **fields: str) -> TestResponse:
        """Send a form to `path`, with the token that `page` has."""
        found = _TOKEN.search(self.get(page).text)
        token = {"form_token": found[1]} if found else {}
        return self.client.post(path, data={**token, **fields}, headers=BROWSER)

    def sign_in(self, *scopes: Scope, bounds: tuple[str, ...] = ("*/*",), name: str = "ada") -> "Visitor":
        """Sign in with a new token; with everything if no scope is named."""
        token = self.api.token(*(scopes or (Scope.ADMIN,)), bounds=bounds, name=name)
        assert self.post("/sign-in", "/sign-in", token=token).status_code == 303
        return self


def words(answer: TestResponse) -> str:
    """Return what a page says, without its tags and in one line."""
    return " ".join(unescape(_TAGS.sub(" ", answer.text.partition("</head>")[2])).split())
