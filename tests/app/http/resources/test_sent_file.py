"""An env file in the body of a write: everything that is wrong with it, where it stands, and never a value."""

import json
from typing import Any

import pytest
from inline_snapshot import snapshot

from app.views.long_check import MOST_LINES
from setpoint.cli.main import main
from support.configuration_service import CONTRACT
from support.http_api import BASE, Api

CANARY = "c4n4ry0fTh3Fil3s"


def send(api: Api, content: str | bytes, query: str = "", condition: str = "*") -> Any:
    """Send an env file as the first revision."""
    headers = {"If-None-Match": condition}
    return api.call("PUT", f"{BASE}/config{query}", data=content, content_type="text/plain", headers=headers)


def found(answer: Any) -> list[str]:
    """Return each thing that is wrong, with its place."""
    places = [each["location"] or {"line": 0, "column": 0} for each in answer.json["errors"]]
    return [
        f"{place['line']}:{place['column']} {each['code']} {each['variable']}: {each['message']}"
        for place, each in zip(places, answer.json["errors"], strict=True)
    ]


def test_everything_that_is_wrong_is_told_at_its_place(api: Api) -> None:
    """Syntax, names, types, what is missing and what is dangerous; and nothing is stored."""
    content = "PROT=8080\nDEBUG=maybe\nNAME='unclosed\nNAME=a\nNAME=b\nthis is no line\nLD_PRELOAD=/x\n"
    answer = send(api, content, "?path=prod.env")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert found(answer) == snapshot(
        [
            "1:1 SP301 PROT: no setting reads `PROT`",
            "2:7 SP401 DEBUG: `DEBUG` is neither true nor false",
            "3:6 SP102 NAME: the quote that opens the value of `NAME` is never closed",
            "5:1 SP103 NAME: `NAME` is set twice",
            "6:1 SP101 None: the line cannot be read",
            "7:1 dangerous-name LD_PRELOAD: `LD_PRELOAD` makes programs run code other than their own",
        ]
    )
    assert {each["location"]["path"] for each in answer.json["errors"] if each["location"]} == {"prod.env"}
    assert api.call("GET", f"{BASE}/config").status_code == 404


def test_a_dangerous_name_is_refused_at_its_place(api: Api) -> None:
    """The contract knows it, the policy does not allow it."""
    answer = send(api, "PORT=1\nLD_PRELOAD=/x.so\n")
    assert found(answer) == snapshot(
        ["2:1 dangerous-name LD_PRELOAD: `LD_PRELOAD` makes programs run code other than their own"]
    )


def test_a_name_that_no_variable_may_have_is_refused_at_its_place(api: Api) -> None:
    """Though it is not said: it may hold anything."""
    answer = send(api, f"PORT=1\nA.B=2\n{'C' * 300}=3\n", "?loader=docker")
    assert [each for each in found(answer) if "SP" not in each] == snapshot(
        [
            "2:1 name-not-allowed None: the name of variable 2 contains something other than ASCII letters, digits and `_`",  # noqa: E501
            "3:1 name-too-long None: the name of variable 3 has 300 characters; the limit is 255",
        ]
    )


def test_a_file_is_read_as_its_loader_reads_it(api: Api) -> None:
    """Quotes are a part of the value for docker."""
    assert found(send(api, 'PORT="1"\n', "?loader=docker")) == snapshot(["1:6 SP401 PORT: `PORT` is not an integer"])
    assert send(api, 'PORT="1"\n').status_code == 201


@pytest.mark.parametrize("option", ["loader=docker", "loader=python-dotenv", "path=body", "path=prod.env&loader=uv"])
@pytest.mark.parametrize(("method", "call"), [("PUT", "config"), ("POST", "proposals"), ("PUT", "proposals/1")])
def test_what_is_said_of_a_file_is_not_ignored_beside_json(api: Api, method: str, call: str, option: str) -> None:
    """Even if it is what is said by default: whoever sends it believes that the body is a file."""
    body = {"PORT": "1"} if call == "config" else {"variables": {"PORT": "1"}}
    refused = api.call(method, f"{BASE}/{call}?{option}", json=body, headers={"If-None-Match": "*"})
    assert (refused.status_code, refused.get_json()["detail"]) == (
        422,
        "`loader` and `path` are for an env file, and the body is JSON: leave them out",
    )
    assert api.call("GET", f"{BASE}/config").status_code == 404


def test_a_patch_knows_no_options_of_a_file(api: Api) -> None:
    """It is never a file, so they are refused as whatever is not known."""
    api.put({"PORT": "1"})
    path, kind = f"{BASE}/config?loader=docker&path=prod.env", "application/merge-patch+json"
    refused = api.call("PATCH", path, json={"PORT": "2"}, content_type=kind, headers={"If-Match": '"1"'})
    assert (refused.status_code, [each["message"] for each in refused.get_json()["errors"]]) == (
        422,
        ["it is not known here", "it is not known here"],
    )
    assert api.call("GET", f"{BASE}/config").headers["ETag"] == '"1"'


def test_lines_that_end_like_those_of_an_old_mac_are_read_as_the_program_reads_them(api: Api) -> None:
    """Nothing is repaired: for docker they are one line, and one value."""
    assert found(send(api, "PORT=1\rNAME=a\r", "?loader=docker")) == snapshot(
        ["1:6 SP401 PORT: `PORT` is not an integer"]
    )
    assert send(api, "PORT=1\rNAME=a\r").status_code == 201
    shown = api.call("GET", f"{BASE}/config").get_json()["variables"]
    assert {name: each["value"] for name, each in shown.items()} == {"PORT": "1", "NAME": "a"}


def test_a_line_at_which_the_program_stops_hides_no_other_problem(api: Api) -> None:
    """Otherwise they would come to light one write at a time."""
    said = found(send(api, "no assignment\nPORT=x\n=x\n", "?loader=uv"))
    assert [each.rpartition(":")[0] for each in said] == ["1:1 SP101 None", "2:6 SP401 PORT", "3:1 SP101 None"]


CONTENTS: dict[str, str | bytes] = {
    "an invalid secret-looking value": f"PORT={CANARY}\n",
    "a secret that is set twice": f"PORT=1\nAPI_KEY={CANARY}\nAPI_KEY={CANARY}2\n",
    "an unknown name": f"PORT=1\nAPI_KYE={CANARY}\n",
    "an unclosed quote": f'PORT=1\nAPI_KEY="{CANARY}\n',
    "a malformed line": f"PORT=1\n{CANARY} is here\n",
    "a reference": f"PORT=1\nAPI_KEY=${{{CANARY}}}\nDEBUG=${{API_KEY}}\n",
    "bytes that are no text": f"PORT=1\nAPI_KEY={CANARY}\xe9\n".encode("latin-1"),
    "UTF-16": f"PORT=1\nAPI_KEY={CANARY}\n".encode("utf-16"),
    "a byte order mark": f"\ufeffPORT=1\nAPI_KEY={CANARY}\n",
    "a NUL": f"PORT=1\nAPI_KEY={CANARY}\0x\n",
}


@pytest.mark.parametrize("name", CONTENTS)
def test_no_refusal_holds_a_value(api: Api, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Not in part, in no part of the answer, and not in what the service writes meanwhile."""
    answer = send(api, CONTENTS[name])
    assert answer.status_code == 422
    written = capfd.readouterr()
    everything = answer.get_data(as_text=True) + str(answer.headers) + written.out + written.err
    for at in range(len(CANARY) - 5):
        assert CANARY[at : at + 6] not in everything


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_is_refused_for_what_check_says(
    api: Api, name: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same rules at the same places as `setpoint check --schema`."""
    content = CONTENTS[name]
    (tmp_path / "contract.json").write_text(CONTRACT.document)
    (tmp_path / "prod.env").write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "prod.env").chmod(0o600)
    main(["check", str(tmp_path / "prod.env"), "--schema", str(tmp_path / "contract.json"), "--format", "json"])
    diagnostics = json.loads(capsys.readouterr().out)["diagnostics"]
    by_check = [
        (each["code"], each["variable"], each["message"], (each["location"] or {}).get("column"))
        for each in diagnostics
        if each["severity"] == "error" or each["name"] in {"duplicate-variable", "byte-order-mark"}
    ]
    by_service = [
        (each["code"], each["variable"], each["message"], (each["location"] or {}).get("column"))
        for each in send(api, content).json["errors"]
    ]
    assert by_service == by_check


def test_a_file_with_too_many_lines_is_refused_before_it_is_read(api: Api) -> None:
    """A check would take long, and nobody would read what it finds."""
    long = ["#\n" * (MOST_LINES + 1), "A=" + "$A" * (MOST_LINES + 1), "A=" + "`" * (MOST_LINES + 1)]
    answers = [send(api, each, "?loader=bash") for each in long]
    assert [(each.status_code, each.get_json()["detail"]) for each in answers] == [
        (422, "the file has 2,001 lines; the limit is 2,000"),
        (422, "the file has 2,001 references; the limit is 2,000"),
        (422, "the file has 2,001 references; the limit is 2,000"),
    ]


def test_a_file_with_too_many_assignments_on_a_line_is_not_checked(api: Api) -> None:
    """A shell reads each of them, and each would be told of."""
    (told,) = found(send(api, "A=1 " * (MOST_LINES + 1), "?loader=bash"))
    assert told == "0:0 too-many-parts None: the file has 2,001 assignments and unreadable places; the limit is 2,000"
