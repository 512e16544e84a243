from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.contracts.validator import ContractValidator
from app.factory import BROKER, LEASES, Keeping, create_app
from app.store.opening import open_store
from app.store.sqlite.store import SqliteStore
from app.store.testing.examples import OLD_KEY
from support.fresh_database import fresh_database
from support.http_api import Api
from support.keyed_settings import Settings
from support.visitor import Visitor


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """The service with an app `billing` that has a schema."""
    with closing(open_store(fresh_database(tmp_path), OLD_KEY)) as store:
        assert isinstance(store, SqliteStore)
        application = create_app(Settings(), keeping=Keeping(store, ContractValidator()))
        made = Api(application, store)
        assert made.push_schema().status_code == 200
        yield made
        application.extensions[BROKER].close()
        application.extensions[LEASES].close()


@pytest.fixture
def visitor(api: Api) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(api)
