"""Asks the application for a page as a server would (ASGI 3), and prints the answer."""

import asyncio

from app.main import app

SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/api/v1/about",
    "query_string": b"",
    "headers": [],
}


async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}


async def send(message):
    print(message.get("body", b"").decode(), end="")


asyncio.run(app(SCOPE, receive, send))
