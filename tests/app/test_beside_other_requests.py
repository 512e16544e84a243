"""What takes long runs beside gevent's loop, and stays in the thread of a write that asks for it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from app.views.server import AnyServer, served_by
from support.http_api import BASE, Api, api_of_billing

Result = TypeVar("Result")

TESTS = Path(__file__).parents[1]
PROGRAM = """
from gevent import monkey
monkey.patch_all()
import sys
sys.path[:0] = sys.argv[2:]
import gevent
from gevent.threadpool import ThreadPool
from datetime import UTC, datetime
from app.contracts.validator import ContractValidator
from app.domain.revision import Schema
from app.factory import Keeping, create_app
from app.store.opening import open_store
from app.store.testing.examples import OLD_KEY
from serving.worker.server import GunicornServer
from support.configuration_service import ADA
from support.http_api import BASE, Api
from support.keyed_settings import Settings
from support.small_contract import contract

made = contract(**{f"NAME_{at}": "integer" for at in range(300)})
schema = Schema("billing", made.digest, made.document, "1.0", ADA, datetime.now(UTC))
variables = {f"NAME_{at}": "x" for at in range(300)}
validator, turns = ContractValidator(), 0
store = open_store(f"sqlite:///{sys.argv[1]}/setpoint.db", OLD_KEY)
api = Api(create_app(Settings(), GunicornServer(), Keeping(store, validator)), store)
assert api.push_schema().status_code == 200
new = {"If-None-Match": "*"}
elsewhere = BASE.replace("production", "staging")
file = "\\n".join(f"NAM_{at}={'x' * 300}" for at in range(200))
long = "'" * 30_000
for number in range(40):
    assert api.put({"PORT": str(number), "NAME": long}, number or None).status_code == 201
other = contract(OTHER="integer!")
pushed = f"/v1/apps/billing/schemas/{other.digest}?release=2.0&compatibility=none"
assert api.call("PUT", pushed, data=other.document, content_type="application/json").status_code == 200



def count():
    global turns
    while True:
        turns += 1
        gevent.sleep(0.000001)  # a timer, which the loop sees only when it also looks at connections


gevent.spawn(count)
gevent.sleep(0)
for work in (
    lambda: validator.admit(made.document),
    lambda: validator.validate(schema, variables),
    lambda: api.call("PUT", f"{elsewhere}/config", data=file, content_type="text/plain", headers=new),
    lambda: api.call("POST", "/check", data={"text": file}),
    lambda: api.call("GET", "/v1/openapi.json"),
    lambda: api.call("GET", f"{BASE}/config?loader=bash&reveal=true"),
    lambda: api.call("GET", f"{BASE}/config?schema={other.digest}"),
    lambda: api.call("GET", f"{BASE}/revisions?limit=100"),
):
    before = turns
    work()
    print(turns > before + 1)
print(len(ThreadPool(1).apply(validator.validate, (schema, variables)).problems))
"""


@pytest.mark.long
def test_other_requests_go_on_while_something_takes_long(tmp_path: Path) -> None:
    """Whoever admits a contract, uploads, pastes, or reads much; and a thread waits for no other."""
    words = [sys.executable, "-c", PROGRAM, str(tmp_path), str(TESTS), str(TESTS.parent / "backend")]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=100)
    assert done.stdout.split() == [*["True"] * 8, "300"]


class _Counting(AnyServer):
    """Counts what waits for its turn among what takes long."""

    turns = 0

    def beside_other_requests(self, work: Callable[[], Result]) -> Result:
        self.turns += 1
        return work()


def test_what_is_quick_waits_for_nothing_that_takes_long(tmp_path: Path) -> None:
    """There is one thread: a description that is written already, and a file of plain values, don't need it."""
    with api_of_billing(tmp_path) as api:
        served_by(api.application, server := _Counting())
        turns = [_turns(server, api, "/v1/openapi.json") for _ in range(2)]
        for number, name in enumerate(("x" * 30_000, "it's" * 10, "it's" * 5_000)):
            assert api.put({"PORT": "1", "NAME": name}, number or None).status_code == 201
            turns.append(_turns(server, api, f"{BASE}/config?loader=bash&reveal=true"))
    assert turns == [1, 0, 0, 0, 1]


def _turns(server: _Counting, api: Api, path: str) -> int:
    before = server.turns
    assert api.call("GET", path).status_code == 200
    return server.turns - before
