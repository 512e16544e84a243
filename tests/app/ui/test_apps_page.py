"""All apps at a glance."""

from app.domain.identity import Scope
from support.visitor import Visitor, words


def _written(visitor: Visitor, app: str, environment: str, number: int = 1) -> None:
    """Write a revision, as often as makes it this number."""
    path = f"/v1/apps/{app}/environments/{environment}/config?live=ignore"
    for before in range(number):
        condition = {"If-Match": f'"{before}"'} if before else {"If-None-Match": "*"}
        answer = visitor.api.call("PUT", path, json={"PORT": str(before)}, headers=condition)
        assert answer.status_code == 201, answer.text


def test_a_new_service_says_how_to_begin(visitor: Visitor) -> None:
    """With the commands."""
    visitor.sign_in(Scope.CONFIG_READ, bounds=("shop/*",))
    assert "There is no app yet" in words(visitor.get("/"))


def test_an_environment_that_nobody_follows_says_so(visitor: Visitor) -> None:
    """A word only where something is wrong, and the app in trouble first."""
    _written(visitor, "billing", "production", 2)
    page = visitor.sign_in().get("/")
    assert "billing 2 \N{EN DASH} 0 live" in words(page)
    assert "1 in trouble · Apps · Setpoint" in page.text
    content = visitor.get("/apps.json").get_json()
    assert content["environments"] == ["production"]
    assert content["apps"][0]["cells"][0] == {
        "app": "billing",
        "environment": "production",
        "revision": 2,
        "served": [],
        "live": 0,
        "is_base": False,
        "trouble": [{"state": "EXPIRED", "text": "0 live"}],
    }


def test_nobody_sees_what_their_token_may_not_read(visitor: Visitor) -> None:
    """Neither an app nor an environment nor its name."""
    _written(visitor, "billing", "production")
    _written(visitor, "billing", "staging")
    page = visitor.sign_in(Scope.CONFIG_READ, bounds=("billing/staging",)).get("/")
    assert "staging" in words(page)
    assert "production" not in page.text
    stranger = Visitor(visitor.api).sign_in(Scope.CONFIG_READ, bounds=("shop/*",), name="shop")
    assert stranger.get("/apps.json").get_json() == {"environments": [], "apps": []}


def test_an_app_that_has_a_schema_alone_is_shown(visitor: Visitor) -> None:
    """It waits for its first revision."""
    assert "billing no revision yet" in words(visitor.sign_in().get("/"))
