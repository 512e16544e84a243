"""`make demo`: a newcomer sees what was refused, understands it, rolls back and sees all green."""

import re

import pytest
from playwright.sync_api import Browser, expect

from support.running_demo import running_demo


@pytest.mark.long
def test_a_newcomer_sees_the_refusal_rolls_back_and_sees_all_green(browser: Browser) -> None:
    """By what the demo has printed and the page has said, and by nothing else."""
    with running_demo() as demo:
        context = browser.new_context()
        page = context.new_page()
        page.goto(demo.address)
        page.get_by_label("Token").fill(demo.token)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="2 of 3 instances refused revision 3")).to_be_visible()
        expect(page.get_by_text("POOL_MIN must not exceed POOL_MAX; still serving 2")).to_be_visible()
        expect(page).to_have_title(re.compile("2 refused · billing/production"))
        page.get_by_role("link", name="Roll back to 2").click()
        page.get_by_role("button", name="Roll back to 2").click()
        expect(page.locator("main")).to_contain_text("3 instances serve revision 4", timeout=30_000)
        expect(page.locator(".badge.failed")).to_have_count(0)
        assert "battery-staple" not in page.content()
        page.goto("/".join(demo.address.split("/")[:3]))
        expect(page.get_by_role("row", name=re.compile("billing"))).not_to_contain_text("refused")
        context.close()
