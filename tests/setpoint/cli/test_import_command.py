"""`import` against the real service: what would be written is shown, and written when that is wanted."""

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.typed_commands import GOOD, Setpoint

SECRET = "kXwvQzmWncRt"
DOPPLER = {"PORT": "81", "API_KEY": "c4n4ry-of-imports", "DOPPLER_PROJECT": "b", "DOPPLER_ENVIRONMENT": "p"}


@pytest.fixture
def billing(setpoint: Setpoint, project: Path) -> Setpoint:
    """Return what types a command, with a revision in production and what Doppler printed."""
    (project / "prod.env").write_text(f"{GOOD}MOTTO=stays\n")
    (project / "doppler.json").write_text(json.dumps({**DOPPLER, "DOPPLER_CONFIG": "p", "RATIO": "0.5"}))
    assert setpoint("schema", "push", "--app", "billing")[0] == 0
    assert setpoint("push", "billing/production", "prod.env")[0] == 0
    return setpoint


def test_it_is_checked_and_shown_before_it_is_written(billing: Setpoint) -> None:
    """Names alone, and nothing is stored."""
    assert billing("import", "billing/production", "doppler.json") == snapshot(
        (
            0,
            """\
variable  change
PORT      changed
API_KEY   secret, written again
RATIO     new
billing/production would get a new revision; nothing was stored
valid as far as the schema says; only the app's own class checks fields together
""",
            "3 variables read as Doppler prints them; to write them to billing/production, add `--apply`\n",
        )
    )
    assert billing("import", "billing/production", "doppler.json", "--apply")[1] == snapshot("""\
variable  change
PORT      changed
API_KEY   secret, written again
RATIO     new
revision 2 of billing/production: 4 variables
valid as far as the schema says; only the app's own class checks fields together
""")
    assert billing("pull", "billing/production", "--redacted")[1] == snapshot("""\
# billing/production revision 2
PORT=81
# API_KEY is a secret, and is not revealed
MOTTO=stays
RATIO=0.5
""")
    assert billing("import", "billing/fresh", "doppler.json", "--apply", "--json")[0] == 0


def test_what_the_contract_refuses_is_told(billing: Setpoint, project: Path) -> None:
    """All of it, with no value; what is not wanted can be left out."""
    (project / "sops.json").write_text(json.dumps({"PORT": "c4n4ry", "PROT": "c4n4ry", "API_KEY": "c4n4ry"}))
    refused = billing("import", "billing/production", "sops.json")
    assert refused == snapshot(
        (
            1,
            "",
            """\
error: 2 problems, and nothing was stored
  `PORT` is not an integer
    = hint: expected an integer
  no setting reads `PROT`
    = hint: did you mean `PORT`? (set on line 1)
""",
        )
    )
    assert "c4n4ry" not in str(refused)
    assert billing("import", "billing/production", "sops.json", "--only", "API_KEY")[0] == 0
    assert billing("import", "billing/production", "sops.json", "--only", "NOPE") == snapshot(
        (2, "", "error: SOPS printed no `NOPE`\n")
    )
    assert billing("import", "billing/production", "missing.json") == snapshot(
        (2, "", "error: `missing.json` can't be read: No such file or directory\n")
    )
