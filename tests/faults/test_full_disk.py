"""A service whose database is on a real file system of 2 MiB, which somebody else fills."""

import shutil
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest

from support.configuration_service import first_token
from support.contenders import Client, push_contract
from support.fresh_database import fresh_database
from support.gunicorn_process import GUNICORN, GunicornProcess, gunicorn
from support.keyed_settings import KEYS

pytestmark = pytest.mark.long

_OF_ITS_OWN = ("unshare", "--map-root-user", "--mount", "sh", "-c")
_SMALL_DISK = 'mount -t tmpfs -o size=2m none "$0"'


def _can_make_file_systems() -> bool:
    try:
        return subprocess.run([*_OF_ITS_OWN, _SMALL_DISK, "/mnt"], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


pytestmark = pytest.mark.skipif(
    not _can_make_file_systems(),
    reason="this machine grants no mount namespaces: that SQLite is limited to its pages stands for a full disk alone",
)


def test_a_full_disk_refuses_writes_alone_and_is_forgotten_once_there_is_space(tmp_path: Path) -> None:
    """No restart and no other help is needed."""
    made, disk = tmp_path / "made", tmp_path / "disk"
    for folder in (made, disk):
        folder.mkdir()
    token = first_token(fresh_database(made), KEYS)
    begin = f'{_SMALL_DISK} && cp "$1" "$0" && shift && exec "$@"'
    program = (*_OF_ITS_OWN, begin, str(disk), str(made / "setpoint.db"), GUNICORN)
    variables = {"DATABASE_URL": f"sqlite:///{disk}/setpoint.db", "WEB_CONCURRENCY": "1"}
    with gunicorn(tmp_path / "output", variables, program=program) as server:
        server.wait_until_ready()
        push_contract(server, token)
        with closing(Client(server.address, token)) as client:
            assert client.write({"WRITER": "first", "COUNT": "0"}, If_None_Match="*")[0] == 201
            filler = Path(f"/proc/{server.pid}/root{disk}/filler")
            fill(filler)
            for _ in range(3):
                status, refusal = client.write({"WRITER": "one", "COUNT": "1"}, If_Match='"1"')
                assert (status, refusal["detail"]) == (507, "no space is left for the database")
                assert reads(client, known="") == 200
                assert reads(client, known='"1"') == 304
            assert readiness(server) == (200, "degraded")
            filler.unlink()
            assert client.write({"WRITER": "one", "COUNT": "1"}, If_Match='"1"')[0] == 201
            assert readiness(server) == (200, "ready")
            assert client.current() == 2


def fill(path: Path) -> None:
    """Write to a file until its file system has no space left."""
    with path.open("wb", buffering=0) as stream, suppress(OSError):
        while True:
            stream.write(bytes(4_096))
    assert shutil.disk_usage(path).free == 0


def reads(client: Client, known: str) -> int:
    """Return the status of a read by a client that has this revision."""
    with client.ask("GET", f"{client.base}/config", If_None_Match=known) as response:
        response.read()
        return response.status


def readiness(server: GunicornProcess) -> tuple[int, str]:
    """Return what a probe is answered."""
    answer = server.get("/readyz")
    return answer.status, answer.json["status"]
