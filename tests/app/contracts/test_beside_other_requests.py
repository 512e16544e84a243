"""What takes long of a contract runs beside gevent's loop, and stays in the thread of a write that asks for it."""

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]
PROGRAM = """
from gevent import monkey
monkey.patch_all()
import sys
sys.path[:0] = sys.argv[1:]
import gevent
from gevent.threadpool import ThreadPool
from datetime import UTC, datetime
from app.contracts.validator import ContractValidator
from app.domain.revision import Schema
from support.configuration_service import ADA
from support.small_contract import contract

made = contract(**{f"NAME_{at}": "integer" for at in range(1_000)})
schema = Schema("billing", made.digest, made.document, "1.0", ADA, datetime.now(UTC))
variables = {f"NAME_{at}": "x" for at in range(1_000)}
validator, turns = ContractValidator(), 0


def count():
    global turns
    while True:
        turns += 1
        gevent.sleep(0)


gevent.spawn(count)
gevent.sleep(0)
for work in (lambda: validator.admit(made.document), lambda: validator.validate(schema, variables)):
    before = turns
    work()
    print(turns > before + 1)
print(len(ThreadPool(1).apply(validator.validate, (schema, variables)).problems))
"""


def test_other_requests_go_on_while_a_contract_is_asked() -> None:
    """Both where it is admitted and where it has a thousand things to say; and a thread waits for no other."""
    words = [sys.executable, "-c", PROGRAM, str(TESTS), str(TESTS.parent / "backend")]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=100)
    assert done.stdout.split() == ["True", "True", "1000"]
