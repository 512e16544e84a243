"""What changes when the audit log can't be written to: nothing, by whichever call."""

import json
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook
from werkzeug.routing import Rule

from app.domain.identity import Scope
from app.factory import background_of
from app.store.repositories.tables import metadata
from app.store.sqlite.engine import DRIVER
from app.views.marks import views_of_the_api
from support.http_api import BASE, Api
from support.instances import Instances
from support.small_contract import contract
from support.token_issuer import AUDIENCE, Issuer

ENVIRONMENTS = "/v1/apps/billing/environments"
PATCH = "application/merge-patch+json"
CI = Issuer()
NEXT_CONTRACT = contract(PORT="integer!", NAME="text")
BREAK = "CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN INSERT INTO absent VALUES (1); END"
REPAIR = "DROP TRIGGER no_audit"
NOT_AUDITED = {
    ("POST", "/v1/checks"),
    ("POST", "/v1/keys/rotate"),
    ("POST", "/v1/sessions/"),
    ("PATCH", "/v1/sessions/<session_id>"),
    ("DELETE", "/v1/sessions/<session_id>"),
    ("POST", "/v1/verdicts"),
    ("POST", "/v1/webhooks/<webhook_id>/ping"),
}
"""What instances report, what sends or checks something, and, while there is one key, the rotation of keys."""


class Audited:
    """The service, whose calls are each made twice: without an audit log, and with it.

    Attributes:
        api: The service.
        tried: The calls that were made.
    """

    def __init__(self, api: Api) -> None:
        self.api = api
        self.tried: set[tuple[str, str]] = set()

    def call(self, method: str, path: str, content: object = None, **more: Any) -> dict[str, Any]:
        """Make a call, which must fail and change nothing, and again, which must be accepted."""
        rule, _ = self.api.application.url_map.bind("localhost").match(path.partition("?")[0], method, return_rule=True)
        assert isinstance(rule, Rule)
        self.tried.add((method, rule.rule))
        body: dict[str, Any] = {} if content is None else {"json": content}
        before = self._stored()
        self._execute(BREAK)
        refused = self.api.call(method, path, **body, **more)
        assert refused.status_code == 500, f"{method} {path}: {refused.text}"
        assert self._stored() == before, f"{method} {path}"
        self._execute(REPAIR)
        accepted = self.api.call(method, path, **body, **more)
        assert accepted.status_code in {200, 201}, f"{method} {path}: {accepted.text}"
        found: dict[str, Any] = accepted.get_json()
        return found

    def _stored(self) -> dict[str, list[Any]]:
        """Return the rows of every table."""
        tables = metadata.tables.values()
        return self.api.store.read(
            lambda found: {each.name: [*found.connection.execute(each.select())] for each in tables}
        )

    def _execute(self, statement: str) -> None:
        with closing(DRIVER.connect(self.api.store.path, isolation_level=None)) as connection:
            connection.execute(statement)


def test_no_call_changes_anything_that_the_audit_log_could_not_tell(api: Api) -> None:
    """Each is refused as a whole, also what is stored beside it, and is accepted as soon as the log is back."""
    audited = Audited(api)
    for part in (_write, _try, _administer, _connect, _propose):
        part(audited)
    changing = {
        (method, rule.rule)
        for rule, _ in views_of_the_api(api.application)
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }
    assert changing - audited.tried == NOT_AUDITED


def _write(audited: Audited) -> None:
    """Write revisions in every way, and destroy one."""
    new, any_of = {"headers": {"If-None-Match": "*"}}, {"headers": {"If-Match": "*"}}
    audited.call(
        "PUT", f"/v1/apps/billing/schemas/{NEXT_CONTRACT.digest}?release=2", json.loads(NEXT_CONTRACT.document)
    )
    audited.call("PUT", f"{BASE}/config", {"PORT": "1"}, **new)
    audited.call("PATCH", f"{BASE}/config", {"PORT": "2"}, content_type=PATCH, **any_of)
    audited.call("POST", f"{BASE}/revisions", {"from": 1}, **any_of)
    audited.call("POST", f"{BASE}/revisions/2/destroy", {"reason": "it held a password"})
    audited.call("PUT", f"{ENVIRONMENTS}/base/config?base=true", {"NAME": "n"}, **new)
    audited.call("PUT", f"{BASE}/bases", {"bases": ["billing/base"]}, **any_of)
    audited.call("POST", f"{ENVIRONMENTS}/staging/promotions", {"from": "billing/production"}, **new)


def _try(audited: Audited) -> None:
    """Try revisions on an instance."""
    Instances(audited.api)
    background_of(audited.api.application).leases.close()  # what instances do is told a moment later, by itself
    audited.call("PUT", f"{BASE}/rollout/plan", {"canary": "1"})
    for port, how in (("3", "promote"), ("4", "abort")):
        tried = audited.call("PUT", f"{BASE}/config", {"PORT": port}, headers={"If-Match": "*"})
        audited.call("POST", f"{BASE}/rollout/{how}", {"revision": tried["revision"]})
    audited.call("PUT", f"{BASE}/rollout/plan", {"canary": None})


def _administer(audited: Audited) -> None:
    """Set limits, make tokens, and trust an issuer."""
    audited.call("PUT", "/v1/limits/billing", {"streams": 5})
    made = audited.call("POST", "/v1/tokens", {"name": "ci", "scopes": ["config:read"], "bounds": ["billing/*"]})
    renewed = audited.call("POST", f"/v1/tokens/{made['id']}/rotate")
    audited.call("DELETE", f"/v1/tokens/{renewed['id']}")
    rule = {"issuer": CI.name, "audience": AUDIENCE, "subject": "repo:acme/billing:*", "key_set": CI.key_set}
    audited.call("PUT", "/v1/trust-rules/ci", {**rule, "roles": ["deployer@billing/*"]})
    audited.call("POST", "/v1/auth/exchange", {"token": CI.token(time.time())})
    audited.call("DELETE", "/v1/trust-rules/ci")


def _connect(audited: Audited) -> None:
    """Make webhooks out and in, and use one."""
    made = audited.call("POST", "/v1/webhooks", {"url": "https://example.com/hook"})
    for method, what in (("POST", "/rotate"), ("POST", "/enable"), ("DELETE", "")):
        audited.call(method, f"/v1/webhooks/{made['id']}{what}")
    alarm = audited.call("POST", "/v1/webhooks/in", {"environment": "billing/production", "action": "rollback"})
    at = datetime.now(UTC)
    signature = Webhook(alarm["secret"]).sign("msg_1", at, "")
    signed = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    audited.call("POST", alarm["path"], headers=signed, content_type="application/json")
    audited.call("POST", f"{alarm['path']}/rotate")
    audited.call("DELETE", alarm["path"])


def _propose(audited: Audited) -> None:
    """Propose changes, and decide on them."""
    approver = audited.api.token(Scope.CONFIG_READ, Scope.CONFIG_APPROVE, name="grace")
    proposals, any_of = f"{BASE}/proposals", {"headers": {"If-Match": "*"}}
    audited.call("PUT", f"{BASE}/protection", {"approvals": 1})
    audited.call("POST", proposals, {"patch": {"PORT": "5"}}, **any_of)
    made = audited.call("PUT", f"{proposals}/1", {"patch": {"PORT": "6"}}, **any_of)
    audited.call("POST", f"{proposals}/1/approvals", {"digest": made["digest"]}, token=approver)
    audited.call("POST", f"{proposals}/1/apply")
    for number, (how, token) in enumerate((("refuse", approver), ("withdraw", None)), start=2):
        audited.call("POST", proposals, {"patch": {"PORT": str(number)}}, **any_of)
        audited.call("POST", f"{proposals}/{number}/{how}", {"reason": "no"}, token=token)
