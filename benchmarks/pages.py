"""What the pages of an environment cost the service, with few instances and many, beside their JSON."""

import http.client
import json
import statistics
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from app.domain.identity import Principal, PrincipalKind
from app.domain.place import Place
from app.domain.session import Answer, Instance, Reason, Served, Session, SessionReport, Verdict
from app.service.ports import Transaction
from app.store.opening import open_store
from gunicorn_worker import BACKEND, KEYS, cpu_seconds, worker
from load_clients import Address, UnexpectedAnswerError, flat_out
from own_service import CONFIG, VARIABLES, admin_token, first_revision, request
from rounds import limit, table

ROUNDS = 3
REQUESTS = 150
FEW, MANY, REVISIONS = 3, 1_000, 500
PLACE = Place("billing", "production")
NOW = f"/apps/{PLACE}"
_PAGES = {
    "now": NOW,
    "now, JSON": f"{NOW}.json",
    "instances, the last": f"{NOW}/instances?start={MANY - 1}",
    "revisions, the newest": f"{NOW}/revisions",
    "revisions, the oldest": f"{NOW}/revisions?before=51",
}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        variables = {"DATABASE_URL": f"sqlite:///{folder}/setpoint.db", "APP_REVISIONS_PER_HOUR": "1000000"}
        token = admin_token(folder, variables)
        with worker(BACKEND, ("run:application",), variables) as (pid, address):
            first_revision(folder, address, token)
            figures: dict[str, float] = {}
            for number, revisions in ((FEW, range(2, 3)), (MANY, range(3, REVISIONS + 1))):
                _write(address, token, revisions)
                _join(variables, number, revisions[-1])
                figures |= {f"{each}, {number:,}": cost for each, cost in _costs(pid, address, token).items()}
    table(
        f"CPU of a page with {FEW} instances and 2 revisions, and with {MANY:,} and {REVISIONS}",
        figures,
        "ms",
        "now, 3",
    )
    limit("The page of an environment over its JSON", figures["now, 1,000"] / figures["now, JSON, 1,000"], 3)
    limit("The page with 1,000 instances over that with 3", figures["now, 1,000"] / figures["now, 3"], 3)


def _write(address: Address, token: str, revisions: range) -> None:
    """Write revisions with these numbers."""
    connection = http.client.HTTPConnection(*address, timeout=30)
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    first = next(iter(VARIABLES))
    for number in revisions:
        body = json.dumps({**VARIABLES, first: str(number)}).encode()
        connection.request("PUT", f"{CONFIG}?live=ignore", body, {**sent, "If-Match": f'"{number - 1}"'})
        response = connection.getresponse()
        answer = response.read()
        if response.status != HTTPStatus.CREATED:
            raise UnexpectedAnswerError(answer)
    connection.close()


def _join(variables: Mapping[str, str], number: int, revision: int) -> None:
    """Put instances into the database directly, two thirds of which refuse a revision."""
    now, somebody = datetime.now(UTC), Principal(PrincipalKind.MACHINE, "setpoint", "bench", "bench")
    reasons = (Reason("conflicting-values", "", f"{next(iter(VARIABLES))} must not exceed it"),)
    refused, applied = Verdict(revision, Answer.FAILED, now, reasons), Verdict(revision, Answer.APPLIED, now)

    def change(found: Transaction) -> None:
        reports = []
        for each in range(number):
            instance = Instance(f"01890a5d-ac96-774b-bcce-{each:012}", f"web-{each}", each, now, "1.0")
            found.sessions.add(Session(str(each), PLACE, instance, somebody, now, held_by="bench"))
            verdict, serves = (refused, revision - 1) if each % 3 else (applied, revision)
            reports.append(SessionReport([str(each)], PLACE, verdict, Served(serves, now)))
        found.sessions.report(reports)

    with closing(open_store(variables["DATABASE_URL"], KEYS)) as store:
        store.write(change)


def _costs(pid: int, address: Address, token: str) -> dict[str, float]:
    """Return the milliseconds of CPU that the worker needs for each page."""
    taken: dict[str, list[float]] = {name: [] for name in _PAGES}
    for _ in range(ROUNDS):
        for name, path in _PAGES.items():
            sent = request("GET", path, token, Accept="text/html")
            flat_out(address, sent, b"200", 10, connections=1)
            before = cpu_seconds(pid)
            flat_out(address, sent, b"200", REQUESTS, connections=1)
            taken[name].append((cpu_seconds(pid) - before) / REQUESTS * 1_000)
    return {name: statistics.median(each) for name, each in taken.items()}


if __name__ == "__main__":
    main()
