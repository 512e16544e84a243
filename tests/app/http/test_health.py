from flask import Flask
from flask.testing import FlaskClient

from app.factory import STREAMS


def test_a_process_that_serves_lives_and_is_ready(client: FlaskClient) -> None:
    """Both calls answer 200 and say so in a word."""
    assert client.get("/livez").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_a_process_that_shuts_down_lives_but_takes_no_requests(service: Flask, client: FlaskClient) -> None:
    """A load balancer must stop sending; nobody should restart what is about to end anyway."""
    service.extensions[STREAMS].drain()

    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 503
