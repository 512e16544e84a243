"""The calls of the service that commands make, one method each."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote

from setpoint.client.answer import Answer, Json, RefusedError
from setpoint.client.connection import Connection, Query
from setpoint.client.place import Place
from setpoint.client.proposals import Proposals
from setpoint.errors import UnableError
from setpoint.text.escape import printable

_PAGE = 200
"""The most that the service returns at once."""
_INCOMING = "whin_"
_TOLD_OF_CHANGE = {"rotate": "secret", "enable": "id", "ping": "delivery"}


class Service:
    """The service that keeps configuration, as a principal with a token sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def proposals(self) -> Proposals:
        """The calls about changes that wait for others."""
        return Proposals(self._connection)

    def me(self) -> Json:
        """Return the principal and what its token may do."""
        return self._connection.call("GET", "/v1/me").json_with("principal")

    def apps(self) -> Sequence[Json]:
        """Return the apps that the token may see, with their environments."""
        return self._connection.call("GET", "/v1/apps").objects("apps")

    def environments(self, app: str) -> Sequence[Json]:
        """Return the environments of one app."""
        return self._connection.call("GET", f"/v1/apps/{app}/environments").objects("environments")

    def push_schema(self, app: str, contract: bytes, digest: str, release: str, compatibility: str) -> Json:
        """Store a contract under its digest, for the release that it belongs to."""
        return self._connection.call(
            "PUT",
            f"/v1/apps/{app}/schemas/{quote(digest)}",
            query={"release": release, "compatibility": compatibility},
            body=contract,
            headers={"Content-Type": "application/json"},
        ).json_with("digest")

    def current_schema(self, app: str) -> bytes:
        """Return the contract that an app is checked against."""
        return self._connection.call("GET", f"/v1/apps/{app}/schemas/current").of_type("application/json")

    def current_revision(self, place: Place) -> int | None:
        """Return the number of the revision that everyone is offered; None if there is none yet."""
        number = self.current(place).get("revision")
        return number if isinstance(number, int) else None

    def current(self, place: Place) -> Json:
        """Return what is known about an environment; empty if it does not exist yet."""
        try:
            answer = self._connection.call("GET", f"/v1/apps/{place.app}/environments")
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return {}
            raise
        found = next((each for each in answer.objects("environments") if each.get("name") == place.environment), {})
        if found:
            answer.integer("revision", found)
        return found

    def extend(self, place: Place, bases: Sequence[Place], based_on: int | None, message: str, query: Query) -> Json:
        """Let an environment extend others, later ones over earlier."""
        content = {"bases": list(map(str, bases)), "message": message}
        return self._connection.send_json(
            "PUT", f"{place.path}/bases", content, query=query, headers=_is_still(based_on)
        ).json_with("revision", "changed")

    def push(self, place: Place, variables: Mapping[str, str], based_on: int | None, query: Query) -> Json:
        """Write the next revision, if `based_on` is still the current one; None writes the first one."""
        return self._connection.send_json(
            "PUT", f"{place.path}/config", variables, query=query, headers=_is_still(based_on)
        ).json_with("revision", "changed")

    def merge(self, place: Place, patch: Mapping[str, str], based_on: int | None, query: Query) -> Json:
        """Write the next revision: the current one with `patch` applied (RFC 7396)."""
        headers = {**_is_still(based_on), "Content-Type": "application/merge-patch+json"}
        return self._connection.send_json(
            "PATCH", f"{place.path}/config", patch, query=query, headers=headers
        ).json_with("revision", "changed")

    def variables(self, place: Place) -> Mapping[str, Json]:
        """Return the current variables, without revealing secrets."""
        found = self.configuration(place, {}).json_with("variables")["variables"]
        return found if isinstance(found, dict) else {}

    def configuration(self, place: Place, query: Query) -> Answer:
        """Return the variables of a revision, in the form that `query` asks for."""
        path = f"{place.path}/config" if place.revision is None else f"{place.path}/revisions/{place.revision}"
        return self._connection.call("GET", path, query=query)

    def revisions(self, place: Place, most: int) -> Iterator[Json]:
        """Yield the revisions of an environment, newest first."""
        return self._pages(f"{place.path}/revisions", "revisions", {}, most)

    def difference(self, place: Place, older: int, newer: int) -> Answer:
        """Return what changed between two revisions."""
        return self._connection.call("GET", f"{place.path}/revisions/{older}...{newer}")

    def difference_of_environments(self, place: Place, other: Place) -> Answer:
        """Return how another environment differs, in its current revision or the one named."""
        return self._connection.call("GET", f"{place.path}/diff", query={"with": newest_or_named(other)})

    def roll_back(self, place: Place, to: int, based_on: int, message: str, query: Query) -> Json:
        """Make a new revision with the variables of an older one."""
        content = {"from": to, "message": message}
        return self._connection.send_json(
            "POST", f"{place.path}/revisions", content, query=query, headers=_is_still(based_on)
        ).json_with("revision", "changed")

    def propose(
        self, place: Place, change: Json, based_on: int | None, query: Query, number: int | None = None
    ) -> Json:
        """Propose a change, replacing proposal `number` if there is one."""
        return self.proposals.make(place, change, query, _is_still(based_on), number)

    def promote(
        self, source: Place, target: Place, based_on: int | None, wanted: Mapping[str, object], query: Query
    ) -> Json:
        """Make a new revision of `target` with variables of `source`: those that `wanted` names, or all but secrets."""
        content = {"from": newest_or_named(source), **wanted}
        return self._connection.send_json(
            "POST", f"{target.path}/promotions", content, query=query, headers=_is_still(based_on)
        ).json_with("revision", "changed")

    def destroy(self, place: Place, number: int, reason: str) -> Json:
        """Permanently remove the values of one revision."""
        return self._connection.send_json(
            "POST", f"{place.path}/revisions/{number}/destroy", {"reason": reason}
        ).json_with("destroyed")

    def rollout(self, place: Place) -> Json:
        """Return how far the newest revision has been rolled out to the running instances."""
        return self._connection.call("GET", f"{place.path}/rollout").json_with("revision", "summary", "settled")

    def end_trial(self, place: Place, how: str, content: Json) -> Json:
        """End the trial of a revision: `promote` offers it to everyone, `abort` rolls it back."""
        return self._connection.send_json("POST", f"{place.path}/rollout/{how}", content).json_with("summary")

    def rollout_plan(self, place: Place) -> Json:
        """Return how revisions are tried by default."""
        return self._connection.call("GET", f"{place.path}/rollout/plan").json_with("canary", "bake")

    def set_rollout_plan(self, place: Place, canary: str | int | None, bake: str | int | None) -> Json:
        """Set how revisions are tried by default."""
        content = {"canary": canary, "bake": bake}
        return self._connection.send_json("PUT", f"{place.path}/rollout/plan", content).json_with("canary", "bake")

    def sessions(self, place: Place, state: str | None, most: int) -> Iterator[Json]:
        """Yield the instances that follow an environment, oldest first."""
        after: str | None = None
        while most > 0:
            query: Query = {"environment": str(place), "state": state, "limit": min(_PAGE, most), "after": after}
            answer = self._connection.call("GET", "/v1/sessions/", query=query)
            found = answer.objects("sessions")
            yield from found
            following = answer.json.get("next")
            after, most = str(following), most - len(found)
            if not found or following is None:
                return

    def tokens(self) -> Sequence[Json]:
        """Return all tokens, without their secrets."""
        return self._connection.call("GET", "/v1/tokens").objects("tokens")

    def create_token(self, wanted: Mapping[str, object]) -> Json:
        """Make a token; it is shown only in this answer."""
        return self._connection.send_json("POST", "/v1/tokens", wanted).json_with("id", "token")

    def rotate_token(self, token_id: str, grace: int) -> Json:
        """Replace a token; the old one keeps working for `grace` seconds."""
        path = f"/v1/tokens/{quote(token_id, safe='')}/rotate"
        return self._connection.call("POST", path, query={"grace": grace}).json_with("id", "token")

    def revoke_token(self, token_id: str) -> Json:
        """Revoke a token."""
        return self._connection.call("DELETE", f"/v1/tokens/{quote(token_id, safe='')}").json_with("id")

    def trust_rules(self) -> Sequence[Json]:
        """Return the rules on the tokens of other issuers."""
        return self._connection.call("GET", "/v1/trust-rules").objects("trust_rules")

    def put_trust_rule(self, name: str, rule: Json) -> Json:
        """Store a rule, replacing the one with the same name if there is one."""
        return self._connection.send_json("PUT", f"/v1/trust-rules/{quote(name, safe='')}", rule).json_with("name")

    def remove_trust_rule(self, name: str) -> Json:
        """Remove a rule."""
        return self._connection.call("DELETE", f"/v1/trust-rules/{quote(name, safe='')}").json_with("name")

    def exchange(self, text: str) -> Json:
        """Exchange the token of another issuer for one of the service, which is valid for 15 minutes."""
        return self._connection.send_json("POST", "/v1/auth/exchange", {"token": text}).json_with("id", "token")

    def webhooks(self) -> Sequence[Json]:
        """Return the webhooks, without their secrets."""
        return self._connection.call("GET", "/v1/webhooks").objects("webhooks")

    def create_webhook(self, wanted: Mapping[str, object]) -> Json:
        """Make a webhook; its secret is shown only in this answer."""
        return self._connection.send_json("POST", "/v1/webhooks", wanted).json_with("id", "secret")

    def incoming_webhooks(self) -> Sequence[Json]:
        """Return the incoming webhooks, without their secrets."""
        return self._connection.call("GET", "/v1/webhooks/in").objects("webhooks")

    def accept_webhook(self, wanted: Mapping[str, object]) -> Json:
        """Make an incoming webhook; its secret is shown only in this answer."""
        return self._connection.send_json("POST", "/v1/webhooks/in", wanted).json_with("id", "path", "secret")

    def change_webhook(self, webhook_id: str, action: str, query: Query | None = None) -> Json:
        """Do something with a webhook: `rotate`, `enable` or `ping` it.

        Raises:
            UnableError: It is an incoming webhook, to which nothing is sent.
        """
        path = _webhook(webhook_id) if action == "rotate" else _outgoing_webhook(webhook_id)
        return self._connection.call("POST", f"{path}/{action}", query=query).json_with(_TOLD_OF_CHANGE[action])

    def delete_webhook(self, webhook_id: str) -> Json:
        """Delete a webhook."""
        return self._connection.call("DELETE", _webhook(webhook_id)).json_with("id")

    def deliveries(self, webhook_id: str, most: int) -> Sequence[Json]:
        """Return what was or will be sent to a webhook, newest first.

        Raises:
            UnableError: It is an incoming webhook, to which nothing is sent.
        """
        query: Query = {"limit": min(_PAGE, most)}
        return self._connection.call("GET", f"{_outgoing_webhook(webhook_id)}/deliveries", query=query).objects(
            "deliveries"
        )

    def limits(self, app: str | None) -> Sequence[Json]:
        """Return where apps stand on their limits: one app, or all that the token may see."""
        return self._connection.call("GET", "/v1/limits", query={"app": app}).objects("apps")

    def set_limits(self, app: str, wanted: Mapping[str, int | None]) -> Json:
        """Give an app its own limits; return where it then stands."""
        return self._connection.send_json("PUT", f"/v1/limits/{quote(app, safe='')}", wanted).json_with("app")

    def keys(self) -> Answer:
        """Return which encryption keys are in use."""
        return self._connection.call("GET", "/v1/keys")

    def rotate_keys(self) -> Answer:
        """Rewrap some of the apps' keys with the first encryption key; return which keys are then in use."""
        return self._connection.call("POST", "/v1/keys/rotate")

    def audit(self, query: Query, most: int) -> Iterator[Json]:
        """Yield what was done, newest first."""
        return self._pages("/v1/audit", "events", query, most)

    def _pages(self, path: str, key: str, query: Query, most: int) -> Iterator[Json]:
        before: int | None = None
        while most > 0:
            answer = self._connection.call("GET", path, query={**query, "limit": min(_PAGE, most), "before": before})
            found = answer.objects(key)
            yield from found
            if not found or answer.json.get("next") is None:
                return
            before, most = answer.integer("next"), most - len(found)


def _webhook(webhook_id: str) -> str:
    return f"/v1/webhooks/{'in/' if webhook_id.startswith(_INCOMING) else ''}{quote(webhook_id, safe='')}"


def _outgoing_webhook(webhook_id: str) -> str:
    if webhook_id.startswith(_INCOMING):
        message = (
            f"`{printable(webhook_id)}` is an incoming webhook: nothing is sent to it, but it can be rotated and"
            " deleted, and the audit log says what it has done"
        )
        raise UnableError(message)
    return _webhook(webhook_id)


def newest_or_named(place: Place) -> str:
    """Return the service's name for a place: a revision of it, or the newest one."""
    return str(place) if place.revision is None else f"{place}@{place.revision}"


def _is_still(revision: int | None) -> dict[str, str]:
    """Return the condition of a write (RFC 9110, section 13.1.1); None for the first revision."""
    return {"If-None-Match": "*"} if revision is None else {"If-Match": f'"{revision}"'}
