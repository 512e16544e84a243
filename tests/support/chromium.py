"""Debian's Chromium, driven by Playwright, and quiet: it talks to the service under test and to nobody else."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright

HOW_TO_INSTALL = "there is no Chromium, which the tests of the pages need: `make chromium` installs it"
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--disable-gpu",
)


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Give a browser without a screen, and end it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, HOW_TO_INSTALL
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=path, args=[*_QUIET, *sandbox])
    try:
        yield browser
    finally:
        browser.close()
