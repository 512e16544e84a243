import base64
import binascii
import time

import pytest

from app.domain.identity import Scope
from app.http.resources.configuration import TriedOrWrittenAnswer
from support.http_api import BASE, Api
from support.small_contract import contract

SECRET = "canary-9f3c-of-a-secret"


def test_a_configuration_is_written_and_read(api: Api) -> None:
    """The first one with a condition that there is none; its tag is its number."""
    written = api.put({"PORT": "8000", "NAME": "a b"}, query="?message=first")
    assert (written.status_code, written.headers["ETag"], written.headers["Config-Revision"]) == (201, '"1"', "1")
    assert written.get_json()["message"] == "first"
    read = api.call("GET", f"{BASE}/config")
    assert (read.status_code, read.headers["ETag"], read.headers["Cache-Control"]) == (200, '"1"', "private, no-store")
    assert read.get_json()["variables"] == {
        "PORT": {"value": "8000", "secret": False, "origin": None},
        "NAME": {"value": "a b", "secret": False, "origin": None},
    }


def test_who_has_it_already_gets_no_body(api: Api) -> None:
    """A 304 needs the same token as a 200."""
    api.put({"PORT": "1"})
    asked = {"If-None-Match": '"1"'}
    answer = api.call("GET", f"{BASE}/config", headers=asked)
    assert (answer.status_code, answer.data) == (304, b"")
    for each in (answer, api.call("GET", f"{BASE}/config"), api.call("GET", f"{BASE}/revisions/1")):
        assert (each.headers["Cache-Control"], each.headers["Vary"]) == ("private, no-store", "Authorization")
        assert each.headers["X-Content-Type-Options"] == "nosniff"
    assert api.call("GET", f"{BASE}/config", token="", headers=asked).status_code == 401


def test_a_condition_of_writes_matters_to_no_read(api: Api) -> None:
    """Some clients, Terraform among them, send the same headers with all requests to a resource."""
    api.put({"PORT": "1"})
    assert api.call("GET", f"{BASE}/config", headers={"If-Match": '"7"'}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 428),
        ({"If-Match": '"7"'}, 412),
        ({"If-None-Match": "*"}, 412),
        ({"If-Match": "1"}, 400),
        ({"If-Match": '"1"', "If-None-Match": "*"}, 400),
        ({"If-Match": ""}, 400),
        ({"If-Match": '"1" "2"'}, 400),
        ({"If-Match": '*, "1"'}, 400),
        ({"If-None-Match": '"1"'}, 400),
        ({"If-Match": 'W/"1"'}, 412),
        ({"If-Match": '"0", "01", "not-ours", "a,b", "", "99999999999999999999"'}, 412),
        ({"If-Match": '"7", W/"1", "8"'}, 412),
        ({"If-Match": "*"}, 201),
        ({"If-Match": ' , "7" ,,"1", '}, 201),
        ({"If-Match": '"1"'}, 201),
        ({"If-Match": '"1-env-docker"'}, 201),
    ],
)
def test_a_write_names_what_it_is_based_on(api: Api, headers: dict[str, str], status: int) -> None:
    """Two people who write at once do not overwrite each other."""
    api.put({"PORT": "1"})
    answer = api.call("PUT", f"{BASE}/config", json={"PORT": "2"}, headers=headers)
    assert answer.status_code == status
    if status == 412:
        assert answer.get_json()["current"] == 1


@pytest.mark.parametrize("condition", ["*", '"1", "2"', '"1"'])
def test_nothing_matches_where_there_is_nothing(api: Api, condition: str) -> None:
    """`If-Match: *` says that the environment exists (RFC 9110, section 13.1.1)."""
    answer = api.call("PUT", f"{BASE}/config", json={"PORT": "2"}, headers={"If-Match": condition})
    assert (answer.status_code, answer.get_json()["current"]) == (412, None)


def test_the_same_content_is_no_new_revision(api: Api) -> None:
    """A deploy that pushes each time makes no history."""
    api.put({"PORT": "1"})
    again = api.put({"PORT": "1"}, based_on=1)
    assert (again.status_code, again.get_json()["revision"], again.get_json()["changed"]) == (200, 1, False)


def test_a_dry_run_stores_nothing(api: Api) -> None:
    """It tells what would happen."""
    answer = api.put({"PORT": "1"}, query="?dry_run=true")
    assert (answer.status_code, answer.get_json()["dry_run"]) == (200, True)
    TriedOrWrittenAnswer.model_validate(answer.get_json())
    assert api.call("GET", f"{BASE}/config").status_code == 404


def test_everything_that_is_wrong_is_told_at_once(api: Api) -> None:
    """With the variable, never with the value."""
    answer = api.put({"PORT": SECRET, "DEBUG": SECRET, "LD_PRELOAD": "x", "9": "x"})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert {each["variable"] for each in answer.get_json()["errors"]} >= {"PORT", "DEBUG", "LD_PRELOAD"}
    assert SECRET not in answer.text


def test_a_secret_shows_only_to_those_who_may_and_ask(api: Api) -> None:
    """Every time, it is written down."""
    api.put({"PORT": "1", "API_KEY": SECRET})
    reader = api.token(Scope.CONFIG_READ)
    revealer = api.token(Scope.CONFIG_READ, Scope.CONFIG_REVEAL)
    assert SECRET not in api.call("GET", f"{BASE}/config", token=revealer).text
    assert api.call("GET", f"{BASE}/config?reveal=true", token=reader).status_code == 403
    shown = api.call("GET", f"{BASE}/config?reveal=true&reason=on+call", token=revealer)
    assert shown.get_json()["variables"]["API_KEY"] == {"value": SECRET, "secret": True, "origin": None}
    events = api.call("GET", "/v1/audit?app=billing").get_json()["events"]
    told = [each["details"] for each in events if each["action"] == "config.reveal"]
    assert (events[0]["token_id"], events[0]["address"]) == (revealer.split("_")[1], "127.0.0.1")
    assert told == [{"revision": 1, "names": ["API_KEY"], "reason": "on call"}]


def test_a_secret_does_not_show_behind_another_name_either(api: Api) -> None:
    """It is the same one, wherever somebody has copied it."""
    api.put({"PORT": "1", "API_KEY": SECRET, "NAME": f"so {SECRET}"})
    api.put({"PORT": "2", "API_KEY": "another-one", "NAME": SECRET}, based_on=1)
    for path in ("revisions/1", "revisions/1?format=env", "revisions/1...2"):
        answer = api.call("GET", f"{BASE}/{path}")
        assert answer.status_code == 200
        assert SECRET not in answer.text


def test_an_env_file_is_in_the_dialect_of_its_reader(api: Api) -> None:
    """What can't be written in it is an error, not another value."""
    api.put({"PORT": "1", "NAME": "a#b 'c'", "API_KEY": SECRET})
    env = f"{BASE}/config?format=env"
    assert api.call("GET", env).text == (
        "# billing/production revision 1\nPORT=1\nNAME=a#b 'c'\n# API_KEY is a secret, and is not revealed\n"
    )
    assert "NAME=a#b 'c'" in api.call("GET", f"{env}&loader=docker&reveal=true").text
    assert api.call("GET", f"{BASE}/config?loader=docker").text == api.call("GET", f"{env}&loader=docker").text
    api.put({"PORT": "1", "NAME": "a\nb"}, based_on=1)
    refused = api.call("GET", f"{env}&loader=docker")
    assert (refused.status_code, refused.get_json()["errors"][0]["variable"]) == (409, "NAME")


@pytest.mark.parametrize("path", ["config", "revisions/1"])
@pytest.mark.parametrize("form", ["json", "kubernetes"])
def test_a_program_that_reads_env_files_gets_no_other_format(api: Api, path: str, form: str) -> None:
    """Neither of the two is ignored: it may be the one that was meant."""
    api.put({"PORT": "1"})
    refused = api.call("GET", f"{BASE}/{path}?format={form}&loader=docker")
    assert (refused.status_code, refused.get_json()["detail"]) == (
        422,
        f"`loader` says who reads an env file, and `format={form}` is none: leave one out",
    )


def test_kubernetes_gets_objects_that_never_change(api: Api) -> None:
    """Named by the revision, so that pods of two revisions can run side by side."""
    api.put({"PORT": "1", "API_KEY": SECRET})
    listed = api.call("GET", f"{BASE}/config?format=kubernetes&reveal=true").get_json()
    config, secret = listed["items"]
    assert (config["kind"], config["immutable"], config["data"]) == ("ConfigMap", True, {"PORT": "1"})
    assert (secret["kind"], secret["metadata"]["name"]) == ("Secret", "billing-r1")
    assert base64.b64decode(secret["data"]["API_KEY"]).decode() == SECRET


def test_what_a_later_contract_hides_makes_another_answer(api: Api) -> None:
    """A client does not go on with what it has, and a cluster, which changes no object, gets others."""
    api.put({"PORT": "1", "NAME": "a"})
    config, kubernetes = f"{BASE}/config", f"{BASE}/config?format=kubernetes&reveal=true"
    before = [api.call("GET", each) for each in (config, kubernetes)]
    made = contract(PORT="integer!", NAME="secret", API_KEY="secret")
    path = f"/v1/apps/billing/schemas/{made.digest}?release=2"
    assert api.call("PUT", path, data=made.document, content_type="application/json").status_code == 200

    after = [
        api.call("GET", each, headers={"If-None-Match": '"1", "1-kubernetes-revealed"'})
        for each in (config, kubernetes)
    ]
    assert [each.status_code for each in after] == [200, 200]
    assert {each.headers["ETag"] for each in before}.isdisjoint(each.headers["ETag"] for each in after)
    names = [{item["metadata"]["name"] for item in each.get_json()["items"]} for each in (before[1], after[1])]
    assert names[0] == {"billing-r1"}
    assert names[0].isdisjoint(names[1])
    based_on_it = {"If-Match": after[0].headers["ETag"]}
    assert api.call("PUT", config, json={"PORT": "2"}, headers=based_on_it).status_code == 201
    assert api.call("GET", config).headers["ETag"] == '"2"'


def test_kubernetes_refuses_a_secret_that_is_not_revealed(api: Api) -> None:
    """It never changes, so an empty one would be there for good; no cluster takes what is no base64."""
    api.put({"PORT": "1", "API_KEY": SECRET})
    _, secret = api.call("GET", f"{BASE}/config?format=kubernetes").get_json()["items"]
    assert (secret["kind"], secret["data"]) == ("Secret", {"API_KEY": "********"})
    with pytest.raises(binascii.Error):
        base64.b64decode(secret["data"]["API_KEY"], validate=True)


def test_kubernetes_gets_no_name_that_it_refuses(api: Api) -> None:
    """A key of a ConfigMap has 253 characters at most, and a variable may have 255."""
    longest = "V" * 253
    made = contract(PORT="integer!", **{longest: "text", longest + "W": "text"})
    path = f"/v1/apps/billing/schemas/{made.digest}?release=2"
    assert api.call("PUT", path, data=made.document, content_type="application/json").status_code == 200
    api.put({"PORT": "1", longest: "x"})
    assert api.call("GET", f"{BASE}/config?format=kubernetes").status_code == 200
    api.put({"PORT": "1", longest + "W": "x"}, based_on=1)
    refused = api.call("GET", f"{BASE}/config?format=kubernetes")
    assert (refused.status_code, refused.get_json()["errors"][0]["variable"]) == (409, longest + "W")


def test_a_merge_patch_changes_what_it_names(api: Api) -> None:
    """Null removes (RFC 7396)."""
    api.put({"PORT": "1", "NAME": "a"})
    answer = api.call(
        "PATCH",
        f"{BASE}/config",
        data='{"PORT": "2", "NAME": null}',
        content_type="application/merge-patch+json",
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 201
    assert api.call("GET", f"{BASE}/config").get_json()["variables"] == {
        "PORT": {"value": "2", "secret": False, "origin": None}
    }


@pytest.mark.parametrize(
    ("variables", "limit"),
    [
        (
            {f"V{at}": "1" for at in range(1_500)},
            "there are 1,500 variables, and an environment may have at most 1,000",
        ),
        (
            {f"V{at}": "1" for at in range(10_000)},
            "more than 2,000 variables are sent; an environment has at most 1,000",
        ),
        ({"PORT": "1", "NAME": "x" * 1_000_000}, "the value of `NAME` is larger than 65,536 bytes"),
        ({"PORT": "1", "N" * 300: "x"}, "the name of variable 2 has 300 characters; the limit is 255"),
    ],
)
def test_a_limit_that_is_exceeded_is_named(api: Api, variables: dict[str, str], limit: str) -> None:
    """With what there is and what there may be; that takes a moment."""
    taken = []
    for _ in range(3):
        started = time.process_time()
        answer = api.put(variables)
        taken.append(time.process_time() - started)
        assert answer.status_code == 422
        assert limit in [each["message"] for each in answer.get_json()["errors"]]
    assert min(taken) < 0.05


def test_a_value_comes_back_as_it_was_sent(api: Api) -> None:
    """No character of it is made another one that looks the same."""
    sent = {
        "PORT": "1",
        "NAME": "\ufeffCafe\u0301 caf\u00e9\r\n\t\u2028 \U0001f600\ue000\x7f 'a' \"b\" $C \\n",
        "API_KEY": " \u00a0",
    }
    api.put(sent)
    shown = api.call("GET", f"{BASE}/config?reveal=true").get_json()["variables"]
    assert {name: each["value"] for name, each in shown.items()} == sent


@pytest.mark.parametrize("condition", ['W/"1"', '"9", W/"1"', '"1"', "*"])
def test_a_reader_who_has_it_already_gets_nothing_again(api: Api, condition: str) -> None:
    """A proxy that packs what it passes on makes the tag a weak one (RFC 9110, section 13.1.2)."""
    api.put({"PORT": "1"})
    assert api.call("GET", f"{BASE}/config", headers={"If-None-Match": condition}).status_code == 304


@pytest.mark.parametrize("number", ["01", "%D9%A1", "1_0", "+1", "1.0"])
def test_a_revision_has_one_spelling(api: Api, number: str) -> None:
    """No second path leads to it."""
    api.put({"PORT": "1"})
    assert api.call("GET", f"{BASE}/revisions/{number}").status_code == 404
    assert api.call("GET", f"{BASE}/revisions/1...{number}").status_code == 404


def test_a_question_that_is_asked_twice_is_refused(api: Api) -> None:
    """Nobody knows which of the two was meant, and one of them would write."""
    answer = api.put({"PORT": "1"}, query="?dry_run=true&dry_run=false&x=1&x=2")
    assert answer.status_code == 422
    assert [each["variable"] for each in (answer.json or {})["errors"]] == ["dry_run", None]
    assert api.call("GET", f"{BASE}/config").status_code == 404
