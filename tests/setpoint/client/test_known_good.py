import os
import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest

from setpoint.client.known_good import Cache, KnownGood
from setpoint.errors import UnableError

GOOD = KnownGood(44, {"API_KEY": "canary-7e1b", "MOTTO": 'ü\n"'}, datetime(2026, 11, 26, tzinfo=UTC))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "state" / "setpoint", "billing", "production")


def test_what_was_applied_is_read_back(cache: Cache) -> None:
    """By a later start, and nothing of it is readable in between or for others."""
    assert cache.load() is None
    cache.save(GOOD)
    assert cache.load() == GOOD
    for path in cache.folder.iterdir():
        assert b"canary" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert cache.folder.stat().st_mode & 0o077 == 0
    assert "canary" not in repr(GOOD)


def test_two_that_begin_at_once_have_one_key(cache: Cache) -> None:
    """What one has written the other can read."""
    cache.save(GOOD)
    other = Cache(cache.folder, "billing", "staging")
    other.save(GOOD)
    assert cache.load() == other.load() == GOOD
    assert sorted(path.name for path in cache.folder.iterdir()) == [
        "billing.production.known-good",
        "billing.staging.known-good",
        "key",
    ]


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "of another", "another key"])
def test_a_damaged_file_is_a_clear_error(cache: Cache, damage: str) -> None:
    """It is never taken for what it was, and what to do is said."""
    cache.save(GOOD)
    content = bytearray(cache.path.read_bytes())
    if damage == "another key":
        (cache.folder / "key").write_bytes(os.urandom(32))
    elif damage == "of another":
        Cache(cache.folder, "shop", "production").save(GOOD)
        content[:] = (cache.folder / "shop.production.known-good").read_bytes()
    elif damage == "changed":
        content[20] ^= 1
    else:
        del content[{"cut": 20, "empty": 0}[damage] :]
    cache.path.write_bytes(content)
    with pytest.raises(UnableError, match=r"known-good` is damaged, or its key has changed"):
        cache.load()


def test_a_folder_that_can_not_be_written_keeps_what_was_there(tmp_path: Path) -> None:
    """The caller says so and goes on."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"."):
        Cache(tmp_path / "file", "billing", "production").save(GOOD)


def test_a_full_disk_keeps_what_was_there(cache: Cache) -> None:
    """Of what does not fit, nothing stays behind."""
    cache.save(GOOD)
    before = sorted(cache.folder.iterdir())
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, most))
    try:
        with pytest.raises(OSError, match="File too large"):
            cache.save(KnownGood(45, {"API_KEY": "x" * 10_000}, GOOD.applied_at))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert cache.load() == GOOD
    assert sorted(cache.folder.iterdir()) == before
