"""The temporary environment as a fixture: `pytest_plugins = ["setpoint.testing.pytest_plugin"]` in `conftest.py`."""

from collections.abc import Iterator

import pytest

from setpoint.testing.temporary_environment import TemporaryEnvironment


@pytest.fixture
def temporary_environment() -> Iterator[TemporaryEnvironment]:
    """Run the test in its own environment and its own, empty working directory."""
    with TemporaryEnvironment() as environment:
        yield environment
