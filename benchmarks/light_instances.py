"""Instances that cost little themselves: sessions, streams, reads and verdicts of one process, on raw connections."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from load_clients import Address, UnexpectedAnswerError
from setpoint.client.session import uuid7

PLACE = "billing/production"
CONFIG = f"/v1/apps/{PLACE.replace('/', '/environments/')}/config?reveal=true"
_CONNECTIONS = 50
_PATIENCE_SECONDS = 60


@dataclass(slots=True)
class Instances:
    """Many instances that take every revision.

    Attributes:
        address: The service.
        token: What all of them have.
        applied: The newest revision that each has reported, by the id of its session.
        reconnects: How often a stream was opened anew.
    """

    address: Address
    token: str
    applied: dict[str, int] = field(default_factory=dict)
    reconnects: int = 0
    _free: "asyncio.LifoQueue[_Talk]" = field(default_factory=asyncio.LifoQueue)
    _tasks: "list[asyncio.Task[None]]" = field(default_factory=list)

    async def open(self, number: int) -> None:
        """Open so many sessions, each with its stream, and return once all have answered to what is current."""
        for _ in range(_CONNECTIONS):
            self._free.put_nowait(_Talk(self.address, self.token))
        for _ in range(number):
            wanted = {"instance": uuid7(), "environments": [PLACE], "started_at": datetime.now(UTC).isoformat()}
            session = (await self.call("POST", "/v1/sessions/", wanted))["id"]
            self.applied[session] = 0
            self._tasks.append(asyncio.create_task(self._follow(session)))
        revision = (await self.call("GET", CONFIG))["revision"]
        await self.all_at(revision)

    async def all_at(self, revision: int) -> None:
        """Return once the last of them has reported `revision`."""
        began = time.perf_counter()
        while min(self.applied.values()) < revision:
            if time.perf_counter() - began > _PATIENCE_SECONDS:
                raise UnexpectedAnswerError(sorted(self.applied.values())[:10])
            await asyncio.sleep(0.002)

    async def close(self) -> None:
        """Close all connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while not self._free.empty():
            self._free.get_nowait().close()
        await asyncio.sleep(0)  # in which transports close their sockets

    async def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Return the answer to one request, on one of the connections that all share."""
        talk = await self._free.get()
        try:
            return await talk.call(method, path, body)
        finally:
            self._free.put_nowait(talk)

    async def _follow(self, session: str) -> None:
        last_id, retry = "", 1.0
        while True:
            writer = None
            try:
                reader, writer = await asyncio.open_connection(*self.address)
                resume = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
                writer.write(_head("GET", f"/v1/sessions/{session}/stream", self.token, resume))
                async for event in _events(reader):
                    last_id = event.get("id", last_id)
                    retry = int(event["retry"]) / 1_000 if "retry" in event else retry
                    if event.get("event") in {"revision", "bookmark", "reset"}:
                        spread = json.loads(event["data"]).get("spread_ms", 0)
                        await asyncio.sleep(random.uniform(0, spread / 1_000))  # noqa: S311 - to spread
                        await self._answer(session)
            except (OSError, asyncio.IncompleteReadError, UnexpectedAnswerError):
                pass
            finally:
                if writer is not None:
                    writer.close()
            self.reconnects += 1
            await asyncio.sleep(random.uniform(0, retry))  # noqa: S311 - to spread

    async def _answer(self, session: str) -> None:
        revision = (await self.call("GET", CONFIG))["revision"]
        if revision > self.applied[session]:
            await self.call("PATCH", f"/v1/sessions/{session}", {"revision": revision, "verdict": "APPLIED"})
            self.applied[session] = revision


@dataclass(slots=True)
class _Talk:
    """One connection for requests, opened anew where the service has closed it."""

    address: Address
    token: str
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, method: str, path: str, body: object) -> dict[str, Any]:
        """Return the JSON of an answer."""
        content = b"" if body is None else json.dumps(body).encode()
        more = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n" if content else ""
        try:
            self.streams = self.streams or await asyncio.open_connection(*self.address)
            reader, writer = self.streams
            writer.write(_head(method, path, self.token, more) + content)
            head = await reader.readuntil(b"\r\n\r\n")
            _, _, rest = head.lower().partition(b"content-length:")
            answer = await reader.readexactly(int(rest.split(b"\r\n")[0]))
        except BaseException:
            self.close()
            raise
        if not head.startswith(b"HTTP/1.1 2"):
            raise UnexpectedAnswerError(answer[:500])
        return dict(json.loads(answer))

    def close(self) -> None:
        """Close it."""
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


async def _events(reader: asyncio.StreamReader) -> AsyncIterator[dict[str, str]]:
    """Yield the fields of each event."""
    await reader.readuntil(b"\r\n\r\n")
    rest = ""
    while size := int((await reader.readline()).strip() or b"0", 16):
        *blocks, rest = (rest + (await reader.readexactly(size + 2))[:-2].decode()).split("\n\n")
        for block in blocks:
            fields = (line.partition(": ") for line in block.splitlines())
            yield {name: text for name, _, text in fields if name}


def _head(method: str, path: str, token: str, more: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{more}\r\n".encode()
