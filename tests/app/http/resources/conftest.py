from collections.abc import Iterator
from pathlib import Path

import pytest

from support.http_api import Api, api_of_billing


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """The service with an app `billing` that has a schema."""
    with api_of_billing(tmp_path) as made:
        yield made
