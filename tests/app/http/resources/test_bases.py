from typing import Any

from werkzeug.test import TestResponse

from app.domain.identity import Scope
from support.http_api import BASE, Api

SHARED = "/v1/apps/shared/environments/smtp"


def shared(api: Api) -> None:
    new = {"If-None-Match": "*"}
    answer = api.call("PUT", f"{SHARED}/config?base=true", json={"NAME": "from smtp"}, headers=new)
    assert (answer.status_code, answer.get_json()["is_base"], answer.get_json()["schema_digest"]) == (201, True, None)


def extend(api: Api, *bases: str, token: str | None = None, query: str = "") -> TestResponse:
    return api.call("PUT", f"{BASE}/bases{query}", token, json={"bases": bases}, headers={"If-Match": '"1"'})


def test_each_variable_tells_where_it_is_from(api: Api) -> None:
    """And each environment what it extends."""
    shared(api)
    api.put({"PORT": "1"})
    answer = extend(api, "shared/smtp").get_json()
    assert (answer["revision"], answer["bases"], answer["variables"]) == (2, ["shared/smtp"], 2)
    content = api.call("GET", f"{BASE}/config").get_json()
    assert {name: each["origin"] for name, each in content["variables"].items()} == {
        "NAME": "shared/smtp@1",
        "PORT": None,
    }
    changes = api.call("GET", f"{BASE}/revisions/1...2").get_json()["changes"]
    assert [(each["name"], each["origin"]) for each in changes] == [("NAME", "shared/smtp@1")]
    listed = api.call("GET", "/v1/apps/billing/environments").get_json()["environments"]
    assert [(each["bases"], each["is_base"]) for each in listed] == [(["shared/smtp"], False)]


def test_who_may_not_read_a_base_does_not_extend_it(api: Api) -> None:
    """It looks as if it weren't there, as one that is not does."""
    shared(api)
    api.put({"PORT": "1"})
    token = api.token(Scope.CONFIG_READ, Scope.CONFIG_WRITE, bounds=("billing/*",), name="billing")
    hidden, missing = (extend(api, f"shared/{each}", token=token) for each in ("smtp", "none"))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.get_json()["detail"] == missing.get_json()["detail"].replace("none", "smtp")


def test_a_base_in_an_env_file_is_read_without_a_contract(api: Api) -> None:
    """By its syntax alone; any other environment needs one."""
    new = {"If-None-Match": "*"}
    sent: dict[str, Any] = {"data": "NAME='open\n", "content_type": "text/plain", "headers": new}
    assert api.call("PUT", f"{SHARED}/config?base=true", **sent).get_json()["errors"][0]["code"] == "SP102"
    assert api.call("PUT", f"{SHARED}/config", **sent).status_code == 404
    fine: dict[str, Any] = {"data": "NAME=x\nAPI_KEY=y\n", "content_type": "text/plain", "headers": new}
    assert api.call("PUT", f"{SHARED}/config?base=true", **fine).status_code == 201
    partial: dict[str, Any] = {"data": "NAME=x\n", "content_type": "text/plain", "headers": new}
    base = "/v1/apps/billing/environments/base/config"
    assert api.call("PUT", base, **partial).status_code == 422
    assert api.call("PUT", f"{base}?base=true", **partial).status_code == 201


def test_a_dry_run_extends_nothing(api: Api) -> None:
    """Nor does a wrong word."""
    shared(api)
    api.put({"PORT": "1"})
    assert extend(api, "shared/smtp", query="?dry_run=true").status_code == 200
    assert extend(api, "shared").status_code == 422
    assert api.call("GET", f"{BASE}/config").get_json()["bases"] == []
