"""How soon running instances have answered to a revision, and what it costs a command to be kept running."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gunicorn_worker import BACKEND, resident_kib, worker
from light_instances import PLACE, Instances
from load_clients import Address
from own_service import admin_token, first_revision, putting
from rounds import limit

ROUNDS = 5
MOST_SECONDS = {3: 2.0, 100: 2.0, 500: 5.0}
MOST_MIB = 30.0
_BEGAN = "import time; print(time.monotonic(), flush=True)"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "own_settings:Settings"\n')
        variables = {"DATABASE_URL": f"sqlite:///{folder}/setpoint.db", "MAX_STREAMS": "1000"}
        token = admin_token(folder, variables)
        with worker(BACKEND, ("run:application",), variables) as (_, address):
            first_revision(folder, address, token)
            for number, most in MOST_SECONDS.items():
                seconds = asyncio.run(_until_all_have_answered(address, token, number))
                limit(f"Seconds from a commit to the last verdict of {number} instances", seconds, most)
            _supervised(folder, address, token)


async def _until_all_have_answered(address: Address, token: str, number: int) -> float:
    """Return the median of a few revisions; no class is asked, so that it is the service that takes this time."""
    instances = Instances(address, token)
    await instances.open(number)
    put = putting(address, token)
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await asyncio.to_thread(put)
        revision = (await instances.call("GET", f"/v1/apps/{PLACE.replace('/', '/environments/')}/config"))["revision"]
        await instances.all_at(revision)
        took.append(time.perf_counter() - began)
    await instances.close()
    return statistics.median(took)


def _supervised(folder: Path, address: Address, token: str) -> None:
    run = [sys.executable, "-m", "setpoint", "run", "--app", "billing", "--environment", "production"]
    run += ["--cache", str(folder / "cache"), "--"]
    service = {"SETPOINT_URL": f"http://{address[0]}:{address[1]}", "SETPOINT_TOKEN": token}
    alone = statistics.median(_start_ms(folder, [], service) for _ in range(ROUNDS))
    kept = statistics.median(_start_ms(folder, run, service) for _ in range(ROUNDS))
    check = statistics.median(_check_ms(folder) for _ in range(ROUNDS))
    print(f"\nA command starts after {kept:.0f} ms under `run --app`, and after {alone:.0f} ms alone;")
    print(f"of the {kept - alone:.0f} ms between, the settings class takes {check:.0f} ms to be asked")
    with _running([*run, "sleep", "60"], folder, service) as process:
        time.sleep(8)
        limit("Resident memory of `run --app`, in MiB", resident_kib(process.pid) / 1_024, MOST_MIB)


def _start_ms(folder: Path, before: list[str], service: Mapping[str, str]) -> float:
    """Return the milliseconds until a command has started that tells when it does."""
    began = time.monotonic()
    with _running([*before, sys.executable, "-c", _BEGAN], folder, service) as process:
        assert process.stdout is not None  # noqa: S101 - for the type checker
        return (float(process.stdout.readline()) - began) * 1_000


def _check_ms(folder: Path) -> float:
    began = time.monotonic()
    with _running([sys.executable, "-m", "setpoint", "check", "-q"], folder, {}) as process:
        process.wait()
    return (time.monotonic() - began) * 1_000


@contextmanager
def _running(command: list[str], folder: Path, variables: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(BACKEND), **variables}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


if __name__ == "__main__":
    main()
