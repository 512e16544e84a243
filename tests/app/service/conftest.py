from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.store.opening import open_store
from app.store.testing.examples import OLD_KEY
from support.configuration_service import CONTRACT, Clock, Service
from support.fresh_database import fresh_database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    """A new service, whose app `billing` has a schema."""
    with closing(open_store(fresh_database(tmp_path), OLD_KEY)) as store:
        made = Service(store, clock)
        made.push(CONTRACT)
        yield made
