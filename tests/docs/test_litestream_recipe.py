"""What the recipe for Litestream says, with the real program and two processes that write all the time."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from app.store.opening import open_store
from app.store.sealing import Keyring, Sealer
from app.store.sqlite.backup import restore
from app.store.testing.examples import OLD_KEY, PRODUCTION, append, draft
from app.store.verifying import faults
from docs.documents import ROOT, blocks
from support.fresh_database import fresh_database
from support.waiting import eventually
from support.writing_process import answered, assert_all_are_there, writing

_PAGE = ROOT / "docs" / "guides" / "recipes" / "litestream.md"
_CONFIGURATION = next(each.text for each in blocks(_PAGE) if each.file == "litestream.yml")
_LITESTREAM = Path(sys.executable).with_name("litestream")
_LINES = 60


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """The file of the page, with folders of the test."""
    text = _CONFIGURATION.replace("/srv/setpoint/backend/var", str(tmp_path)).replace("/backup", f"{tmp_path}/backup")
    path = tmp_path / "litestream.yml"
    path.write_text(text)
    return path


@contextmanager
def _replicating(configuration: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (configuration.parent / "litestream.log").open("wb") as log:
        process = subprocess.Popen(
            [_LITESTREAM, "replicate", "-config", configuration], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _restored(configuration: Path, name: str) -> Path:
    """Return a copy that Litestream has made of what it has by now."""
    target, database = configuration.with_name(name), configuration.with_name("setpoint.db")
    command = list(map(str, (_LITESTREAM, "restore", "-config", configuration, "-o", target, database)))
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return target


def test_what_was_answered_is_there_again(tmp_path: Path, configuration: Path) -> None:
    """Also a copy that is made in the middle of it is whole: it has a beginning of the history."""
    url = fresh_database(tmp_path)
    with closing(open_store(url, OLD_KEY)) as store:
        append(store, draft(WRITER="first", COUNT="0"))
    lines: list[str] = []
    with ExitStack() as stack:
        replicating = stack.enter_context(_replicating(configuration))
        writers = [stack.enter_context(writing(url, name)) for name in ("one", "two")]
        for _ in range(_LINES):
            lines += [next(iter(each.stdout or ())) for each in writers]
        eventually(lambda: any((tmp_path / "backup").rglob("*.ltx")), "Litestream has copied something")
        meanwhile = _restored(configuration, "meanwhile.db")
        for each in writers:
            each.kill()
            lines += list(each.stdout or ())
        replicating.terminate()
        replicating.wait()
    with closing(open_store(f"sqlite:///{meanwhile}", OLD_KEY)) as store:
        history = store.read(lambda found: found.revisions.history(PRODUCTION, limit=1_000_000))
        assert [each.number for each in history] == list(range(len(history), 0, -1))
        assert store.read(lambda each: list(faults(each))) == []
    after = _restored(configuration, "after.db")
    for lost in tmp_path.glob("setpoint.db*"):
        lost.unlink()
    restore(after, url, Sealer(Keyring.parse(OLD_KEY)))
    with closing(open_store(url, OLD_KEY)) as store:
        told = answered(lines)
        assert len(told) >= 2 * _LINES
        assert_all_are_there(store, told)
