from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

import setpoint


def test_the_root_says_what_this_is(client: FlaskClient) -> None:
    """Whoever finds a port that answers learns what answers there."""
    answer = client.get("/").get_json()

    assert (answer["name"], answer["version"]) == ("setpoint", setpoint.__version__)


def test_the_root_lists_every_call(service: Flask, client: FlaskClient) -> None:
    """A call that is not listed is one that nobody finds."""
    rules = {rule.rule for rule in service.url_map.iter_rules()}

    assert set(client.get("/").get_json()["calls"]) == rules - {"/"}


def test_the_version_is_the_version(client: FlaskClient) -> None:
    """A deploy is checked by this."""
    assert client.get("/version").get_json() == {"version": setpoint.__version__}


def test_the_guide_names_every_call(service: Flask) -> None:
    """Each by its method and its path."""
    guide = Path(__file__).parents[4].joinpath("docs/guides/http-api.md").read_text(encoding="utf-8")
    calls = {
        f"`{method} {rule.rule}`"
        for rule in service.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert [call for call in sorted(calls) if call not in guide] == []
