"""What comes of a request when something other than a healthy service is at the address."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from setpoint.client import connection
from setpoint.client.answer import RefusedError, WaitError
from setpoint.client.connection import Connection
from setpoint.client.login import Login, find_login
from setpoint.errors import UnableError
from support.canned_server import CannedServer, canned, canned_server

TOKEN = "sp_0123456789_secret"
OK = canned("200 OK", "application/json", '{"apps": []}')
PROBLEM = "application/problem+json"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out whatever proxy the machine names."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _message(url: str) -> str:
    with pytest.raises(UnableError) as caught:
        _ = Connection(Login(url, TOKEN)).call("GET", "/v1/apps").json
    assert TOKEN not in str(caught.value)
    return str(caught.value)


def _reason(url: str) -> str:
    return _message(url).removeprefix(f"cannot reach the service at `{url}`: ")


def _said_of(answer: bytes) -> str:
    with canned_server(answer) as server:
        return _message(server.url).replace(server.url, "URL")


def test_a_request_shows_the_token_and_the_version() -> None:
    """The service knows the client by them."""
    with canned_server(OK) as server:
        assert Connection(Login(server.url, TOKEN)).call("GET", "/v1/apps", query={"a": 1, "b": None, "c": True}).json
    (request,) = server.requests
    assert request.startswith(b"GET /v1/apps?a=1&c=true HTTP/1.1\r\n")
    assert f"Authorization: Bearer {TOKEN}\r\n".encode() in request
    assert b"User-Agent: setpoint/" in request


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            b"",
            snapshot(
                "cannot reach the service at `URL`: it closed the connection instead of answering; should its address "
                "be `https://`?"
            ),
        ),
        (OK[:-5], snapshot("cannot reach the service at `URL`: the connection was lost")),
        (b"SSH-2.0-OpenSSH_9.2\r\n", snapshot("cannot reach the service at `URL`: the connection was lost")),
        (
            canned("200 OK", "text/html", "<h1>Please log in</h1>"),
            snapshot("what answers at `URL` is not Setpoint (status 200, text/html)"),
        ),
        (
            canned("200 OK", "application/json", "[1]"),
            snapshot("what answers at `URL` is not Setpoint (status 200, application/json)"),
        ),
        (
            canned("200 OK", "application/json", "[" * 100_000),
            snapshot("what answers at `URL` is not Setpoint (status 200, application/json)"),
        ),
        (
            canned("404 Not Found", "text/html", "<h1>nginx</h1>"),
            snapshot("what answers at `URL` is not Setpoint (status 404, text/html)"),
        ),
        (
            canned("407 Proxy Authentication Required", "text/html", "<h1>proxy</h1>"),
            snapshot("what answers at `URL` is not Setpoint (status 407, text/html)"),
        ),
        (
            canned("502 Bad Gateway", "text/html", "<h1>proxy</h1>"),
            snapshot("the service at `URL` can't be reached by the proxy in front of it (502)"),
        ),
        (
            canned("401 Unauthorized", PROBLEM, '{"detail": "no"}'),
            snapshot("the service at `URL` does not accept the token; `setpoint login URL` stores another one"),
        ),
        (
            canned("503 Service Unavailable", PROBLEM, '{"detail": "the database is away"}', "Retry-After: 2"),
            snapshot("the service at `URL` asks you to wait: the database is away; try again in 2 s"),
        ),
        (
            canned("429 Too Many Requests", PROBLEM, '{"detail": "`billing` has used it up"}', "Retry-After: 835"),
            snapshot("the service at `URL` asks you to wait: `billing` has used it up; try again in 14 min"),
        ),
        (
            canned("429 Too Many Requests", "text/html", "<h1>nginx</h1>"),
            snapshot("the proxy in front of the service at `URL` asks you to wait; try again later"),
        ),
        (
            canned("500 Internal Server Error", PROBLEM, '{"detail": "it failed"}', "X-Request-ID: 7"),
            snapshot("the service at `URL` could not do it: it failed (request `7`)"),
        ),
    ],
)
def test_whatever_else_answers_is_one_sentence(answer: bytes, said: str) -> None:
    """A service that is down, a proxy's page, an answer that was cut off."""
    assert _said_of(answer) == said


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7),
        ("Wed, 21 Oct 2015 07:38:00 GMT", 600),
        ("Wed, 21 Oct 2015 07:18:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("1" * 400, 0),
    ],
)
def test_how_long_to_wait_is_seconds_or_a_date(told: str, seconds: float) -> None:
    """By the clock of whoever answers; what can't be read is no wait (RFC 9110, section 10.2.3)."""
    answer = canned(
        "503 Service Unavailable", PROBLEM, "{}", f"Retry-After: {told}", "Date: Wed, 21 Oct 2015 07:28:00 GMT"
    )
    with canned_server(answer) as server, pytest.raises(WaitError) as caught:
        Connection(Login(server.url, TOKEN)).call("GET", "/v1/apps")
    assert caught.value.seconds == seconds


def test_a_redirect_does_not_get_the_token() -> None:
    """It would be anybody's who can answer once."""
    with canned_server(OK) as other:
        answer = canned("307 Temporary Redirect", "text/html", "", f"Location: {other.url}/v1/apps")
        assert _said_of(answer) == snapshot(
            "`URL` redirects to another address, which was not sent the token; log in to that one"
        )
    assert other.requests == []


def test_a_refusal_keeps_its_reasons() -> None:
    """Commands print them."""
    body = '{"detail": "no", "errors": [{"message": "bad"}, 7]}'
    with canned_server(canned("422 Unprocessable", PROBLEM, body)) as server, pytest.raises(RefusedError) as caught:
        Connection(Login(server.url, TOKEN)).call("GET", "/v1/apps")
    assert (caught.value.status, caught.value.detail, caught.value.errors) == (422, "no", [{"message": "bad"}])


def test_an_answer_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take all memory."""
    monkeypatch.setattr(connection, "LARGEST_ANSWER", 1 << 20)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    assert _said_of(head + b"x" * (2 << 20)) == snapshot(
        "what answers at `URL` is not Setpoint (it sends more than 1 MiB)"
    )


def test_a_service_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline would hang until somebody looks."""
    monkeypatch.setattr(connection, "_TIMEOUT", 0.1)
    with canned_server(None) as server:
        assert _reason(server.url) == snapshot("it did not answer in time")


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each drop of it comes in time, and the last one never."""
    monkeypatch.setattr(connection, "_LONGEST", -1.0)
    assert _said_of(OK) == "cannot reach the service at `URL`: its answer does not come to an end"


def test_a_service_that_is_down_is_one_sentence() -> None:
    """It is what people see most often."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert _message(f"http://127.0.0.1:{port}").endswith("`: connection refused")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "http://nowhere.invalid",
            snapshot("cannot reach the service at `http://nowhere.invalid`: its host name is not known"),
        ),
        (
            "http://a..b",
            snapshot("cannot reach the service at `http://a..b`: its address is not usable"),
        ),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence(url: str, said: str) -> None:
    """Most often it is misspelt."""
    assert _message(url) == said


def test_a_refused_token_of_the_environment_is_replaced_there() -> None:
    """A login would change nothing, because the variable wins over it."""
    with canned_server(canned("401 Unauthorized", PROBLEM, '{"detail": "no"}')) as server:
        login = find_login({"SETPOINT_URL": server.url, "SETPOINT_TOKEN": TOKEN})
        with pytest.raises(UnableError, match="does not accept the token; put another one into `SETPOINT_TOKEN`"):
            Connection(login).call("GET", "/v1/apps")


class TestTls:
    """Whom a client trusts."""

    @pytest.fixture
    def trusting(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[CannedServer], None]:
        """Return a function that makes this process trust a server, as an administrator would."""

        def trust(server: CannedServer) -> None:
            (tmp_path / "authority.pem").write_bytes(server.authority)
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))

        return trust

    def test_an_authority_of_the_company_is_trusted(self, trusting: Callable[[CannedServer], None]) -> None:
        """`SSL_CERT_FILE` names it, as for other programs."""
        with canned_server(OK, tls=True) as server:
            trusting(server)
            assert Connection(Login(server.url, TOKEN)).call("GET", "/v1/apps").json == {"apps": []}

    def test_an_unknown_authority_gets_no_token(self) -> None:
        """Anybody can be one."""
        with canned_server(OK, tls=True) as server:
            assert _reason(server.url) == snapshot(
                "its certificate is not trusted (unable to get local issuer certificate)"
            )
        assert server.requests == []

    def test_a_certificate_for_another_host_gets_no_token(self, trusting: Callable[[CannedServer], None]) -> None:
        """It proves who somebody else is."""
        with canned_server(OK, tls=True, names="elsewhere.example") as server:
            trusting(server)
            assert _reason(server.url) == snapshot(
                "its certificate is not trusted (Hostname mismatch, certificate is not valid for 'localhost')"
            )
        assert server.requests == []

    @pytest.mark.parametrize("content", [None, "", "no certificate"])
    def test_a_file_of_authorities_that_holds_none_is_said(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
    ) -> None:
        """OpenSSL goes on without it, and the certificate looks bad."""
        path = tmp_path / "authority.pem"
        if content is not None:
            path.write_text(content)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with canned_server(OK, tls=True) as server:
            assert _reason(server.url) == (
                "its certificate is not trusted (unable to get local issuer certificate);"
                f" `SSL_CERT_FILE` names `{path}`, from which no certificate can be read"
            )

    def test_tls_behind_an_http_address_is_said(self) -> None:
        """The address is wrong by the same letter."""
        with canned_server(OK, tls=True) as server:
            url = server.url.replace("https:", "http:")
            assert _reason(url) == snapshot(
                "it closed the connection instead of answering; should its address be `https://`?"
            )

    def test_plain_http_behind_an_https_address_is_said(self) -> None:
        """The address is wrong by a letter."""
        with canned_server(OK) as server:
            url = server.url.replace("http:", "https:")
            assert _reason(url) == snapshot("it does not speak TLS; should its address be `http://`?")


class TestProxy:
    """The way out of many companies."""

    def test_requests_go_through_the_proxy_that_the_environment_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With the name and password that are in its address."""
        with canned_server(OK) as proxy:
            monkeypatch.setenv("http_proxy", f"http://me:pass@127.0.0.1:{proxy.port}")
            assert Connection(Login("http://setpoint.invalid", TOKEN)).call("GET", "/v1/apps").json == {"apps": []}
        (request,) = proxy.requests
        assert request.startswith(b"GET http://setpoint.invalid/v1/apps HTTP/1.1\r\n")
        assert b"proxy-authorization: Basic bWU6cGFzcw==\r\n" in request

    def test_a_service_on_this_machine_is_not_asked_for_through_a_proxy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its token would leave the machine."""
        with canned_server(OK) as proxy, canned_server(OK) as server:
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
            Connection(Login(server.url, TOKEN)).call("GET", "/v1/apps")
        assert proxy.requests == []

    @pytest.mark.parametrize(
        ("proxy", "said"),
        [
            (
                "http://127.0.0.1:9",
                snapshot("the proxy rejected it"),
            ),
            (
                "socks5://127.0.0.1:9",
                snapshot("the proxy that `https_proxy` names can't be used; write it as `http://HOST:PORT`"),
            ),
            (
                "http://127.0.0.1:x",
                snapshot("the proxy that `https_proxy` names can't be used; write it as `http://HOST:PORT`"),
            ),
        ],
    )
    def test_a_proxy_that_is_no_use_is_one_sentence(
        self, monkeypatch: pytest.MonkeyPatch, proxy: str, said: str
    ) -> None:
        """Nobody would look for the fault there."""
        monkeypatch.setenv("https_proxy", proxy)
        assert _reason("https://setpoint.invalid") == said
