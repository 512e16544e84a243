"""A request has one id from its first line to its last, and the next request has another."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.known_secrets import masked
from observability.requests.access import AccessLog
from observability.requests.request_id import (
    REQUEST_ID_KEY,
    RequestIds,
    current_request_id,
    request_fields,
    trace_fields,
)

_TRACE, _SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"

TOKEN = f"ghp_{'a1B2' * 9}"


def _ask(wsgi_app: WSGIApplication, **environ: str) -> tuple[list[tuple[str, str]], Any]:
    """Return headers and body of the answer; the caller closes the body."""
    answer: list[tuple[str, str]] = []
    request: dict[str, Any] = dict(environ)
    setup_testing_defaults(request)

    def start_response(_status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        answer.extend(headers)
        return lambda _chunk: None

    body = RequestIds(wsgi_app)(request, start_response)
    return answer, body


@pytest.mark.parametrize(
    ("offered", "accepted"),
    [
        ("abc", True),
        ("01HZX.y_z:@+=/-", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("", False),
        ("a b", False),
        ("a,b", False),
        ("a\tb", False),
        ("é", False),
        ('a"b', False),
        ("abc\n", False),
        ("Root=1-67891233-abcdef012345678912345678", True),
        (TOKEN, False),
        (f"x/{TOKEN}", False),
    ],
)
def test_an_id_is_accepted_if_it_is_harmless(offered: str, accepted: bool) -> None:  # noqa: FBT001 - a table
    """Else the request gets one of our own; either way the answer tells it, once."""

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("x-request-id", "of the app")])
        return [environ[REQUEST_ID_KEY].encode()]

    headers, body = _ask(app, HTTP_X_REQUEST_ID=offered)
    ids = [value for name, value in headers if name.lower() == "x-request-id"]
    assert ids == [b"".join(body).decode()]
    assert (ids == [offered]) is accepted
    assert accepted or re.fullmatch("[0-9a-f]{32}", ids[0])
    body.close()


@pytest.mark.parametrize("path", [f"/v1/{TOKEN}", f"/{TOKEN}.json/x", f"/a/x-{TOKEN}/{TOKEN}"])
def test_a_token_in_the_path_is_masked_as_a_credential(path: str) -> None:
    """Whoever put it there by mistake did not want it in logs that others read."""

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [masked(environ["PATH_INFO"]).encode()]

    _, body = _ask(app, PATH_INFO=path)
    told = b"".join(body).decode()
    assert "a1B2" not in told
    assert told.count("/") == path.count("/")
    body.close()


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (f"00-{_TRACE}-{_SPAN}-01", {"trace_id": _TRACE, "span_id": _SPAN, "trace_flags": "01"}),
        (f"cc-{_TRACE}-{_SPAN}-00-more", {"trace_id": _TRACE, "span_id": _SPAN, "trace_flags": "00"}),
        (f"00-{_TRACE}-{_SPAN}-01-more", {}),
        (f"ff-{_TRACE}-{_SPAN}-01", {}),
        (f"00-{'0' * 32}-{_SPAN}-01", {}),
        (f"00-{_TRACE}-{'0' * 16}-01", {}),
        (f"00-{_TRACE.upper()}-{_SPAN}-01", {}),
        (f"00-{_TRACE}-{_SPAN}", {}),
        ("", {}),
    ],
)
def test_a_traceparent_is_read_as_the_w3c_says(header: str, fields: dict[str, str]) -> None:
    """A malformed one is ignored, as the recommendation asks."""
    assert trace_fields(header) == fields


@given(st.text())
def test_any_traceparent_is_harmless(header: str) -> None:
    """It comes from anyone."""
    assert trace_fields(header) == {}


@pytest.mark.parametrize("header", ["AUTHORIZATION", "COOKIE", "X_API_KEY", "X_REQUEST_ID", "TRACEPARENT"])
@given(
    value=st.tuples(
        st.sampled_from(["", "Basic ", "basic YTpi", "Bearer ", "a="]), st.text(st.characters(codec="latin-1"))
    )
)
def test_no_header_keeps_a_request_from_its_answer(header: str, value: tuple[str, str]) -> None:
    """They are read before there is an access line and an answer to failures, and may hold any byte of Latin-1."""

    def app(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"answered"]

    _headers, body = _ask(app, **{f"HTTP_{header}": "".join(value), "QUERY_STRING": "".join(value)})
    assert list(body) == [b"answered"]
    body.close()


def test_the_id_is_there_until_the_body_is_closed() -> None:
    """That is, in the view, in every chunk of a stream and in what runs at its end; not a moment longer."""
    seen: list[str | None] = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            seen.append(current_request_id())
            yield b"chunk"
            seen.append(current_request_id())

        def close(self) -> None:
            seen.append(current_request_id())

    def app(_environ: Any, start_response: Any) -> Iterable[bytes]:
        seen.append(current_request_id())
        start_response("200 OK", [])
        return Body()

    _headers, body = _ask(app, HTTP_X_REQUEST_ID="r-1", HTTP_TRACEPARENT=f"00-{_TRACE}-{_SPAN}-01")
    assert request_fields() == {"request_id": "r-1", "trace_id": _TRACE, "span_id": _SPAN, "trace_flags": "01"}
    assert list(body) == [b"chunk"]
    body.close()
    assert seen == ["r-1"] * 4
    assert not request_fields()


def test_the_id_ends_with_a_body_that_cannot_be_closed() -> None:
    """However a body ends, the server closes it; the access log sees to it that this succeeds."""

    class Body(list[bytes]):
        def close(self) -> None:
            message = "closing fails"
            raise OSError(message)

    def app(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Body()

    _headers, body = _ask(AccessLog(app))
    assert current_request_id() is not None
    body.close()
    assert current_request_id() is None


def test_the_id_ends_with_an_app_that_fails() -> None:
    """There is no body to be closed then."""

    def app(_environ: Any, _start_response: Any) -> Iterable[bytes]:
        raise LookupError

    with pytest.raises(LookupError):
        _ask(app)
    assert current_request_id() is None
