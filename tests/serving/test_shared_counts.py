"""All workers of a master are counted together, and nothing is left behind."""

import os
import signal
from pathlib import Path

import pytest

from support.checking import run_config
from support.gunicorn_process import GunicornProcess, gunicorn
from support.keyed_settings import KEYS
from support.waiting import eventually


def _folder(pid: int) -> list[Path]:
    return list(Path("/dev/shm").glob(f"setpoint-counts-{pid}-*"))


def _livez(server: GunicornProcess, token: str) -> float:
    text = server.get("/metrics", headers={"Authorization": f"Bearer {token}"}).body.decode()
    start = 'setpoint_http_requests_total{method="GET",route="/livez",status="200"} '
    return sum(float(line.removeprefix(start)) for line in text.splitlines() if line.startswith(start))


@pytest.mark.long
def test_what_every_worker_has_counted_is_told_by_each(tmp_path: Path) -> None:
    """A worker that dies, and a reload, take nothing away."""
    url = f"sqlite:///{tmp_path}/setpoint.db"
    made = run_config("init", environment={"ENV_FILE": os.devnull, "ENCRYPTION_KEYS": KEYS, "DATABASE_URL": url})
    token = made.stdout.decode().strip()
    with gunicorn(tmp_path / "output", {"DATABASE_URL": url, "WEB_CONCURRENCY": "2"}) as server:
        workers = server.wait_for_workers(2)
        for _ in range(20):
            assert server.get("/livez").status == 200
        assert [_livez(server, token) for _ in range(4)] == [20] * 4
        with server.connect() as watcher:
            watcher.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: a\r\n\r\n")
            with watcher.makefile("rb") as lines:
                assert any(b"event: hello" in line for line in lines)
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
            eventually(lambda: not workers & server.workers(), "new workers")
            server.wait_for_workers(2)
        text = server.get("/metrics", headers={"Authorization": f"Bearer {token}"}).body.decode()
        assert "\nsetpoint_streams_open 0.0\n" in text
        server.reload()
        assert _livez(server, token) == 20
        (folder,) = _folder(server.pid)
        assert {path.name.split("_")[0] for path in folder.glob("*.db")} == {"counter", "histogram", "gauge"}
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
    assert _folder(server.pid) == []


@pytest.mark.long
def test_what_a_killed_master_has_left_behind_goes_with_the_next_start(tmp_path: Path) -> None:
    """What a running one needs stays."""
    with gunicorn(tmp_path / "first") as killed, gunicorn(tmp_path / "second") as running:
        killed.wait_until_ready()
        running.wait_until_ready()
        (left,) = _folder(killed.pid)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        assert left.exists()
        with gunicorn(tmp_path / "third") as third:
            third.wait_until_ready()
            assert not left.exists()
            assert _folder(running.pid)
