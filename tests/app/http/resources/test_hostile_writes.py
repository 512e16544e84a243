"""A body that is too much, too odd or not what it says it is, is refused as a problem."""

import json
import time
from typing import Any

import pytest

from support.http_api import BASE, Api

HOSTILE_BODIES = {
    "a key twice": (b'{"PORT": "1", "PORT": "2"}', 422),
    "the last of many keys twice": (
        b"{%s}" % b",".join([*(b'"V%d":""' % at for at in range(50_000)), b'"V49999":""']),
        422,
    ),
    "a number": (b'{"PORT": 1}', 422),
    "an array": (b"[]", 422),
    "brackets without an end": (b"[" * 100_000, 400),
    "a number that is none": (b'{"PORT": NaN}', 400),
    "an endless number": (b'{"PORT": 1e999}', 400),
    "5,000 digits": (b'{"PORT": ' + b"9" * 5_000 + b"}", 400),
    "UTF-16": ('{"PORT": "1"}'.encode("utf-16"), 400),
    "not UTF-8": (b'{"PORT": "\xff"}', 400),
    "a lone surrogate": (b'{"NAME": "\\ud800"}', 422),
    "a NUL": (b'{"NAME": "\\u0000"}', 422),
    "deep": (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 400),
    "too large": (b" " * (1 << 21), 413),
    "too many": (("{" + ",".join(f'"V{at}": "1"' for at in range(2_000)) + "}").encode(), 422),
    "a large value": (b'{"NAME": "' + b"x" * 70_000 + b'"}', 422),
}


@pytest.mark.parametrize(
    ("method", "path", "value"),
    [
        ("PUT", "config", "1"),
        ("PUT", "config", '""'),
        ("PATCH", "config", "null"),
        ("POST", "proposals", '""'),
    ],
)
def test_a_hundred_thousand_members_are_not_even_parsed(api: Api, method: str, path: str, value: str) -> None:
    """Whatever is wrong with them: to parse or to list all of it would hold up other requests."""
    body = "{" + ",".join(f'"-{at}":{value}' for at in range(70_000))  # without an end, as a parser would tell
    content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
    condition = {"If-None-Match": "*"}
    answer = api.call(method, f"{BASE}/{path}", data=body, content_type=content_type, headers=condition)
    (problem,) = answer.get_json()["errors"]
    assert (answer.status_code, problem["code"]) == (422, "too-many-variables")
    assert "at most 1,000" in problem["message"]


@pytest.mark.parametrize("parts", ["[],", "{},", "1,", "[[[[]]]],"])
@pytest.mark.parametrize(
    ("path", "many"), [(f"{BASE}/config", 50_000), (f"{BASE}/proposals", 50_000), ("/v1/verdicts", 200_000)]
)
def test_a_body_of_many_parts_is_not_parsed_either(api: Api, path: str, many: int, parts: str) -> None:
    """While one is, nobody else is served, and a megabyte of them takes a second."""
    body = "[" + parts * many  # without an end, as a parser would tell
    method = "PUT" if path.endswith("config") else "POST"
    answer = api.call(method, path, data=body, content_type="application/json", headers={"If-None-Match": "*"})
    told = f"the body has more than {many:,} members and entries: send less at once"
    assert (answer.status_code, answer.get_json()["detail"]) == (400, told)


def test_texts_full_of_quotes_are_not_taken_for_members(api: Api) -> None:
    """Values may hold JSON, and a patch may remove as many variables as it sets."""
    quoted = json.dumps({f"N{at}": "," * 30 for at in range(1_300)})
    assert api.put({"PORT": "1", "NAME": quoted}).status_code == 201
    patch = {f"GONE{at}": None for at in range(1_000)} | {"NAME": f"{quoted} "}
    content_type = "application/merge-patch+json"
    headers = {"If-Match": '"1"'}
    answer = api.call("PATCH", f"{BASE}/config", json=patch, content_type=content_type, headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_a_hostile_body_is_refused_as_a_problem(api: Api, name: str) -> None:
    """And nothing is stored."""
    body, status = HOSTILE_BODIES[name]
    condition = {"If-None-Match": "*"}
    answer = api.call("PUT", f"{BASE}/config", data=body, content_type="application/json", headers=condition)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert api.call("GET", f"{BASE}/config").status_code == 404


@pytest.mark.parametrize("name", ["brackets without an end", "deep", "5,000 digits", "an endless number"])
def test_what_is_deep_or_endless_costs_little_to_refuse(api: Api, name: str) -> None:
    """Nothing of it is unpacked."""
    body, status = HOSTILE_BODIES[name]
    taken = []
    for _ in range(3):
        started = time.process_time()
        sent: dict[str, Any] = {"data": body, "headers": {"If-None-Match": "*"}, "content_type": "application/json"}
        assert api.call("PUT", f"{BASE}/config", **sent).status_code == status
        taken.append(time.process_time() - started)
    assert min(taken) < 0.02


def test_a_name_that_comes_twice_is_named(api: Api) -> None:
    """Which of the two is meant, nobody knows."""
    sent = {"data": '{"PORT": "1", "NAME": "a", "PORT": "2"}', "content_type": "application/json"}
    answer = api.call("PUT", f"{BASE}/config", headers={"If-None-Match": "*"}, **sent)
    assert [(each["variable"], each["message"]) for each in answer.get_json()["errors"]] == [
        ("PORT", "`PORT` appears twice in an object")
    ]


@pytest.mark.parametrize("name", ["CAF\u00c9", "\uff30ORT", "P\u0410TH", "A B", "a=b", "9A", ""])
def test_a_name_is_ascii_and_an_identifier(api: Api, name: str) -> None:
    """So that no two spellings look alike."""
    assert api.put({name: "1", "PORT": "1"}).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"{BASE}/config"),
        ("PATCH", f"{BASE}/config"),
        ("PUT", "/v1/apps/billing/schemas/sha256:x?release=1"),
        ("POST", "/v1/sessions/"),
        ("POST", "/v1/verdicts"),
        ("POST", "/v1/tokens"),
    ],
)
def test_a_packed_body_is_refused_everywhere(api: Api, method: str, path: str) -> None:
    """Before it is looked at: a small one could unpack to a large one."""
    api.put({"PORT": "1"})
    sent = {"Content-Encoding": "gzip", "If-Match": '"1"'}
    content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
    answer = api.call(method, path, data=b"\x1f\x8b", content_type=content_type, headers=sent)
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")
    assert answer.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("call", "content_type", "header", "taken"),
    [
        (("PUT", f"{BASE}/config"), "text/html", "Accept", "text/plain, application/json"),
        (("PATCH", f"{BASE}/config"), "application/json", "Accept-Patch", "application/merge-patch+json"),
        (("POST", "/v1/tokens"), "text/html", "Accept-Post", "application/json"),
        (("POST", "/v1/tokens"), "application/x-www-form-urlencoded", "Accept-Post", "application/json"),
        (("PUT", f"{BASE}/config"), "application/yaml", "Accept", "text/plain, application/json"),
        (("PUT", f"{BASE}/config"), "application/zip", "Accept", "text/plain, application/json"),
        (("POST", f"{BASE}/revisions"), "multipart/form-data; boundary=x", "Accept-Post", "application/json"),
        (("PUT", "/v1/apps/billing/schemas/sha256:x?release=1"), "text/plain", "Accept", "application/json"),
    ],
)
def test_another_content_type_is_named(
    api: Api, call: tuple[str, str], content_type: str, header: str, taken: str
) -> None:
    """With those that are taken."""
    method, path = call
    answer = api.call(method, path, data="{}", content_type=content_type, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")
    assert answer.headers[header].startswith(taken)


@pytest.mark.parametrize(("charset", "status"), [("UTF-8", 201), ("us-ascii", 201), ("utf-16", 415), ("latin-1", 415)])
def test_a_body_that_says_that_it_is_not_utf_8_is_not_taken_for_it(api: Api, charset: str, status: int) -> None:
    """Its letters would become others."""
    content_type = f"text/plain; charset={charset}"
    answer = api.call(
        "PUT", f"{BASE}/config", data=b"PORT=1\n", content_type=content_type, headers={"If-None-Match": "*"}
    )
    assert answer.status_code == status


def test_a_setting_that_is_named_twice_is_refused_however_it_is_sent(api: Api) -> None:
    """The app does not tell upper from lower case, so that one of two values would be lost."""
    api.put({"PORT": "1"})
    told = {"variable": "port", "code": "SP103", "message": "`port` is set twice"}
    patched = api.call(
        "PATCH",
        f"{BASE}/config",
        data='{"port": "2"}',
        content_type="application/merge-patch+json",
        headers={"If-Match": '"1"'},
    )
    for answer in (patched, api.put({"PORT": "1", "port": "2"}, 1)):
        (problem,) = answer.get_json()["errors"]
        assert (answer.status_code, {name: problem[name] for name in told}) == (422, told)
        assert "only the case differs" in problem["hint"]


@pytest.mark.parametrize(
    ("method", "body", "named"),
    [
        ("PATCH", {"PORT": 1, "DEBUG": {"a": "b"}, "NAME": "x"}, ["PORT", "DEBUG"]),
        ("PUT", {"PORT": None, "DEBUG": True}, ["PORT", "DEBUG"]),
        ("PUT", {"canary 5e1c": 1}, [None]),
        ("PUT", ["PORT"], []),
    ],
)
def test_a_value_that_is_no_string_is_named(api: Api, method: str, body: object, named: list[str | None]) -> None:
    """Each of them, and nothing of what was sent."""
    api.put({"PORT": "1"})
    content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
    answer = api.call(
        method, f"{BASE}/config", data=json.dumps(body), content_type=content_type, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 422
    assert [each["variable"] for each in (answer.json or {})["errors"]] == named
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (("PUT", f"{BASE}/config?dryrun=zebra", {}), "did you mean `dry_run`?"),
        (("GET", f"{BASE}/revisions?limits=zebra", None), "did you mean `limit`?"),
        (("GET", f"{BASE}/revisions?zebra=1", None), "use `limit` or `before`"),
        (("POST", f"{BASE}/revisions", {"from": 1, "zebra": 1}), "use `from` or `message`"),
        (("POST", "/v1/verdicts", [{"sesion": "zebra"}]), "did you mean `session`?"),
    ],
)
def test_a_name_that_is_not_known_is_not_repeated_but_answered_with_those_that_are(
    api: Api, call: tuple[str, str, object], hint: str
) -> None:
    """It may be a secret in the wrong place."""
    method, path, body = call
    answer = api.call(method, path, json=body, headers={"If-None-Match": "*"})
    hints = [each["hint"] for each in answer.get_json()["errors"] if each["code"] == "extra-forbidden"]
    assert (answer.status_code, hints) == (422, [hint])
    assert "zebra" not in answer.text
