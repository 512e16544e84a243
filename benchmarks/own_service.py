"""What benchmarks keep in a service of their own, and how they write to it."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from app.domain.identity import Principal, PrincipalKind
from app.service.tokens import Tokens
from app.store.opening import open_store
from gunicorn_worker import KEYS
from load_clients import Address, UnexpectedAnswerError

CONFIG = "/v1/apps/billing/environments/production/config"


VARIABLES = {f"NAME_{number}": "v" * 20 for number in range(20)}


_OWN_SETTINGS = "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n" + "".join(
    f"    {name.lower()}: str\n" for name in VARIABLES
)


def request(method: str, path: str, token: str, **headers: str) -> bytes:
    """Return the bytes of a request without a body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}"]
    return "\r\n".join([*lines, *(f"{name}: {text}" for name, text in headers.items()), "", ""]).encode()


def admin_token(folder: Path, variables: Mapping[str, str]) -> str:
    """Return a token that may do everything; it is made once."""
    kept = folder / "token"
    if not kept.exists():
        store = open_store(variables["DATABASE_URL"], KEYS)
        somebody = Principal(PrincipalKind.MACHINE, "setpoint", "bench", "bench")
        kept.write_text(Tokens(store, _now).first(somebody).text)
        store.close()
    return kept.read_text()


def _now() -> datetime:
    return datetime.now(UTC)


def first_revision(folder: Path, address: Address, token: str, app: str = "billing") -> None:
    """Push a schema of `app` and a revision, unless they are there; the settings class is written to `folder`."""
    (folder / "own_settings.py").write_text(_OWN_SETTINGS)
    command = [str(Path(sys.executable).with_name("setpoint")), "schema", "--settings", "own_settings:Settings"]
    document = subprocess.run(command, cwd=folder, env=_environment(folder), check=True, capture_output=True).stdout
    digest = json.loads(document)["digest"]
    connection = http.client.HTTPConnection(*address, timeout=30)
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for path, body, more in (
        (f"/v1/apps/{app}/schemas/{digest}?release=1", document, {}),
        (CONFIG.replace("billing", app), json.dumps(VARIABLES).encode(), {"If-None-Match": "*"}),
    ):
        connection.request("PUT", path, body, {**sent, **more})
        response = connection.getresponse()
        answer = response.read()
        if response.status not in {200, 201, 412}:
            raise UnexpectedAnswerError(answer)
    connection.close()


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(folder)}


def putting(address: Address, token: str, environment: str = "production") -> Callable[[], object]:
    """Return what writes the next revision."""
    connection = http.client.HTTPConnection(*address, timeout=30)
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    path = CONFIG.replace("production", environment)
    connection.request("GET", path, headers=sent)
    known = [json.loads(connection.getresponse().read()).get("revision", 0)]

    def put() -> None:
        body = json.dumps({**VARIABLES, "NAME_0": str(known[0])})
        condition = {"If-Match": f'"{known[0]}"'} if known[0] else {"If-None-Match": "*"}
        connection.request("PUT", path, body, {**sent, **condition})
        response = connection.getresponse()
        answer = response.read()
        if response.status != http.HTTPStatus.CREATED:
            raise UnexpectedAnswerError(answer)
        known[0] += 1

    return put
