"""The story of the verdicts, with the page open: real instances, a real service, and somebody who looks."""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from support.followed_environment import Billing
from support.fresh_database import fresh_database
from support.served_pages import ServedPages, is_wider_than_its_window
from support.service_at_port import ServiceAtPort, service_at_port
from support.small_contract import contract
from support.supervised import LAX, STRICT, supervised

NOW = "/apps/billing/production"
CANARY = "canary-c0ffee51"
LONG = "a-very-long-name-of-a-machine-" * 6


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceAtPort]:
    """A service that can be started again at its address."""
    folder = tmp_path_factory.mktemp("story")
    with service_at_port(folder, fresh_database(folder)) as made:
        made.start()
        yield made


@pytest.fixture(scope="module")
def billing(service: ServiceAtPort) -> Billing:
    """An environment of it."""
    made = service.billing()
    made.write(POOL_MIN="1", POOL_MAX="5")
    return made


@pytest.fixture(scope="module")
def instances(billing: Billing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Three of them, the last of which takes what the others refuse."""
    folder = tmp_path_factory.mktemp("instances")
    with ExitStack() as stack:
        for number, settings in enumerate((STRICT, STRICT, LAX)):
            name = f"web-{number}"
            stack.enter_context(supervised(folder / name, billing.url, billing.token, settings=settings))
        billing.wait_for("all 3 instances serve revision 1")
        yield


@pytest.fixture
def served(service: ServiceAtPort, billing: Billing) -> ServedPages:
    """The service as people look at it; it may have been started again."""
    return ServedPages(service.url, billing.admin, service.process)


@pytest.fixture
def window(browser: Browser, served: ServedPages, instances: None) -> Iterator[Page]:  # noqa: ARG001
    """A window of somebody who is signed in and may do everything."""
    with served.window(browser, timezone_id="Europe/Berlin") as page:
        served.sign_in(page)
        yield page


def press_until(page: Page, name: str) -> None:
    """Go by the keyboard to what has a name, and press it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            page.keyboard.press("Enter")
            return
    pytest.fail(f"the keyboard does not lead to {name}")


def test_the_sentence_appears_by_itself_and_a_rollback_by_keyboard_makes_all_green(
    window: Page, billing: Billing
) -> None:
    """In each tab, on its title too; one that is out of date says so, and changes nothing."""
    good = billing.catch_up()
    bad, back = good + 1, good + 2
    window.goto(NOW)
    expect(window.locator(".quiet-line")).to_have_text(f"✓ All 3 instances serve revision {good}")
    window.evaluate("window.isTheSamePage = true")
    other = window.context.new_page()
    other.goto(f"{NOW}/revisions")
    billing.write(POOL_MIN="25", POOL_MAX="5", API_KEY=CANARY)
    refused = f"2 of 3 instances refused revision {bad}"
    expect(window.get_by_role("heading", level=2)).to_have_text(f"✕ {refused}")
    expect(window.locator(".banner")).to_contain_text(f"POOL_MIN must not exceed POOL_MAX; still serving {good}")
    expect(window).to_have_title("2 refused · billing/production · Setpoint")
    expect(window.get_by_role("status").first).to_have_text(f"✕ {refused}")
    expect(window.get_by_role("table").first).to_contain_text("POOL_MIN POOL_MAX")
    expect(window.get_by_role("table").nth(1).locator("tbody tr").first).to_contain_text("failed")
    expect(other.get_by_role("row").nth(1)).to_contain_text(refused)
    assert window.evaluate("window.isTheSamePage") is True
    assert CANARY not in window.content()
    other.goto(f"{NOW}/revisions/{good}/roll-back")
    press_until(window, f"Roll back to {good}…")
    expect(window.get_by_text("valid")).to_be_visible()
    press_until(window, f"Roll back to {good}")
    expect(window.locator(".quiet-line")).to_have_text(f"✓ All 3 instances serve revision {back}")
    expect(window).to_have_title("billing/production · Setpoint")
    billing.catch_up()
    newest = billing.write(POOL_MIN="1", POOL_MAX=str(back + 20))
    other.get_by_role("button", name=f"Roll back to {good}").click()
    expect(other.get_by_role("alert")).to_contain_text(f"`billing/production` is at revision {newest}")


@pytest.mark.long
def test_what_somebody_types_stays_while_the_page_changes(window: Page, billing: Billing) -> None:
    """With the focus, and where the cursor is."""
    number = billing.catch_up()
    billing.write(POOL_MIN="1", POOL_MAX=str(number + 10))  # two revisions can be compared, whichever test is the first
    window.goto(f"{NOW}/revisions")
    field = window.get_by_label("Compare revision")
    field.fill("1")
    field.focus()
    number = billing.catch_up()
    written = billing.write(POOL_MIN="2", POOL_MAX=str(number + 20))
    expect(window.get_by_role("row").nth(1)).to_contain_text(f"all 3 instances serve revision {written}")
    expect(field).to_have_value("1")
    expect(field).to_be_focused()
    expect(window.locator("tbody time").first).to_contain_text(re.compile(r"UTC \(here .+\)"))


def test_what_somebody_has_opened_stays_open_while_the_page_changes(window: Page, served: ServedPages) -> None:
    """Also on the page of an app that nobody follows yet."""
    served.push_schema("shop", contract(("PORT",), PORT="integer"))
    number = served.write("shop/production", PORT="1")
    window.goto("/apps/shop/production")
    window.get_by_text("Checks that run only in the app").click()
    served.write("shop/production", number, PORT="2")
    expect(window.get_by_role("link", name="2", exact=True)).to_be_visible()
    expect(window.locator("details code")).to_be_visible()


@pytest.mark.long
def test_a_page_says_that_the_service_is_away_and_goes_on_by_itself(
    window: Page, billing: Billing, service: ServiceAtPort
) -> None:
    """It asks nobody to load it again, and shows what has happened meanwhile."""
    window.goto(NOW)
    window.evaluate("window.isTheSamePage = true")
    number = billing.catch_up()
    service.stop()
    expect(window.locator(".connection")).to_contain_text("The connection is lost")
    service.start()
    expect(window.locator(".connection")).to_be_hidden()
    written = billing.write(POOL_MIN="3", POOL_MAX=str(number + 20))
    expect(window.locator(".quiet-line")).to_have_text(f"✓ All 3 instances serve revision {written}")
    assert window.evaluate("window.isTheSamePage") is True


def test_a_page_of_somebody_who_has_signed_out_says_so(window: Page) -> None:
    """In another tab: nothing that they may not see any more comes to this one."""
    window.goto(NOW)
    other = window.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    expect(window.locator(".connection")).to_contain_text("You are signed out")


@pytest.mark.long
def test_a_page_says_who_is_signed_in_now(window: Page, served: ServedPages) -> None:
    """Somebody else, in another tab: what one does on this page is done in their name."""
    window.goto(NOW)
    other = window.context.new_page()
    other.goto("/sign-in")
    other.get_by_label("Token").fill(served.token("viewer@billing/*", name="bob"))
    other.get_by_role("button", name="Sign in").click()
    expect(window.locator(".who span")).to_have_text("bob")


def test_a_tab_that_nobody_has_seen_yet_holds_no_stream(window: Page) -> None:
    """Browsers have six to a host: who opens ten tabs at once would see the others wait."""
    streams: list[str] = []
    window.on("request", lambda asked: streams.append(asked.url) if asked.url.endswith("/stream") else None)
    window.add_init_script("Object.defineProperty(document, 'hidden', { get: () => !window.isSeen })")
    window.goto(NOW)
    assert streams == []
    with window.expect_request("**/stream"):
        window.evaluate("window.isSeen = true; document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.long
def test_long_names_stay_within_a_narrow_window(window: Page, billing: Billing) -> None:
    """320 px wide, on every page of an environment."""
    new = {"instance": "01890a5d-ac96-774b-bcce-b302099a8057", "environments": ["billing/production"], "host": LONG}
    started = {"started_at": "2026-11-26T12:00:00Z", "release": LONG}
    session = billing.call("POST", "/v1/sessions/", json={**new, **started})["id"]
    told = {"revision": billing.catch_up(), "verdict": "FAILED", "errors": [{"message": LONG, "rule": LONG}]}
    billing.call("PATCH", f"/v1/sessions/{session}", json=told)
    window.set_viewport_size({"width": 320, "height": 640})
    of_revisions = ("/revisions", "/revisions/1", "/compare/1...1", "/revisions/1/roll-back")
    for path in ("", "/instances", f"/instances/{session}", *of_revisions):
        window.goto(f"{NOW}{path}")
        assert not is_wider_than_its_window(window), path
    billing.call("DELETE", f"/v1/sessions/{session}")
