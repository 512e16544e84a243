from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from support.chromium import chromium
from support.served_pages import ServedPages, served_pages


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file."""
    with sync_playwright() as playwright, chromium(playwright) as opened:
        yield opened


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPages]:
    """One service under gunicorn for the tests of a file, with nothing in it."""
    with served_pages(tmp_path_factory.mktemp("served")) as service:
        yield service


@pytest.fixture
def page(browser: Browser, served: ServedPages) -> Iterator[Page]:
    """A window of a browser that nobody has used, at the address of the service; it fails what a page must not do."""
    with served.window(browser) as window:
        yield window
