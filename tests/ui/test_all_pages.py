"""All pages, whatever they show: anybody can use them, and nothing that strangers have written does any harm.

Which pages there are is read off the routes, so that a new one is looked at as well.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from app.contracts.validator import ContractValidator
from app.factory import Keeping, background_of, create_app
from app.store.opening import open_store
from app.ui.showing import JSON
from support.axe import barriers
from support.fresh_database import fresh_database
from support.hostile_service import CANARY, HOSTILE, LONG, MARKUP, TURNED, HostileService
from support.keyed_settings import KEYS, Settings
from support.served_pages import ServedPages, is_wider_than_its_window

DESK, PHONE = ViewportSize(width=1_280, height=900), ViewportSize(width=320, height=640)

FILE = f"""NAME="{HOSTILE}"
PORT='{LONG}'
PORT=eighty
{MARKUP}
X{TURNED}=1
export {MARKUP}=2
API_KEY="unclosed
"""
TYPED = (
    ("/check", "Check", {"#text": FILE}),
    ("/apps/billing/production/edit", "Check", {"#text": FILE, "#message": MARKUP}),
    ("/apps/billing/production/edit", "Save", {"#text": FILE, "#message": MARKUP}),
    ("/access", "Make the token", {"#name": HOSTILE, "#label": MARKUP, "#roles": MARKUP}),
)
"""What is typed where, and sent by which button."""

STATUSES = {
    "/no/such/page": 404,
    "/apps/billing/production/edit, Save": 422,
    "/access, Make the token": 422,
}
"""What is not answered with 200."""

OPEN = "document.querySelectorAll('details').forEach(each => { each.open = true; })"

EVERY = """[...document.querySelectorAll(
    "a[href], button:enabled, input:enabled:not([type=hidden]), select:enabled, textarea:enabled, summary"
  )].filter(each => each.checkVisibility({visibilityProperty: true}))
  .filter((each, _, all) => each.type !== "radio" || each === (
    all.find(other => other.name === each.name && other.checked) ?? all.find(other => other.name === each.name)))"""
"""What the keyboard has to get to. A page that looks anew puts others in the places of these, so places count."""

REACHABLE = f"() => {EVERY}.map(each => each.outerHTML.slice(0, 200))"

FOCUSED = f"""() => {{
  const found = document.activeElement ?? document.body, outline = getComputedStyle(found);
  return [{EVERY}.indexOf(found), outline.outlineStyle !== "none" && outline.outlineWidth !== "0px"];
}}"""


@dataclass(frozen=True)
class Visit:
    """What was found on a page.

    Attributes:
        status: That of the answer.
        html: What it is, after all scripts have run.
        json: The same for programs.
        text: What people read on it.
        bad: What axe-core says that keeps people from using it, in wide and light, and narrow and dark.
        is_too_wide: Whether one has to scroll sideways on a phone.
        is_harmed: Whether what strangers have written was run.
        unreached: What the keyboard does not get to, or gets to without a sign.
    """

    status: int
    html: str
    json: str
    text: str
    bad: tuple[str, ...]
    is_too_wide: bool
    is_harmed: bool
    unreached: tuple[str, ...]


def addresses(folder: Path, parts: dict[str, str]) -> list[str]:
    """Return the address of each page: of whatever can be had as JSON as well."""
    with closing(open_store(fresh_database(folder), KEYS)) as store:
        application = create_app(Settings(), keeping=Keeping(store, ContractValidator()))
        every = {rule.rule: rule for rule in application.url_map.iter_rules()}
        rules = [rule for name, rule in every.items() if f"{name}{JSON}" in every]
        background_of(application).close()
    unknown = {name for rule in rules for name in rule.arguments} - parts.keys()
    assert unknown == set(), "say in `HostileService` what stands for it"
    built = (rule.build(parts, append_unknown=False) for rule in rules)
    return sorted(path for found in built if found for path in [found[1]])


@pytest.fixture
def visits(browser: Browser, served: ServedPages, tmp_path: Path) -> dict[str, Visit]:
    """What was found on each page, by its address."""
    hostile = HostileService(served)
    hostile.fill()
    paths = [*addresses(tmp_path, hostile.parts), "/no/such/page"]
    with served.window(browser, viewport=DESK) as page:
        served.sign_in(page, hostile.admin)
        return dict([*_opened(page, paths), *_typed(page)])


def _opened(page: Page, paths: list[str]) -> Iterator[tuple[str, Visit]]:
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        yield path, _looked_at(page, answer.status)


def _typed(page: Page) -> Iterator[tuple[str, Visit]]:
    """Type what is all wrong into the forms that show it again, and send them."""
    for path, button, fields in TYPED:
        page.goto(path)
        page.evaluate(OPEN)
        for field, text in fields.items():
            page.locator(field).fill(text)
        with page.expect_navigation() as answer:
            page.get_by_role("button", name=button, exact=True).click()
        assert answer.value is not None
        yield f"{path}, {button}", _looked_at(page, answer.value.status)


def _looked_at(page: Page, status: int) -> Visit:
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
    page.evaluate(OPEN)
    unreached = tuple(_unreached(page))
    bad = [f"light, {each}" for each in barriers(page)]
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    bad += [f"dark, {each}" for each in barriers(page)]
    return Visit(
        status=status,
        html=page.content(),
        json=page.evaluate("fetch(`${location.pathname}.json`).then(answer => answer.text())"),
        text=page.locator("body").inner_text(),
        bad=tuple(bad),
        is_too_wide=is_wider_than_its_window(page),
        is_harmed=bool(page.evaluate("'harmed' in window")),
        unreached=unreached,
    )


def _unreached(page: Page) -> Iterator[str]:
    """Press Tab until everything had the focus; yield what did not, or not visibly."""
    every = page.evaluate(REACHABLE)
    seen: dict[int, bool] = {}
    page.evaluate("document.activeElement?.blur()")
    for _ in range(3 * len(every)):  # what scrolls is a stop of its own
        if len(seen) == len(every):
            break
        page.keyboard.press("Tab")
        place, is_shown = page.evaluate(FOCUSED)
        if place >= 0:
            seen[place] = is_shown
    yield from (each for place, each in enumerate(every) if not seen.get(place))


def _wrong(path: str, visit: Visit) -> Iterator[str]:
    """Yield all that is wrong with a page."""
    if visit.status != STATUSES.get(path, 200):
        yield f"it answers with {visit.status}"
    yield from (f"keeps people from using it: {each}" for each in visit.bad)
    yield from (f"the keyboard does not get there, or without a sign: {each}" for each in visit.unreached)
    if visit.is_too_wide:
        yield "it is wider than a phone"
    if visit.is_harmed or "<script>window.harmed" in visit.html or "<img" in visit.html or "1337" in visit.text:
        yield "what strangers have written is more than text"
    if MARKUP not in visit.text:
        yield "what strangers have written is not there"
    if set(TURNED) & set(visit.text) - set("gnp.exe"):
        yield "what strangers have written turns text around, or can't be seen"
    if CANARY in visit.html or CANARY in visit.json:
        yield "it has a secret"


@pytest.mark.long
def test_all_pages_can_be_used_by_anybody_and_are_harmed_by_nobody(visits: dict[str, Visit]) -> None:
    """All that is wrong with any is said at once; of a page that reveals a secret, there are tests of its own."""
    found = [f"{path}: {each}" for path, visit in visits.items() for each in _wrong(path, visit)]
    assert not found, "\n".join(found)
