"""What is installed is pinned, and nothing names where it comes from."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE_FOLDERS = ("tests/setpoint/envfile/live", "tests/app/store/servers", "benchmarks/peers")
NODE_LOCKS = [ROOT / folder / "package-lock.json" for folder in NODE_FOLDERS]
LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), *NODE_LOCKS]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lock_holds_no_address(lock: Path) -> None:
    """Whoever installs chooses the registry."""
    assert not re.search(r"https?://|--index|--find-links", lock.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_every_package_is_pinned_with_hashes(lock: Path) -> None:
    """Pip refuses a lock of which only a part has hashes; so a missing one shows here first."""
    entries = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", lock.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(entries) > 20
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", NODE_LOCKS, ids=lambda path: path.parent.name)
def test_every_node_package_is_pinned_with_a_hash(lock: Path) -> None:
    """Without one, npm takes whatever the registry hands out under the version."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert installed
    assert [name for name, package in installed.items() if not package.get("integrity", "").startswith("sha512-")] == []


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
