"""What guesses of tokens cost those who have one: the same reads and writes beside guesses and without, by turns.

Those who guess are a process of its own, with a lower priority, as in `neighbours`: 64 connections, on each of which a
guess follows the answer to the one before. They come from the same address as who is measured.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.token_text import new_token_text
from gunicorn_worker import BACKEND, worker
from load_clients import Address, Load, flat_out
from neighbours import Neighbour
from own_service import OWN_SETTINGS, admin_token, first_revision, request
from rounds import limit, table

ROUNDS = 5
SECONDS = 5.0
GUESSING = 64
MOST = 1.5


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "own_settings.py").write_text(OWN_SETTINGS)
        variables = {"DATABASE_URL": f"sqlite:///{folder}/setpoint.db", "APP_REVISIONS_PER_HOUR": "1000000"}
        token = admin_token(folder, variables)
        with worker(BACKEND, ("run:application",), variables) as (_, address):
            first_revision(folder, address, token)
            _compare(address, Neighbour(address, token))


def _compare(address: Address, holder: Neighbour) -> None:
    quiet, guessed = list[tuple[Load, Load]](), list[tuple[Load, Load]]()
    for _ in range(ROUNDS):
        quiet.append(holder.measured(SECONDS))
        with _guesses(address):
            guessed.append(holder.measured(SECONDS))
    for kind, what in enumerate(("reads", "writes")):
        figures = {
            f"{name}, {percent} % within": statistics.median(each[kind].percentile(percent / 100) for each in loads)
            for percent in (50, 99)
            for name, loads in (("alone", quiet), ("beside guesses", guessed))
        }
        table(f"How long {what} take", figures, "ms", "alone, 99 % within")
        ratio = figures["beside guesses, 99 % within"] / figures["alone, 99 % within"]
        limit(f"p99 of {what} beside guesses over that without", ratio, MOST)


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
