"""axe-core, which finds what keeps people from using a page."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).parents[1] / "ui" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
_BAD = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .filter(each => ["serious", "critical"].includes(each.impact))
  .map(each => `${each.id}: ${each.nodes.map(node => node.target).join(", ")}`)"""


@cache
def _program() -> str:
    assert _AXE.is_file(), "npm's axe-core is missing: run `make setup`"
    return _AXE.read_text(encoding="utf-8")


def barriers(page: Page) -> list[str]:
    """Return what is serious or critical on a page, as it is now: the rule and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_program())
    found: list[str] = page.evaluate(_BAD)
    return found
