import socket
from contextlib import ExitStack

import pytest


@pytest.fixture(scope="module")
def free_ports() -> list[int]:
    """Three ports of 127.0.0.1 that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(3)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
