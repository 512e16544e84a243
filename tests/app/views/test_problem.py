import pytest
from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from werkzeug.exceptions import BadRequest
from werkzeug.test import TestResponse

CANARY = "c0ffee5ecret"


def assert_problem(answer: TestResponse, status: int) -> None:
    """Fail unless `answer` is a problem document for `status`, complete and fit to print."""
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    document = answer.get_json()
    assert set(document) == {"type", "title", "status", "detail", "errors"}
    assert document["status"] == status
    assert not document["detail"].endswith(".")
    assert CANARY not in answer.get_data(as_text=True)


def test_an_unknown_path_is_a_problem(client: FlaskClient) -> None:
    """The document in full, once."""
    assert client.get("/v1/nothing").get_json() == snapshot(
        {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "there is nothing at this path; `GET /` lists the calls",
            "errors": [],
        }
    )


@pytest.mark.parametrize(
    "path",
    [
        "/livez/",
        "/LIVEZ",
        "/livez%00",
        "/livez%0d%0aSet-Cookie:x",
        "/v1//settings",
        "/v1/./settings",
        "/v1/../livez",
        "/%2e%2e/livez",
        "/static/x",
        "/v1",
        f"/{CANARY}",
        "/%ff",
    ],
)
def test_another_spelling_of_a_path_is_another_path(client: FlaskClient, path: str) -> None:
    """There is one way to each resource, and no redirect that would name a host."""
    assert_problem(client.get(path), 404)


@pytest.mark.parametrize("path", ["", "//livez", "//", "///evil.example/..", "/livez/"])
def test_no_path_is_mended_by_a_redirect(client: FlaskClient, path: str) -> None:
    """A redirect would send the client to the host that it named; some servers pass such paths on."""
    answer = client.get("/", base_url=f"http://{CANARY}/", environ_overrides={"PATH_INFO": path, "RAW_URI": path})

    assert answer.status_code == 404
    assert CANARY not in str(answer.headers) + answer.get_data(as_text=True)


@given(st.text(min_size=1))
def test_no_path_makes_the_service_stumble(client: FlaskClient, path: str) -> None:
    """Any text at all is known or is unknown."""
    path = path.replace("?", "%3F")  # a query has rules of its own
    assert client.open(f"/v1/x{path}".encode("utf-8", "replace").decode()).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "GET"])
def test_a_method_that_is_not_taken_is_a_problem_that_names_those_that_are(client: FlaskClient, method: str) -> None:
    """`Allow` comes with a 405."""
    answer = client.open("/v1/checks", method=method, headers={"X-HTTP-Method-Override": "POST"})

    assert_problem(answer, 405)
    assert set(answer.allow) == {"OPTIONS", "POST"}


def test_options_names_the_methods(client: FlaskClient) -> None:
    """On a known path; an unknown one is as unknown as ever."""
    assert set(client.options("/v1/settings").allow) == {"GET", "HEAD", "OPTIONS"}
    assert_problem(client.options("/v1/nothing"), 404)


@pytest.mark.parametrize("path", ["/", "/livez", "/readyz", "/version", "/v1/settings", "/v1/stream", "/nothing"])
def test_head_answers_like_get_without_a_body(client: FlaskClient, path: str) -> None:
    """The same status and the same headers, but for the id of the request."""
    head, get = client.head(path), client.get(path)

    assert (head.status_code, head.data) == (get.status_code, b"")
    assert {**head.headers, "X-Request-ID": ""} == {**get.headers, "X-Request-ID": ""}
    get.close()


@pytest.mark.parametrize("path", ["/", "/nothing", "/v1/settings", "/v1/stream"])
def test_no_answer_is_cached_or_guessed_at(client: FlaskClient, path: str) -> None:
    """What a process says of itself holds for the moment, and is what its type says."""
    answer = client.get(path)
    answer.close()

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/nothing", "/v1/settings"])
@pytest.mark.parametrize("host", [CANARY, f"{CANARY}:99999", f"<{CANARY}>", f"{CANARY}/\\"])
def test_the_host_that_a_client_names_never_comes_back(client: FlaskClient, path: str, host: str) -> None:
    """Whoever can set it could have links point to themselves."""
    answer = client.get(path, headers={"Host": host})

    assert CANARY not in str(answer.headers) + answer.get_data(as_text=True)


def test_an_exception_is_a_bare_500_and_still_reaches_error_tracking(service: Flask) -> None:
    """The client learns nothing of it; Flask's signal, which Sentry listens to, carries it whole."""

    @service.get("/boom")
    def boom() -> str:
        raise RuntimeError(CANARY)

    seen: list[Exception] = []

    def take(_: Flask, exception: Exception) -> None:
        seen.append(exception)

    with got_request_exception.connected_to(take, service):
        assert_problem(service.test_client().get("/boom"), 500)
    assert [str(each) for each in seen] == [CANARY]


def test_words_of_the_framework_about_a_request_are_not_passed_on(service: Flask) -> None:
    """They may quote what the client sent."""

    @service.get("/bad")
    def bad() -> str:
        raise BadRequest(CANARY)

    assert_problem(service.test_client().get("/bad"), 400)
