import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.factory import streams_of
from support.http_api import BASE, Api


def test_a_process_that_serves_lives_and_is_ready(client: FlaskClient) -> None:
    """Both calls answer 200 and say so in a word."""
    assert client.get("/livez").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_a_worker_that_is_being_replaced_spoils_no_probe(service: Flask, client: FlaskClient) -> None:
    """Its sockets are open for a moment more, and a bad answer would take the whole instance out of rotation."""
    streams_of(service).drain()

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


def test_where_nothing_can_be_written_any_more_all_is_still_read(api: Api) -> None:
    """As on a file system that was mounted read-only after a fault of the disk: SQLite says the same of it."""
    api.put({"PORT": "1"})
    allowed = [False]

    @sa.event.listens_for(api.store._writing, "begin")
    def forbid(connection: sa.Connection) -> None:
        connection.connection.cursor().execute(f"PRAGMA query_only = {'OFF' if allowed[0] else 'ON'}")

    refused = api.put({"PORT": "2"}, 1)
    assert (refused.status_code, refused.get_json()["detail"]) == (
        503,
        "the database can't be reached or written to",
    )
    assert api.call("GET", f"{BASE}/config").get_json()["revision"] == 1
    allowed[0] = True
    assert api.put({"PORT": "2"}, 1).status_code == 201


def test_a_process_whose_database_was_replaced_says_so(api: Api) -> None:
    """It refuses writes, which nobody would find again, and reads what it has open until it is started again."""
    api.put({"PORT": "1"})
    path, elsewhere = api.store.path, api.store.path.with_name("elsewhere.db")
    path.rename(elsewhere)
    path.write_bytes(elsewhere.read_bytes())
    assert api.put({"PORT": "2"}, 1).status_code == 503
    answer = api.client.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "degraded")
    assert "the database file was moved or replaced" in answer.get_json()["reason"]
    elsewhere.rename(path)
    assert api.client.get("/readyz").get_json() == {"status": "ready"}


def test_a_process_on_a_full_disk_says_so_until_a_write_is_stored(api: Api) -> None:
    """It is sent requests still, for it answers all that read."""
    api.put({"PORT": "1"})
    with api.store._writing.connect() as connection:
        most = [connection.exec_driver_sql("PRAGMA page_count").scalar_one()]

    @sa.event.listens_for(api.store._writing, "begin")
    def fill(connection: sa.Connection) -> None:
        connection.connection.cursor().execute(f"PRAGMA max_page_count = {most[0]}")

    assert api.put({"PORT": "1", "NOTE": "x" * 60_000}, 1).status_code == 507
    answer = api.client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (
        200,
        {"status": "degraded", "reason": "writes are refused: no space is left for the database"},
    )
    most[0] = 1_000_000
    assert api.put({"PORT": "2"}, 1).status_code == 201
    assert api.client.get("/readyz").get_json() == {"status": "ready"}
