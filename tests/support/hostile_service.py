"""A service in which strangers have named everything: markup, text that runs the other way, and lots of it."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from support.served_pages import ServedPages
from support.small_contract import contract

MARKUP = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>\"'{{ 7 * 191 }}"
TURNED = "\u202egnp.exe\u2066\u200b"
HOSTILE = f"{MARKUP}{TURNED}"
LONG = HOSTILE + "o" * (10_000 - len(HOSTILE))
"""10,000 characters, without a place to break a line."""

CANARY = "canary-9f3b61c2"
"""What no page holds, but one that reveals it."""

ENVIRONMENT = "/v1/apps/billing/environments/production"
INSTANCE = {"environments": ["billing/production"], "started_at": "2026-11-26T12:00:00Z"}


@dataclass
class HostileService:
    """What is in the service.

    Attributes:
        served: The service.
        parts: What stands for the parts of addresses.
        admin: The token of somebody with such a name who may do everything.
    """

    served: ServedPages
    admin: str = ""
    parts: dict[str, str] = field(default_factory=dict)

    def fill(self) -> None:
        """Put an environment with three revisions, two instances and all that is around them into the service."""
        pushed = contract(PORT="integer!", API_KEY="secret", NAME="text")
        path = f"/v1/apps/billing/schemas/{pushed.digest}?{urlencode({'release': MARKUP})}"
        self.served.call("PUT", path, body=pushed.document, headers={"Content-Type": "application/json"})
        for number in range(3):
            self._write("production", number, PORT=str(number), API_KEY=f"{CANARY}-{number}", NAME=LONG)
        self._write("staging", 0, PORT="1", NAME=MARKUP, **{"X" * 255: CANARY})
        self.parts = {
            "app": "billing",
            "environment": "production",
            "number": "2",
            "old": "1",
            "new": "3",
            "name": "API_KEY",
            "digest": pushed.digest,
        }
        session = self._instance(7, "FAILED")
        self._instance(8, "APPLIED")
        self.parts |= {"session_id": session}
        self._name_others()
        for port in ("8", "9"):
            self._propose(port)

    def _write(self, environment: str, based_on: int, **variables: str) -> None:
        condition = {"If-Match": f'"{based_on}"'} if based_on else {"If-None-Match": "*"}
        query = urlencode({"message": (HOSTILE + LONG)[:2_000], "live": "ignore"})
        path = f"/v1/apps/billing/environments/{environment}/config?{query}"
        self.served.call("PUT", path, json=variables, headers=condition)

    def _instance(self, number: int, verdict: str) -> str:
        """Have an instance say something; return the id of its session."""
        instance = f"01890a5d-ac96-774b-bcce-b30209{number:06}"
        told = {**INSTANCE, "instance": instance, "host": (MARKUP + TURNED)[:255], "release": MARKUP[:200]}
        session = str(self.served.call("POST", "/v1/sessions/", json=told)["id"])
        errors = [{"rule": MARKUP, "variable": HOSTILE, "message": LONG}] if verdict == "FAILED" else []
        for revision, said, why in ((2, "APPLIED", []), (3, verdict, errors)):
            body = {"revision": revision, "verdict": said, "errors": why}
            self.served.call("PATCH", f"/v1/sessions/{session}", json=body)
        return session

    def _name_others(self) -> None:
        self.admin = self.served.token("admin", name=MARKUP)
        rule = {"issuer": MARKUP, "audience": MARKUP, "subject": MARKUP, "claims": {MARKUP: HOSTILE}}
        self.served.call("PUT", "/v1/trust-rules/hostile", json={**rule, "sign_in": True, "roles": ["viewer"]})

    def _propose(self, port: str) -> None:
        query = urlencode({"message": (HOSTILE + LONG)[:2_000]})
        change = {"patch": {"PORT": port, "API_KEY": f"{CANARY}-9", "NAME": f"{LONG}!", "X" * 200: f"{MARKUP}!"}}
        path = f"{ENVIRONMENT}/proposals?{query}"
        self.served.call("POST", path, json=change, headers={"If-Match": '"3"'})
