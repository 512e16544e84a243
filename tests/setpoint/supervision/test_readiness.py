"""Whether a command is up, by what it answers."""

import pytest

from setpoint.supervision.readiness import is_ready
from support.canned_server import canned, canned_server


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (canned("204 No Content", "text/plain", ""), True),
        (canned("503 Service Unavailable", "text/plain", ""), False),
        (canned("302 Found", "text/plain", "", "Location: /login"), False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nthe rest comes later", True),
        (b"no HTTP\r\n\r\n", False),
    ],
)
def test_the_status_tells_and_nobody_waits_for_the_body(answer: bytes, ready: bool) -> None:  # noqa: FBT001 - a table
    """A stream of events, which has no end, may be what answers."""
    with canned_server(answer) as server:
        assert is_ready(server.url) is ready
