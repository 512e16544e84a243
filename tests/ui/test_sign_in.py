"""Signing in and out, in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from support.served_pages import ServedPages, is_wider_than_its_window
from support.small_contract import contract


def test_somebody_signs_in_by_keyboard_looks_and_signs_out(served: ServedPages, page: Page) -> None:
    """From the address that they were given, and back to it; the way back in the history shows nothing more."""
    served.push_schema("shop", contract(PORT="integer"))
    served.write("shop/production", PORT="1")
    page.goto("/")
    expect(page).to_have_url(f"{served.url}/sign-in")
    page.keyboard.type("sp_nonsense")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("this token is not valid")
    page.keyboard.type(served.admin)
    page.keyboard.press("Enter")
    expect(page).to_have_title("1 in trouble · Apps · Setpoint")
    expect(page.get_by_role("row", name=re.compile("shop"))).to_contain_text("0 live")
    (cookie,) = (each for each in page.context.cookies() if each.get("name") == "__Host-setpoint")
    assert (cookie.get("httpOnly"), cookie.get("secure"), cookie.get("sameSite")) == (True, True, "Lax")
    assert page.evaluate("document.cookie") == ""
    assert served.admin not in page.content()
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served.url}/sign-in")
    page.go_back()
    expect(page.get_by_label("Token")).to_be_visible()


@pytest.mark.long
def test_a_narrow_window_shows_all_without_scrolling_sideways(served: ServedPages, browser: Browser) -> None:
    """320 px, as wide as a page on a phone that is magnified."""
    with served.window(browser, viewport={"width": 320, "height": 640}) as page:
        served.sign_in(page)
        for path in ("/", "/no/such/page"):
            page.goto(path)
            assert not is_wider_than_its_window(page), path
