from flask import Flask
from flask.testing import FlaskClient

from app.factory import STREAMS


def test_a_process_that_serves_lives_and_is_ready(client: FlaskClient) -> None:
    """Both calls answer 200 and say so in a word."""
    assert client.get("/livez").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_a_worker_that_is_being_replaced_spoils_no_probe(service: Flask, client: FlaskClient) -> None:
    """Its sockets are open for a moment more, and a bad answer would take the whole instance out of rotation."""
    service.extensions[STREAMS].drain()

    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200
