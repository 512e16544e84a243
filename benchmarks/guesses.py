"""What guesses of tokens cost those who have one: the same reads and writes beside guesses and without, by turns.

Those who guess are a process of its own, with a lower priority, as in `neighbours`: 64 connections, on each of which a
guess follows the answer to the one before. They come from the same address as who is measured.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.token_text import new_token_text
from gunicorn_worker import BACKEND, worker
from load_clients import Address, flat_out
from neighbours import Neighbour, compare
from own_service import admin_token, first_revision, request

GUESSING = 64
MOST = 1.5


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        variables = {"DATABASE_URL": f"sqlite:///{folder}/setpoint.db", "APP_REVISIONS_PER_HOUR": "1000000"}
        token = admin_token(folder, variables)
        with worker(BACKEND, ("run:application",), variables) as (_, address):
            first_revision(folder, address, token)
            compare(Neighbour(address, token), lambda: _guesses(address), "guesses", MOST)


@contextmanager
def _guesses(address: Address) -> Iterator[None]:
    """Let others guess for a while."""
    process = subprocess.Popen([sys.executable, __file__, "guess", address[0], str(address[1])])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def guess(address: Address) -> None:
    """Guess until somebody ends this process."""
    os.nice(5)
    flat_out(address, request("GET", "/v1/me", new_token_text().text), b"4", sys.maxsize, GUESSING)


if __name__ == "__main__":
    if sys.argv[1:2] == ["guess"]:
        guess((sys.argv[2], int(sys.argv[3])))
    else:
        main()
