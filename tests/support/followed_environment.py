"""The environment that supervised commands follow, as who writes it sees it over HTTP."""

from typing import Any

import urllib3

from support.small_contract import contract
from support.waiting import eventually

PLACE = "/v1/apps/billing/environments/production"
CONTRACT = contract(POOL_MIN="integer", POOL_MAX="integer", API_KEY="secret", OLD_NAME="text")


class Billing:
    """The environment `billing/production`, which gets a schema."""

    def __init__(self, url: str, admin: str) -> None:
        self.url = url
        self.admin = admin
        wanted = {"name": "web", "scopes": ["config:read", "config:reveal", "session:write"]}
        made = self.call("POST", "/v1/tokens", json={**wanted, "bounds": ["billing/production"]})
        self.token: str = made["token"]
        self.number: int | None = None
        path = f"/v1/apps/billing/schemas/{CONTRACT.digest}?release=1.0"
        self.call("PUT", path, body=CONTRACT.document, headers={"Content-Type": "application/json"})

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Return the JSON of an answer."""
        headers = {"Authorization": f"Bearer {self.admin}", **more.pop("headers", {})}
        answer = urllib3.request(method, f"{self.url}{path}", headers=headers, timeout=60, **more)
        assert answer.status < 300, answer.data
        return answer.json() if answer.data else None

    def write(self, **variables: str) -> int:
        """Write the next revision, for everyone."""
        self.number = self._put("live=ignore", variables)
        return self.number

    def tried(self, canary: str, **variables: str) -> int:
        """Write a revision that some instances try; until everyone is offered it, the next one is not made from it."""
        return self._put(f"live=ignore&{canary}", variables)

    def _put(self, query: str, variables: dict[str, str]) -> int:
        condition = {"If-Match": f'"{self.number}"'} if self.number else {"If-None-Match": "*"}
        return int(self.call("PUT", f"{PLACE}/config?{query}", json=variables, headers=condition)["revision"])

    def catch_up(self) -> int:
        """Go on from the newest revision, whoever has made it; return its number."""
        self.number = int(self.call("GET", f"{PLACE}/config")["revision"])
        return self.number

    @property
    def rollout(self) -> str:
        """Return the sentence."""
        return str(self.call("GET", f"{PLACE}/rollout")["summary"])

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """Return the sessions."""
        return list(self.call("GET", "/v1/sessions/?environment=billing/production")["sessions"])

    def wait_for(self, rollout: str) -> None:
        """Wait until that is how the newest revision stands."""
        eventually(lambda: self.rollout == rollout, instead=lambda: (self.rollout, self.sessions))
