"""Signing in at an identity provider, in a real browser: what it does with cookies and redirects between hosts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.axe import barriers
from support.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, running
from support.served_pages import ServedPages, is_wider_than_its_window, served_pages


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with running(IdentityProvider()) as found:
        yield found


@pytest.fixture
def known_there(tmp_path: Path, provider: IdentityProvider) -> Iterator[ServedPages]:
    """A service that is set up for the provider, by its environment alone."""
    with served_pages(
        tmp_path,
        PUBLIC_URL="http://127.0.0.1:{port}",
        OIDC_ISSUER=provider.url,
        OIDC_CLIENT_ID=CLIENT_ID,
        OIDC_CLIENT_SECRET=CLIENT_SECRET,
    ) as served:
        yield served


@pytest.mark.long
def test_somebody_signs_in_at_a_provider_is_let_in_by_a_group_and_signs_out(
    browser: Browser, known_there: ServedPages, provider: IdentityProvider
) -> None:
    """At first no rule means them; once one does, they get to the page that they wanted. No log has the secrets."""
    served = known_there
    with served.window(browser, elsewhere=provider.url) as page:
        page.goto("/apps?page=1")
        link = page.get_by_role("link", name="Sign in at 127.0.0.1")
        link.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=2)).to_contain_text("You are Ada, and no rule says what you may do")
        expect(page.get_by_role("main")).to_contain_text("Ask whoever runs this service")
        assert (barriers(page), is_wider_than_its_window(page)) == ([], False)
        rule = {"issuer": provider.url, "audience": CLIENT_ID, "subject": "*", "claims": {"groups": "sre"}}
        served.call("PUT", "/v1/trust-rules/sre", json={**rule, "sign_in": True, "roles": ["viewer"]})
        page.goto("/apps?page=1")
        page.get_by_role("link", name="Sign in at 127.0.0.1").click()
        expect(page).to_have_url(f"{served.url}/apps?page=1")
        expect(page.locator(".who")).to_contain_text("Ada")
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{served.url}/sign-in")
        page.goto("/apps")
        expect(page.get_by_label("Token")).to_be_visible()
    log = served.process.output.read_text()
    assert "/sign-in/openid/callback" in log
    assert not any(text in log for text in (CLIENT_SECRET, "code=", "state=", "eyJ"))
