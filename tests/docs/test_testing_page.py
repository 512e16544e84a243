import subprocess
import sys
from pathlib import Path

from docs.documents import ROOT, blocks


def test_the_tests_on_the_page_pass(tmp_path: Path) -> None:
    """As a reader runs them, with pytest."""
    (example,) = (each for each in blocks(ROOT / "docs" / "guides" / "testing.md") if each.file)
    (tmp_path / "test_settings.py").write_text(example.text)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(tmp_path)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout.splitlines()[-1].startswith("2 passed")) == (0, True), ended.stdout
