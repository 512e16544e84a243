"""Takes the pictures of the pages for the README, of `make demo`: run it with `tests` and `backend` on `PYTHONPATH`.

No two of them are the same byte for byte, so that nothing checks them; take them anew where the page has changed.
"""

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from docs.documents import ROOT
from support.chromium import chromium
from support.running_demo import RunningDemo, running_demo

FOLDER = ROOT / "docs" / "images"


def main() -> None:
    """Take them."""
    with running_demo() as demo, sync_playwright() as playwright, chromium(playwright) as browser:
        _take(browser, demo, "page-light.png", ViewportSize(width=1_000, height=860), "light")
        _take(browser, demo, "page-dark.png", ViewportSize(width=360, height=860), "dark")


def _take(browser: Browser, demo: RunningDemo, name: str, size: ViewportSize, scheme: str) -> None:
    context = browser.new_context(viewport=size, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(demo.address)
    page.get_by_label("Token").fill(demo.token)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="refused revision").wait_for()
    page.screenshot(path=FOLDER / name)
    context.close()


if __name__ == "__main__":
    main()
