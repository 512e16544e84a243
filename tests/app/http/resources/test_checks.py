from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from app.http.resources import checks
from app.views.long_check import MOST_LINES
from observability.logs.formatters import JsonLineFormatter
from setpoint.sources.env_file import parse_env_file

CANARY = "c0ffee5ecret"

MakeService = Callable[[Mapping[str, str]], Flask]
LIMIT = 4_096


def check(client: FlaskClient, content: bytes, content_type: str | None = "text/plain") -> Any:
    """Return the report on `content`."""
    answer = client.post("/v1/checks", data=content, content_type=content_type)
    assert answer.status_code == 200
    return answer.get_json()


def test_a_clean_file_passes(client: FlaskClient) -> None:
    """The report is the one of `check --format json`, with a name of its own for the body."""
    assert check(client, b"SENTRY_ENVIRONMENT=staging\nPORT=8080\n") == snapshot(
        {
            "version": 1,
            "status": "passed",
            "exit_status": 0,
            "settings": "support.keyed_settings:Settings",
            "sources": [{"kind": "env-file", "path": "body", "loader": "python-dotenv"}],
            "diagnostics": [],
            "summary": {"errors": 0, "warnings": 0, "infos": 0},
        }
    )


def test_everything_wrong_is_reported_at_once(client: FlaskClient) -> None:
    """What is wrong with the file is the answer, and so the status is still 200."""
    report = check(client, b"SENTRY_DNS=https://k@h/1\nSENTRY_TRACES_SAMPLE_RATE=ten\nLOG_FORMAT=yaml\nPORT='")

    assert [(each["name"], each["location"]["line"]) for each in report["diagnostics"]] == snapshot(
        [("unknown-variable", 1), ("invalid-value", 2), ("invalid-value", 3), ("unclosed-quote", 4)]
    )


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "TEXT/PLAIN; charset=utf-8", "application/octet-stream", "application/x-www-form-urlencoded", None],
)
def test_a_file_is_taken_as_clients_send_it(client: FlaskClient, content_type: str | None) -> None:
    """As text, as bytes, as the form that curl calls any body, or without a word."""
    assert check(client, b"PORT=1\n", content_type)["status"] == "passed"


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "multipart/form-data; boundary=x", "text/html", "x"],
)
def test_any_other_type_is_refused(client: FlaskClient, content_type: str) -> None:
    """A JSON document or a form of several parts is no env file, and the answer says which types are taken."""
    answer = client.post("/v1/checks", data=b"PORT=1\n", content_type=content_type)

    assert (answer.status_code, answer.headers["Accept-Post"]) == (
        415,
        "text/plain, application/octet-stream, application/x-www-form-urlencoded",
    )


def test_a_packed_body_is_refused(client: FlaskClient) -> None:
    """A small body could unpack to a large one."""
    answer = client.post("/v1/checks", data=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})

    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413), (10 * LIMIT, 413)])
def test_a_body_is_taken_up_to_the_limit(client: FlaskClient, size: int, status: int, *, announced: bool) -> None:
    """To the byte, whether its length is announced or it comes in chunks; nothing is cut off in silence."""
    body: dict[str, Any] = {"data": b"#" * size} if announced else {"input_stream": BytesIO(b"#" * size)}

    answer = client.post("/v1/checks", **body, environ_overrides={"wsgi.input_terminated": True})

    assert answer.status_code == status


def test_a_body_that_is_announced_too_large_is_not_read(client: FlaskClient) -> None:
    """The refusal costs nothing, however large the body is."""
    body = BytesIO(b"#")

    answer = client.post("/v1/checks", input_stream=body, environ_overrides={"CONTENT_LENGTH": "200000000"})

    assert (answer.status_code, body.tell()) == (413, 0)


def test_a_body_that_breaks_off_is_refused(client: FlaskClient) -> None:
    """Half a file could pass where the whole would not."""
    answer = client.post("/v1/checks", input_stream=BytesIO(b"PORT=1\n"), environ_overrides={"CONTENT_LENGTH": "100"})

    assert answer.status_code == 400


def test_a_file_of_too_many_lines_is_refused(make_service: MakeService) -> None:
    """Each line could be a finding, so that a small body could make a huge answer."""
    client = make_service({}).test_client()

    assert client.post("/v1/checks", data=b"#\r\n" * MOST_LINES).status_code == 200
    for line_end in (b"\n", b"\r", b"\r\n"):
        assert client.post("/v1/checks", data=b"#" + line_end * (MOST_LINES + 1)).status_code == 422


def test_the_service_keeps_its_own_environment_to_itself(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference to a variable that only the process has is a reference to nothing."""
    monkeypatch.setenv("DATABASE_PASSWORD", CANARY)
    answer = client.post("/v1/checks", data=b"SENTRY_ENVIRONMENT=x${DATABASE_PASSWORD}\nPORT=${DATABASE_PASSWORD}\n")

    assert CANARY not in answer.get_data(as_text=True)
    assert [each["name"] for each in answer.get_json()["diagnostics"]] == snapshot(
        ["undefined-reference", "undefined-reference", "empty-value"]
    )


def test_no_path_in_a_body_is_opened(client: FlaskClient, tmp_path: Path) -> None:
    """Not even where a setting names a file: what is checked is the text."""
    secret = tmp_path / "secret.env"
    secret.write_text(f"LOG_FORMAT={CANARY}\n")

    report = check(client, f"ENV_FILE={secret}\n".encode())

    assert (report["status"], CANARY in str(report)) == ("passed", False)


def test_the_environment_of_the_service_does_not_count(make_service: MakeService) -> None:
    """A file is judged alone: what the service runs with mends nothing and spoils nothing in it."""
    client = make_service({"PORT": "9000"}).test_client()

    assert check(client, b"# nothing\n")["status"] == "passed"
    assert check(client, b"PORT=x\n")["summary"]["errors"] == 1


@given(st.binary(max_size=LIMIT - 1) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")[: LIMIT - 1]))
def test_every_body_gets_a_report(client: FlaskClient, content: bytes) -> None:
    """Whatever the bytes are, they are judged, not stumbled over."""
    report = check(client, b"#" + content)

    assert report["status"] in {"passed", "failed"}
    assert report["sources"] == [{"kind": "env-file", "path": "body", "loader": "python-dotenv"}]


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t"])
def test_an_empty_body_is_no_file_that_passed(client: FlaskClient, content: bytes) -> None:
    """Most often the file of a `curl --data-binary @…` was not where its path says."""
    answer = client.post("/v1/checks", data=content, content_type="text/plain")

    assert (answer.status_code, answer.get_json()["detail"]) == (
        400,
        "the body is empty: send an env file, `curl --data-binary @prod.env …`",
    )


def test_a_check_that_fails_quotes_nothing_of_the_file(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the reason; its exception may hold a value as it is written, or as it was read."""

    def fail(_contract: object, _name: str, content: bytes) -> None:
        raise ValueError(content, parse_env_file("body", content, {}).variables)

    monkeypatch.setattr(checks, "check_text", fail)
    formatter = JsonLineFormatter()
    lines: list[str] = []
    monkeypatch.setattr(caplog.handler, "emit", lambda record: lines.append(formatter.format(record)))
    answer = client.post("/v1/checks", data=f"PASSWORD='{CANARY}'\nKEY=\"tab\\t{CANARY}\"\nPORT={CANARY}\n")

    assert answer.status_code == 500
    assert any("ValueError: (b" in line for line in lines)
    assert CANARY not in "".join(lines)


@pytest.mark.parametrize("line", ["SENTRY_DSN=%s", "SENTRY_DNS=%s", "%s", "X='%s", "PASSWORD %s", "PORT=%s\0"])
def test_no_secret_comes_back(client: FlaskClient, line: str) -> None:
    """The answer may be logged by whoever asked."""
    assert CANARY not in str(check(client, (line % CANARY).encode()))
