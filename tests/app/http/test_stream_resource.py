import json
from unittest.mock import ANY

import pytest
from flask import Flask
from flask.testing import FlaskClient

import setpoint
from app.factory import streams_of


def test_a_stream_is_an_event_stream_that_nobody_may_hold_back(client: FlaskClient) -> None:
    """Neither a cache nor nginx."""
    answer = client.get("/v1/stream")
    answer.close()

    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    assert (answer.headers["X-Accel-Buffering"], answer.headers["Cache-Control"]) == ("no", "no-store")


def test_hello_says_who_is_talking(client: FlaskClient) -> None:
    """And after what silence a client may give up on it."""
    answer = client.get("/v1/stream")
    first = next(iter(answer.iter_encoded())).decode()
    answer.close()

    _, hello = first.removesuffix("\n\n").split("\n\n")
    assert hello.startswith("event: hello\ndata: ")
    said = json.loads(hello.partition("data: ")[2])
    assert said == {"instance": ANY, "version": setpoint.__version__, "heartbeat_seconds": 15}


def test_one_stream_too_many_is_told_to_come_back_later(service: Flask, client: FlaskClient) -> None:
    """At once, while everything else is still served; a stream that ends makes room."""
    kept = [client.get("/v1/stream") for _ in range(2)]
    refused = client.get("/v1/stream")

    assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
    assert 1 <= int(refused.headers["Retry-After"]) <= 5
    assert client.get("/readyz").status_code == 200

    for each in kept:
        each.close()
    assert len(streams_of(service)) == 0
    client.get("/v1/stream").close()


def test_a_stream_that_comes_while_the_process_shuts_down_is_sent_elsewhere(
    service: Flask, client: FlaskClient
) -> None:
    """Its client is greeted and told to come back, and finds another process then."""
    streams_of(service).drain()
    stream = client.get("/v1/stream")

    assert stream.status_code == 200
    assert [line for line in stream.get_data(as_text=True).splitlines() if line.startswith("event:")] == [
        "event: hello",
        "event: goaway",
    ]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST"])
def test_only_a_get_takes_a_place(service: Flask, client: FlaskClient, method: str) -> None:
    """Nothing would ever be sent on the others."""
    client.open("/v1/stream", method=method).close()

    assert len(streams_of(service)) == 0
