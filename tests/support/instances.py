"""Two instances that follow production over HTTP, as far as a test has to be one itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.http_api import BASE, Api

INSTANCE = "01890a5d-ac96-774b-bcce-b302099a805"


class Instances:
    """Two instances that serve revision 1."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.ids = [self._open(number) for number in range(2)]
        for each in self.ids:
            self.says(each, 1, "APPLIED")

    def _open(self, number: int) -> str:
        new = {"instance": f"{INSTANCE}{number}", "environments": ["billing/production"]}
        answer = self.api.call("POST", "/v1/sessions/", json={**new, "started_at": "2026-11-26T12:00:00Z"})
        return str((answer.json or {})["id"])

    def says(self, session: str, revision: int, verdict: str, why: str = "PORT is taken") -> dict[str, Any]:
        """Report a verdict; return the session as people see it."""
        errors = [{"message": why}] if verdict == "FAILED" else []
        told = {"revision": revision, "verdict": verdict, "errors": errors}
        return dict(self.api.call("PATCH", f"/v1/sessions/{session}", json=told).json or {})

    def reads(self, session: str) -> int:
        """Return the revision that an instance reads."""
        answer = self.api.call("GET", f"{BASE}/config?session={session}")
        assert answer.headers["ETag"] == f'"{answer.headers["Config-Revision"]}"'
        return int(answer.headers["Config-Revision"])

    @contextmanager
    def told(self, session: str) -> Iterator[Iterator[int]]:
        """Give the revisions that an instance is told of on its stream."""
        answer = self.api.call("GET", f"/v1/sessions/{session}/stream")
        try:
            yield revisions_told(answer.iter_encoded())
        finally:
            answer.close()

    def canary_and_other(self) -> tuple[str, str]:
        """Return the session that is offered the newest revision, and the other."""
        first, second = self.ids
        return (first, second) if self.reads(first) > self.reads(second) else (second, first)


def revisions_told(chunks: Iterator[bytes]) -> Iterator[int]:
    """Yield the revisions that a stream tells of, and 0 for a bookmark."""
    for chunk in chunks:
        for block in chunk.decode().split("\n\n"):
            found = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if found.get("event") == "bookmark":
                yield 0
            elif "event" in found and found["event"] != "hello":
                assert found["event"] == "revision"
                yield json.loads(found["data"])["revision"]
