"""What the recipe for nginx says, with a real nginx before two real workers of the service."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from app.store.opening import open_store
from app.stream.heartbeats import HEARTBEAT_SECONDS
from docs.documents import ROOT, blocks
from setpoint.client.answer import WaitError
from setpoint.client.connection import Connection
from setpoint.client.login import Login
from support.configuration_service import first_token
from support.followed_environment import PLACE, Billing
from support.free_port import free_port
from support.gunicorn_process import GunicornProcess, gunicorn
from support.keyed_settings import KEYS
from support.nginx import nginx
from support.unclear_lengths import REQUESTS
from support.waiting import eventually

_PAGE = ROOT / "docs" / "guides" / "recipes" / "nginx.md"
_CONFIGURATION = next(each.text for each in blocks(_PAGE) if each.file == "setpoint.conf")
_SAID = dict(line.split("=") for line in next(each.text for each in blocks(_PAGE) if each.language == "dotenv").split())


@dataclass
class Proxied:
    """The service behind nginx."""

    billing: Billing
    server: GunicornProcess
    database_url: str

    def ask(self, method: str, path: str, **more: str) -> urllib3.BaseHTTPResponse:
        """Return whatever is answered."""
        headers = {"Authorization": f"Bearer {self.billing.admin}", **more}
        return urllib3.request(method, f"{self.billing.url}{path}", headers=headers, retries=False, timeout=60)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """Two workers of the service behind the nginx of the page; one environment has a revision."""
    folder = tmp_path_factory.mktemp("nginx")
    url = f"sqlite:///{folder}/setpoint.db"
    admin = first_token(url)
    variables = {"DATABASE_URL": url, "WEB_CONCURRENCY": "2", **_SAID}
    with gunicorn(folder / "output", variables) as server:
        server.wait_until_ready()
        with nginx(folder, _CONFIGURATION, server.address) as address:
            made = Billing(address, admin)
            made.write(POOL_MAX="1")
            yield Proxied(made, server, url)


def test_an_event_is_there_at_once(proxied: Proxied) -> None:
    """And not with the next few kilobytes, or at the end of the stream."""
    headers = {"Authorization": f"Bearer {proxied.billing.token}"}
    url = f"{proxied.billing.url}/v1/stream?environment=billing/production"
    wanted = proxied.billing.catch_up() + 1
    with urllib3.PoolManager() as pool:
        stream = pool.request("GET", url, headers=headers, preload_content=False, timeout=10)
        heard = b""
        while b"event: bookmark" not in heard:
            heard += stream.read1(65_536)
        proxied.billing.write(POOL_MAX="2")
        written_at, heard = time.monotonic(), b""
        while f'"revision":{wanted}'.encode() not in heard.replace(b" ", b""):
            heard += stream.read1(65_536)
        assert time.monotonic() - written_at < HEARTBEAT_SECONDS / 2
        stream.release_conn()
        stream.close()


def test_a_quiet_stream_outlasts_the_patience_of_nginx() -> None:
    """Two heartbeats may be late."""
    match = re.search(r"proxy_read_timeout (\d+)s;", _CONFIGURATION)
    assert match
    assert int(match[1]) >= 3 * HEARTBEAT_SECONDS


def test_the_audit_log_has_the_address_of_the_client(proxied: Proxied) -> None:
    """As nginx sees it; what clients write of themselves is not believed."""
    forged = {"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7", "X-Real-IP": "203.0.113.7"}
    sent = {**forged, "Authorization": f"Bearer {proxied.billing.admin}"}
    with urllib3.PoolManager(source_address=("127.0.0.2", 0)) as pool:
        wanted = {"name": "x", "scopes": ["config:read"]}
        made = pool.request("POST", f"{proxied.billing.url}/v1/tokens", json=wanted, headers=sent).json()
    with closing(open_store(proxied.database_url, KEYS)) as store:
        row = store.read(lambda found: found.audit.page(limit=1))[0]
    assert (str(row.action), row.detail["token"], row.address) == ("token.create", made["id"], "127.0.0.2")


def test_the_service_gets_no_request_that_nginx_did_not_see(proxied: Proxied) -> None:
    """Whatever nginx makes of an unclear length, what it passes on has one: each that is logged was answered."""
    host, port = proxied.billing.url.removeprefix("http://").split(":")
    answered: list[str] = []
    for sent in REQUESTS.values():
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(sent + b"GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            received = b""
            with suppress(ConnectionResetError):  # it refused the first, and did not read the rest
                while part := connection.recv(65_536):
                    received += part
        assert received.startswith(b"HTTP/1.1 ")
        answered += re.findall(r"(?i)\r\nX-Request-ID: (\S+)", received.decode())

    def logged() -> list[str]:
        lines = [line for line in proxied.server.log() if "http.response.status_code" in line]
        # A request of another test may be logged only now; none of them is for one of these paths.
        return [line["request_id"] for line in lines if line.get("url.path") in {"/v1/checks", "/version", None}]

    answered.append(proxied.ask("GET", "/version").headers["X-Request-ID"])
    eventually(lambda: set(answered) <= set(logged()), "what was answered is logged")
    assert sorted(answered) == sorted(logged())


def test_connections_to_the_service_are_kept(proxied: Proxied) -> None:
    """Each request of clients that keep none would cost one otherwise."""
    for _ in range(30):
        assert proxied.ask("GET", "/v1/me", Connection="close").status == 200
    port = f":{proxied.server.address[1]:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    closed = [row for row in rows if row[2].endswith(port) and row[3] == "06"]  # TIME_WAIT
    assert len(closed) < 20


def test_a_limit_reaches_the_client_with_when_to_come_back(proxied: Proxied) -> None:
    """As the service says it."""
    number = proxied.billing.catch_up()
    proxied.billing.call("PUT", "/v1/limits/billing", json={"revisions": 1})
    try:
        headers = {"If-Match": f'"{number}"', "Content-Type": "application/json"}
        url = f"{proxied.billing.url}{PLACE}/config"
        sent = {**headers, "Authorization": f"Bearer {proxied.billing.admin}"}
        refused = urllib3.request("PUT", url, headers=sent, body=b'{"POOL_MAX": "9"}', retries=False, timeout=60)
        assert (refused.status, refused.headers["Content-Type"]) == (429, "application/problem+json")
        assert int(refused.headers["Retry-After"]) > 1
        assert "its limit of 1 revision an hour" in json.loads(refused.data)["detail"]
    finally:
        proxied.billing.call("PUT", "/v1/limits/billing", json={"revisions": None})


def test_all_workers_together_hold_no_more_streams_than_the_app_may(proxied: Proxied) -> None:
    """Whichever of the two a stream comes to."""
    proxied.billing.call("PUT", "/v1/limits/billing", json={"streams": 5})
    try:
        with ExitStack() as stack:
            streams = [_stream(proxied, stack) for _ in range(12)]
            opened = [each for each in streams if each.status == 200]
            assert {each.status for each in streams} == {200, 429}
            assert 1 <= len(opened) <= 5
            assert {each.headers.get("Retry-After") for each in streams if each.status == 429} == {"10"}
    finally:
        proxied.billing.call("PUT", "/v1/limits/billing", json={"streams": None})


def _stream(proxied: Proxied, stack: ExitStack) -> urllib3.BaseHTTPResponse:
    pool = stack.enter_context(urllib3.PoolManager())
    headers = {"Authorization": f"Bearer {proxied.billing.token}"}
    path = f"{proxied.billing.url}/v1/stream?environment=billing/production"
    stream = pool.request("GET", path, headers=headers, preload_content=False, retries=False, timeout=30)
    stack.callback(stream.close)
    return stream


def test_what_nginx_refuses_is_a_sentence(proxied: Proxied, tmp_path: Path) -> None:
    """More requests than it lets through in a moment."""
    with nginx(tmp_path, _CONFIGURATION, proxied.server.address) as address:
        connection = Connection(Login(address, proxied.billing.token))
        with pytest.raises(
            WaitError, match=r"the proxy in front of the service at .* asks you to wait; try again later"
        ):
            _ask_often(connection)


def test_a_service_that_is_away_is_told_as_such(tmp_path: Path) -> None:
    """And not as something that is no Setpoint."""
    away = pytest.raises(WaitError, match=r"can't be reached by the proxy in front of it \(502\)")
    with nginx(tmp_path, _CONFIGURATION, ("127.0.0.1", free_port())) as address, away:
        Connection(Login(address, "sp_x")).call("GET", "/v1/me")


def _ask_often(connection: Connection) -> None:
    for _ in range(2_000):
        connection.call("GET", "/v1/me")
