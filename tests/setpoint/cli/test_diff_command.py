"""The command `diff`: what differs between two sources, as the settings class understands them."""

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.checking import run_setpoint

OLD = """\
SENTRY_DSN=https://key@sentry.example/1
SENTRY_TRACES_SAMPLE_RATE=0.1
PORT=80
LOG_FORMAT=text
SAME_SECRET=canary
OTHER=canary-one
WEB_CONCURRENCY=many
"""
NEW = """\
SENTRY_DSN=https://key@sentry.example/2
SENTRY_TRACES_SAMPLE_RATE=0.10
PORT="80"
LOG_LEVEL=DEBUG
SAME_SECRET=canary
OTHER=canary-two
WEB_CONCURRENCY=2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two env files and a key."""
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "config.settings:Settings"\n')
    (tmp_path / "old.env").write_text(OLD)
    (tmp_path / "new.env").write_text(NEW)
    (tmp_path / "key").write_text("0123456789abcdef0123456789abcdef")
    return tmp_path


def test_diff_tells_what_differs_and_keeps_secrets(folder: Path) -> None:
    """`0.10` is `0.1`, a secret is the same or not, and what is unknown has no value to show."""
    done = run_setpoint("diff", "old.env", "new.env", cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == snapshot("""\
~ SENTRY_DSN (the values differ and are not shown)
    - ********  old.env:1:1
    + ********  new.env:1:1
- LOG_FORMAT
    - text  old.env:4:1
+ LOG_LEVEL
    + DEBUG  new.env:4:1
~ WEB_CONCURRENCY (compared as text, because the settings class does not take both values)
    - many  old.env:7:1
    + 2  new.env:7:1
~ OTHER (no setting reads it; the values differ and are not shown)
    - ********  old.env:6:1
    + ********  new.env:6:1
""")


def test_diff_with_a_key_tells_secrets_apart(folder: Path) -> None:
    """Two people with the same key see the same fingerprints, and nobody else learns anything from them."""
    words = ("diff", "old.env", "new.env", "--fingerprint-key-file", "key", "--format", "json")
    found = json.loads(run_setpoint(*words, cwd=folder).stdout)["differences"]
    assert found[0] == snapshot(
        {
            "name": "SENTRY_DSN",
            "change": "changed",
            "known": True,
            "secret": True,
            "compared_as_text": False,
            "old": {
                "value": "********",
                "origin": {"source": "env-file", "path": "old.env", "line": 1, "column": 1},
                "fingerprint": "0acab3974dc921f2",
            },
            "new": {
                "value": "********",
                "origin": {"source": "env-file", "path": "new.env", "line": 1, "column": 1},
                "fingerprint": "41b46c82d221b470",
            },
        }
    )
    assert ["fingerprint" in each["old"] for each in found if each["old"]] == [True, False, False, False]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["old.env", "new.env", "--exit-code"], 1),
        (["old.env", "old.env", "--exit-code"], 0),
        (["old.env", "--environment", "--exit-code"], 1),
        (["old.env"], 2),
        (["old.env", "new.env", "--environment"], 2),
        (["-", "-"], 2),
        (["old.env", "no.env", "--exit-code"], 2),
        (["old.env", "new.env", "--fingerprint-key-file", "empty"], 2),
    ],
)
def test_the_exit_status_of_diff(folder: Path, words: list[str], status: int) -> None:
    """1 is for those who ask, and 2 is never hidden."""
    (folder / "empty").write_text("\n")
    done = run_setpoint("diff", *words, cwd=folder)
    assert done.returncode == status, done
    assert (done.stderr == b"") == (status != 2)
    assert b"Traceback" not in done.stderr


def test_diff_with_the_environment_leaves_other_programs_variables_alone(folder: Path) -> None:
    """Of the names that no setting reads only those count that the file sets."""
    (folder / "a.env").write_text("PORT=80\nOTHER=1\n")
    variables = {"PORT": "080", "OTHER": "canary", "HOME": "/", "LOG_FORMAT": "text"}
    done = run_setpoint("diff", "a.env", "--environment", cwd=folder, environment=variables)
    assert done.stdout.decode() == snapshot("""\
+ LOG_FORMAT
    + text  process environment
~ OTHER (no setting reads it; the values differ and are not shown)
    - ********  a.env:2:1
    + ********  process environment
""")
