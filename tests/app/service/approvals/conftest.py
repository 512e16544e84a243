import pytest

from support.approval_office import Office
from support.configuration_service import Service


@pytest.fixture
def office(service: Service) -> Office:
    """A service whose production is protected."""
    return Office(service)
