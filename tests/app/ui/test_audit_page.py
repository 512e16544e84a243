"""The audit log, as people look at it."""

import re

from app.domain.identity import Scope
from app.service.pages.audit import ON_A_PAGE
from support.http_api import Api
from support.visitor import Visitor, words

CANARY = "c4n4ry-v4lue"


def _write(api: Api, environment: str, number: int = 1) -> None:
    """Write a revision, as often as makes it this number."""
    path = f"/v1/apps/billing/environments/{environment}/config"
    for before in range(number):
        condition = {"If-Match": f'"{before}"'} if before else {"If-None-Match": "*"}
        variables = {"PORT": str(before + 1), "API_KEY": CANARY}
        assert api.call("PUT", path, json=variables, headers=condition).status_code == 201


def test_what_was_done_is_told_with_who_and_where(visitor: Visitor) -> None:
    """Names of variables, and never a value."""
    _write(visitor.api, "production")
    page = visitor.sign_in().get("/audit")
    said = words(page)
    assert re.search(r"UTC ada person at 127\.0\.0\.1 config\.write billing/production revision 1", said)
    assert "browser.sign-in" in said
    assert CANARY not in page.text
    assert CANARY not in visitor.get("/audit.json").text


def test_the_log_is_narrowed_down_and_goes_on(visitor: Visitor) -> None:
    """Each entry is on one page, and the way to the next one keeps what was asked for."""
    _write(visitor.api, "production", ON_A_PAGE + 2)
    _write(visitor.api, "staging")
    where = "app=billing&environment=production&action=config.write"
    first = visitor.sign_in().get(f"/audit.json?{where}").get_json()
    second = visitor.get(f"/audit.json?{where}&before={first['next']}").get_json()
    numbers = [dict(each["details"])["revision"] for page in (first, second) for each in page["entries"]]
    assert numbers == [str(each) for each in reversed(range(1, ON_A_PAGE + 3))]
    assert second["next"] is None
    shown = visitor.get(f"/audit?{where}").text
    assert f'href="/audit?{where.replace("&", "&amp;")}&amp;before={first["next"]}"' in shown
    assert "Nothing like this was done" in words(visitor.get("/audit?action=keys.rotate"))


def test_who_may_see_one_environment_sees_that_alone(visitor: Visitor) -> None:
    """And no tab leads anywhere else."""
    _write(visitor.api, "production")
    _write(visitor.api, "staging")
    visitor.sign_in(Scope.AUDIT_READ, Scope.CONFIG_READ, bounds=("billing/staging",), name="s")
    assert visitor.get("/audit").status_code == 403
    assert visitor.get("/audit?app=billing&environment=production").status_code == 404
    assert "production" not in visitor.get("/audit?app=billing&environment=staging").text
    assert 'href="/audit"' not in visitor.get("/").text
    for query in ("action=nothing", "before=x", "before=9999999999999999999999"):
        assert visitor.get(f"/audit?app=billing&environment=staging&{query}").status_code in {404, 422}, query
