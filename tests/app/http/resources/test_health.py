from flask import Flask
from flask.testing import FlaskClient

from app.factory import STREAMS
from support.http_api import Api


def test_a_process_that_serves_lives_and_is_ready(client: FlaskClient) -> None:
    """Both calls answer 200 and say so in a word."""
    assert client.get("/livez").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_a_worker_that_is_being_replaced_spoils_no_probe(service: Flask, client: FlaskClient) -> None:
    """Its sockets are open for a moment more, and a bad answer would take the whole instance out of rotation."""
    service.extensions[STREAMS].drain()

    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_a_process_that_does_not_reach_its_database_is_not_ready(api: Api) -> None:
    """Others may reach it; and it lives, so that nobody restarts it in vain."""
    api.store.close()
    api.store.path.unlink()
    api.store.path.mkdir()
    answer = api.client.get("/readyz")
    assert (answer.status_code, answer.get_json()["detail"]) == (503, "the database can't be reached or written to")
    assert api.client.get("/livez").status_code == 200
