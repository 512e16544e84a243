import pytest

from support.free_port import free_port


@pytest.fixture(scope="module")
def free_ports() -> list[int]:
    """Three ports of 127.0.0.1 that nobody listens on."""
    found: set[int] = set()
    while len(found) < 3:
        found.add(free_port())
    return [*found]
