from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from inline_snapshot import snapshot

from config.settings import Settings
from setpoint.contract.settings_class import SettingsContract

CANARY = "c0ffee5ecret"

MakeService = Callable[[Mapping[str, str]], Flask]


def test_every_setting_is_shown(client: FlaskClient) -> None:
    """In the order in which the class declares them."""
    shown = list(client.get("/v1/settings").get_json()["settings"])

    assert shown == [variable.name for variable in SettingsContract.of(Settings).variables]


def test_a_setting_is_shown_with_its_value_and_its_origin(make_service: MakeService, tmp_path: Path) -> None:
    """From the env file with its place, from the process environment, or by default; numbers are numbers."""
    file = tmp_path / "prod.env"
    file.write_text("# comment\n  SENTRY_TRACES_SAMPLE_RATE=0.25\nPORT=1\n")
    client = make_service({"ENV_FILE": str(file), "PORT": "8080"}).test_client()

    shown = client.get("/v1/settings").get_json()["settings"]

    place = {"source": "env-file", "path": str(file), "line": 2, "column": 3}
    assert shown["SENTRY_TRACES_SAMPLE_RATE"] == {"value": 0.25, "secret": False, "origin": place}
    assert shown["PORT"] == snapshot({"value": 8080, "secret": False, "origin": {"source": "process-environment"}})
    assert shown["SENTRY_ENVIRONMENT"] == snapshot(
        {"value": "production", "secret": False, "origin": {"source": "default"}}
    )
    assert shown["ENV_FILE"]["value"] == str(file)


def test_a_secret_is_masked(make_service: MakeService) -> None:
    """Of a DSN, host and project show, so that one can tell where events go."""
    answer = make_service({"SENTRY_DSN": f"https://{CANARY}@sentry.example/42"}).test_client().get("/v1/settings")

    assert CANARY not in answer.get_data(as_text=True)
    assert answer.get_json()["settings"]["SENTRY_DSN"] == snapshot(
        {"value": "https://********@sentry.example/42", "secret": True, "origin": {"source": "process-environment"}}
    )


def test_a_secret_that_is_not_set_is_null(client: FlaskClient) -> None:
    """A mask would say that there is something behind it."""
    assert client.get("/v1/settings").get_json()["settings"]["SENTRY_DSN"]["value"] is None
