"""What a power cut leaves of a SQLite database: all that was answered, whatever else reached the disk."""

import random
import re
from contextlib import closing
from pathlib import Path

import pytest

from app.store.opening import open_store
from app.store.sqlite.store import SqliteStore
from support.configuration_service import first_token
from support.contenders import Client, Writer, push_contract
from support.fresh_database import fresh_database
from support.gunicorn_process import GUNICORN, gunicorn
from support.keyed_settings import KEYS
from support.power_cuts import Disk, may_trace, traced
from support.writing_process import ROUNDS, assert_all_are_there

pytestmark = pytest.mark.long

WRITERS = 4
ATTEMPTS = 20 * ROUNDS
CUTS = 5 * ROUNDS
_STORED = re.compile(rb'HTTP/1\.1 201 .*?\r\netag: "(\d+)"\r\n', re.IGNORECASE | re.DOTALL)


def test_what_was_answered_is_there_after_a_power_cut(tmp_path: Path) -> None:
    """At the moment of any answer: of what was not synced by then, any sector may be there or not."""
    if not may_trace():
        pytest.skip("this machine lets nobody trace a program: what a power cut would leave stays unknown")
    url, trace = fresh_database(tmp_path), tmp_path / "trace"
    token, database = first_token(url, KEYS), tmp_path / "setpoint.db"
    disk = Disk({str(database): database.read_bytes(), f"{database}-wal": b""})
    variables = {"DATABASE_URL": url, "WEB_CONCURRENCY": "2", "APP_REVISIONS_PER_HOUR": "1000000"}
    with gunicorn(tmp_path / "output", variables, program=traced(trace, GUNICORN)) as server:
        server.wait_until_ready()
        push_contract(server, token)
        told = written_by_several(server.address, token)
    chance = random.Random(20261127)  # noqa: S311 - the same sectors each time
    cuts = set(chance.sample(sorted(told), CUTS)) | {max(told)}
    answered: dict[int, tuple[str, str]] = {}
    for sent in disk.replay(trace):
        if (found := _STORED.match(sent)) and (number := int(found[1])) in told:
            answered[number] = told[number]
            if number in cuts:
                assert_all_survived(tmp_path / f"after-{number}", database, disk.left(chance), answered)
    assert answered == told, "each answer was seen"


def written_by_several(address: tuple[str, int], token: str) -> dict[int, tuple[str, str]]:
    """Let several write at once; return what was answered by the number of the revision."""
    with closing(Client(address, token)) as client:
        assert client.write({"WRITER": "first", "COUNT": "0"}, If_None_Match="*")[0] == 201
    clients = [[Client(address, token) for _ in range(WRITERS)] for _ in range(2)]
    writers = [Writer(f"writer-{at}", clients[0][at], clients[1][at], ATTEMPTS) for at in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for client in (*clients[0], *clients[1]):
        client.close()
    accepted = {number: each for writer in writers for number, each in writer.accepted.items()}
    return {1: ("first", "0")} | {number: (each["WRITER"], each["COUNT"]) for number, each in accepted.items()}


def assert_all_survived(
    folder: Path, database: Path, left: dict[str, bytes], answered: dict[int, tuple[str, str]]
) -> None:
    """Start on what is left, and look for all that was answered."""
    folder.mkdir()
    for path, content in left.items():
        (folder / Path(path).name).write_bytes(content)
    with closing(open_store(f"sqlite:///{folder / database.name}", KEYS)) as store:
        assert isinstance(store, SqliteStore)
        assert_all_are_there(store, answered)
        with store.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
