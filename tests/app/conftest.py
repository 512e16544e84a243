from collections.abc import Callable, Iterator, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.factory import create_app
from observability.known_secrets import secrets_of_its_own
from setpoint import load
from setpoint.contract.settings_class import SettingsContract
from support.keyed_settings import Settings

MakeService = Callable[[Mapping[str, str]], Flask]


@pytest.fixture(autouse=True)
def remembered_secrets() -> Iterator[None]:
    """Let use cases that are called outside of a request leave no word that the logs of other tests would mask."""
    with secrets_of_its_own():
        yield


@pytest.fixture
def make_service(monkeypatch: pytest.MonkeyPatch) -> MakeService:
    """Return a function that makes the service as it would start in an environment with just these settings."""

    def make(variables: Mapping[str, str]) -> Flask:
        for variable in SettingsContract.of(Settings).variables:
            monkeypatch.delenv(variable.name, raising=False)
        for name, value in {"ENV_FILE": "/dev/null", **variables}.items():
            monkeypatch.setenv(name, value)
        return create_app(load(Settings))

    return make


@pytest.fixture
def service(make_service: MakeService) -> Flask:
    return make_service({"MAX_STREAMS": "2", "MAX_CHECK_BYTES": "4096"})


@pytest.fixture
def client(service: Flask) -> FlaskClient:
    return service.test_client()
