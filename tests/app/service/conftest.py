from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.service.rollouts import Rollouts
from app.store.opening import open_store
from app.store.testing.examples import OLD_KEY
from support.configuration_service import CONTRACT, Clock, Service
from support.fleet import Fleet
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


@pytest.fixture
def fleet(service: Service, clock: Clock) -> Iterator[Fleet]:
    """Three instances that serve the first revision."""
    service.write(PORT="1")
    with closing(Rollouts(service.store, clock)) as rollouts:
        made = Fleet(service, clock, rollouts)
        made.join(3)
        yield made
