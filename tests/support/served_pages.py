"""The pages as a browser gets them: a real service under gunicorn, an admin, and windows that watch what they load."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from support.configuration_service import first_token
from support.fresh_database import fresh_database
from support.gunicorn_process import GunicornProcess, gunicorn
from support.small_contract import Contract

PATIENCE_IN_MILLISECONDS = 15_000
expect.set_options(timeout=PATIENCE_IN_MILLISECONDS)
_EXPECTED = (
    "Failed to load resource: the server responded with a status of 4",
    "Failed to load resource: net::ERR_",
)
"""Chromium reports every refusal as an error, as that of a form is, and every time that the service is away."""


@dataclass
class ServedPages:
    """A service that people look at.

    Attributes:
        url: Its address.
        admin: A token that may do everything.
        process: Its gunicorn.
    """

    url: str
    admin: str
    process: GunicornProcess

    def call(self, method: str, path: str, token: str = "", **more: Any) -> Any:
        """Return the JSON that the API answers a call of the admin with, or of the holder of `token`."""
        headers = {"Authorization": f"Bearer {token or self.admin}", **more.pop("headers", {})}
        answer = urllib3.request(method, f"{self.url}{path}", headers=headers, timeout=60, **more)
        assert answer.status < 300, answer.data
        return answer.json() if answer.data else None

    def push_schema(self, app: str, contract: Contract) -> None:
        """Push a schema of an app."""
        path = f"/v1/apps/{app}/schemas/{contract.digest}?release=1.0"
        self.call("PUT", path, body=contract.document, headers={"Content-Type": "application/json"})

    def write(self, place: str, based_on: int | None = None, /, **variables: str) -> int:
        """Write the next revision of an environment, for everyone; return its number."""
        app, _, environment = place.partition("/")
        condition = {"If-None-Match": "*"} if based_on is None else {"If-Match": f'"{based_on}"'}
        path = f"/v1/apps/{app}/environments/{environment}/config?live=ignore"
        return int(self.call("PUT", path, json=variables, headers=condition)["revision"])

    def token(self, *roles: str, name: str = "somebody") -> str:
        """Return a token of a person with these roles, such as `viewer@billing/*`."""
        made = self.call("POST", "/v1/tokens", json={"name": name, "kind": "person", "roles": list(roles)})
        return str(made["token"])

    @contextmanager
    def window(self, browser: Browser, elsewhere: str = "", **how: Any) -> Iterator[Page]:
        """Give a window with cookies of its own; it fails a page that complains or asks another host for anything.

        Args:
            browser: Where it opens.
            elsewhere: The one other origin that it may go to.
            how: What Playwright takes for a new context, such as `color_scheme="dark"`.
        """
        context = browser.new_context(base_url=self.url, **how)
        context.set_default_timeout(PATIENCE_IN_MILLISECONDS)
        complaints: list[str] = []

        def heard(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"} and not message.text.startswith(_EXPECTED):
                complaints.append(message.text)

        def asked(request: Request) -> None:
            if not request.url.startswith((f"{self.url}/", f"{elsewhere or self.url}/")):
                complaints.append(f"asked for {request.url}")

        context.on("console", heard)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("request", asked)
        try:
            yield context.new_page()
            assert complaints == []
        finally:
            context.close()

    def sign_in(self, page: Page, token: str = "") -> None:
        """Sign in on a page, as the admin or as the holder of `token`."""
        page.goto("/sign-in")
        page.get_by_label("Token").fill(token or self.admin)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()


@contextmanager
def served_pages(folder: Path, **variables: str) -> Iterator[ServedPages]:
    """Run the service with one worker on a new database in `folder`."""
    url = fresh_database(folder)
    admin = first_token(url)
    with gunicorn(folder / "service.log", {"DATABASE_URL": url, **variables}) as process:
        process.wait_until_ready()
        yield ServedPages(f"http://{process.address[0]}:{process.address[1]}", admin, process)


def is_wider_than_its_window(page: Page) -> bool:
    """Return whether one has to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
