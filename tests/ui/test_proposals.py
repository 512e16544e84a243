"""A change that takes two people, each with a browser of their own."""

import pytest
from playwright.sync_api import Browser, expect

from support.served_pages import ServedPages
from support.small_contract import contract

PLACE = "/v1/apps/shop/environments/production"
ONE = "/apps/shop/production/proposals/1"


@pytest.mark.long
def test_two_people_change_a_protected_environment(served: ServedPages, browser: Browser) -> None:
    """One changes what is proposed while the other looks: the approval of what was there before is refused.

    The list of proposals changes by itself; the page on which somebody decides does not.
    """
    served.push_schema("shop", contract(PORT="integer!", API_KEY="secret"))
    served.write("shop/production", PORT="1", API_KEY="canary-old")
    served.call("PUT", f"{PLACE}/protection", json={"approvals": 1})
    ada = served.token("editor@shop/*", name="Ada")
    grace = served.token("approver@shop/*", "editor@shop/*", name="Grace")
    basis = {"headers": {"If-Match": '"1"'}}
    served.call("POST", f"{PLACE}/proposals", ada, json={"patch": {"PORT": "2", "API_KEY": "canary-new"}}, **basis)
    with served.window(browser) as hers, served.window(browser) as other:
        served.sign_in(hers, ada)
        hers.goto(ONE)
        expect(hers.get_by_role("main")).to_contain_text("You proposed it, so somebody else must approve it")
        expect(hers.get_by_role("button", name="Approve")).to_have_count(0)
        expect(hers.get_by_role("button", name="Apply")).to_be_disabled()
        hers.goto("/apps/shop/production/proposals")

        served.sign_in(other, grace)
        other.goto("/apps/shop/production/proposals")
        other.get_by_role("link", name="1", exact=True).click()
        served.call("PUT", f"{PLACE}/proposals/1", ada, json={"patch": {"PORT": "3", "API_KEY": "canary-new"}}, **basis)
        other.get_by_role("button", name="Approve").click()
        expect(other.get_by_role("alert")).to_contain_text(
            "has changed since you looked at it: read it and decide again"
        )
        expect(other.get_by_role("row", name="PORT")).to_contain_text("3")
        other.get_by_role("button", name="Approve").press("Enter")
        expect(other).to_have_url(f"{served.url}{ONE}")
        expect(other.get_by_role("main")).to_contain_text("approved by Grace, and not applied yet")
        assert "canary" not in other.content()

        expect(hers.get_by_role("row", name="open")).to_contain_text("approved by Grace, and not applied yet")
        hers.get_by_role("link", name="1", exact=True).click()
        hers.get_by_role("button", name="Apply").press("Enter")
        expect(hers.get_by_role("main")).to_contain_text("as revision 2 by Ada")
        other.reload()
        other.get_by_role("link", name="revision 2").click()
        expect(other).to_have_url(f"{served.url}/apps/shop/production/revisions/2")
