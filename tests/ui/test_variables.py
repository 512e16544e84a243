"""Checking, comparing, revealing and editing variables, in a real browser."""

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from support.served_pages import ServedPages, is_wider_than_its_window
from support.small_contract import contract

CANARY = "c4n4ry0fTh3Br0ws3r"
APP = "/apps/pizza"
EDIT = f"{APP}/production/edit"
VARIABLES = "/variables/pizza"


@pytest.fixture(scope="module", autouse=True)
def variables(served: ServedPages) -> None:
    """Two environments of an app."""
    served.push_schema("pizza", contract(PORT="integer!", DEBUG="truth", API_KEY="secret", NAME="text"))
    served.write("pizza/production", PORT="80", API_KEY=CANARY, NAME="Pizza Palace")
    served.write("pizza/staging", PORT="8080", DEBUG="true")


def test_a_newcomer_checks_a_file_without_signing_in_and_without_scripts(served: ServedPages, browser: Browser) -> None:
    """The example is there at once; what is pasted is read program by program."""
    with served.window(browser, java_script_enabled=False) as page:
        page.goto("/check")
        expect(page.get_by_role("status")).to_contain_text("all 7 variables are read differently")
        page.get_by_label("Env file").fill('HOST="localhost"\nPORT=\'80\n')
        page.get_by_text("Programs and line ends").click()
        for name in ("python-dotenv 1.2", "node 24", "uv 0.13"):
            page.get_by_label(name, exact=True).uncheck()
        page.get_by_role("button", name="Check").click()
        expect(page).to_have_url(f"{served.url}/check#outcome")
        row = page.get_by_role("row", name="HOST")
        expect(row.get_by_role("listitem").filter(has_text="keep the quotes")).to_contain_text('"localhost" docker')
        finding = page.get_by_role("listitem").filter(has_text="line 2").first
        expect(finding).to_contain_text("PORT='80")
        expect(page.get_by_label("Env file")).to_have_value('HOST="localhost"\nPORT=\'80\n')
        expect(page.get_by_role("row", name="node 24")).to_have_count(0)


def test_a_file_tells_whether_its_lines_end_as_on_windows(page: Page) -> None:
    """What a browser does not say of a text that is pasted."""
    page.goto("/check")
    chosen = FilePayload(name="prod.env", mimeType="text/plain", buffer=b"HOST=localhost\r\n")
    page.get_by_label("Open a file…").set_input_files(chosen)
    expect(page.get_by_role("status")).to_contain_text("the one variable is read differently")
    expect(page.get_by_role("row", name="HOST")).to_contain_text("keep an invisible carriage return at the end")


def test_findings_appear_while_one_types(served: ServedPages, page: Page) -> None:
    """At their lines, and go away; a saved text is the next revision, in which the secret is as it was."""
    served.sign_in(page, served.token("editor@pizza/*", name="eve"))
    page.goto(EDIT)
    text = page.get_by_label("Variables of pizza/production")
    expect(text).to_have_value("PORT=80\nAPI_KEY=setpoint:unchanged\nNAME=Pizza Palace\n")
    text.fill("NAME=Pizza\nAPI_KEY=setpoint:unchanged\nPORT=many\n")
    expect(page.get_by_role("status")).to_contain_text("1 problem, and nothing is stored")
    expect(page.locator(".with-margin pre")).to_contain_text("✕ 3")
    page.get_by_role("link", name="line 3").click()
    assert page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]") == ["text", 43]
    page.keyboard.press("Shift+End")
    page.keyboard.type("81")
    expect(page.get_by_role("status")).to_contain_text("nothing is wrong: saving makes revision 2")
    expect(page.locator(".with-margin pre")).not_to_contain_text("✕")
    page.get_by_label("Message").fill("one more")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(f"{served.url}{APP}/production#content")
    found = served.call("GET", "/v1/apps/pizza/environments/production/config?reveal=true")
    assert {name: each["value"] for name, each in found["variables"].items()} == {
        "NAME": "Pizza",
        "API_KEY": CANARY,
        "PORT": "81",
    }


@pytest.mark.long
def test_who_is_signed_out_meanwhile_goes_on_after_a_sign_in_elsewhere(served: ServedPages, page: Page) -> None:
    """In another tab; what was typed is still there."""
    token = served.token("editor@pizza/*", name="lin")
    served.sign_in(page, token)
    page.goto(f"{APP}/staging/edit")
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    other.get_by_label("Token").wait_for()
    page.get_by_label("Variables of pizza/staging").fill("PORT=9090\n")
    expect(page.get_by_role("status")).to_contain_text("sign in in another tab, and go on here")
    served.sign_in(other, token)
    page.get_by_label("Variables of pizza/staging").press_sequentially("DEBUG=1")
    expect(page.get_by_role("status")).to_contain_text("nothing is wrong: saving makes revision 2")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(f"{served.url}{APP}/staging#content")


def test_a_secret_is_in_no_page_but_the_one_that_reveals_it(served: ServedPages, page: Page) -> None:
    """For a reason, until it is hidden again; the audit log has both."""
    served.sign_in(page, served.token("editor@pizza/*", name="grace"))
    for path in (VARIABLES, EDIT, "/", "/check", f"{APP}/production/variables/API_KEY/reveal"):
        page.goto(path)
        assert CANARY not in page.content(), path
    page.goto(VARIABLES)
    page.get_by_role("link", name="Reveal API_KEY of production").click()
    page.get_by_label("Reason").fill("the gateway refuses us")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Value")).to_have_text(CANARY)
    assert CANARY not in page.title() + page.url
    page.get_by_role("link", name="Hide").click()
    expect(page).to_have_url(f"{served.url}{VARIABLES}")
    assert CANARY not in page.content()
    events = served.call("GET", "/v1/audit?app=pizza")["events"]
    (told,) = (each for each in events if each["principal"]["name"] == "grace")
    assert (told["action"], told["details"]["reason"]) == ("config.reveal", "the gateway refuses us")


@pytest.mark.long
def test_a_narrow_window_shows_all_of_it(served: ServedPages, browser: Browser) -> None:
    """320 px, without scrolling sideways."""
    with served.window(browser, viewport={"width": 320, "height": 640}) as page:
        served.sign_in(page)
        for path in ("/check", VARIABLES, EDIT, f"{APP}/production/variables/API_KEY/reveal"):
            page.goto(path)
            assert not is_wider_than_its_window(page), path
