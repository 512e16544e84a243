"""What is installed is pinned, and nothing names where it comes from."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "tests/setpoint/envfile/live/package-lock.json"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_no_address(lock: Path) -> None:
    """Whoever installs chooses the registry."""
    assert not re.search(r"https?://|--index|--find-links", lock.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_every_package_is_pinned_with_hashes(lock: Path) -> None:
    """Pip refuses a lock of which only a part has hashes; so a missing one shows here first."""
    entries = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", lock.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(entries) > 20
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_image_installs_what_the_tests_ran_with() -> None:
    """The server's lock is a part of the development one, version for version."""
    server, development = (
        dict(
            re.findall(
                r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE
            )
        )
        for name in ("server.txt", "dev.txt")
    )
    assert server.items() <= development.items()
