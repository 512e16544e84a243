"""`promote` against the real service: what goes from one environment to another, and what does not by itself."""

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.typed_commands import GOOD, Setpoint

SECRET = "kXwvQzmWncRt"


@pytest.fixture
def two(setpoint: Setpoint, project: Path) -> Setpoint:
    """Return what types a command, with a revision in staging and one in production."""
    (project / "staging.env").write_text(f"{GOOD}POOL_MAX=20\nMOTTO=new\n")
    (project / "production.env").write_text(f"{GOOD}POOL_MIN=2\n")
    for words in (
        ("schema", "push", "--app", "billing"),
        ("push", "billing/staging", "staging.env"),
        ("push", "billing/production", "production.env"),
    ):
        assert setpoint(*words)[0] == 0
    return setpoint


def test_what_is_no_secret_goes_to_production(two: Setpoint) -> None:
    """And the history tells where it is from."""
    assert two("promote", "billing/staging", "billing/production", "--dry-run") == snapshot(
        (
            0,
            """\
billing/production would get a new revision; nothing was stored
valid as far as the schema says; only the app's own class checks fields together
""",
            "",
        )
    )
    assert two("promote", "billing/staging", "billing/production") == snapshot(
        (
            0,
            """\
revision 2 of billing/production: 5 variables
valid as far as the schema says; only the app's own class checks fields together
""",
            "",
        )
    )
    assert "promoted from billing/staging\n" in two("log", "billing/production", "-n", "1")[1]
    assert two("diff", "billing/production", "billing/staging")[1] == snapshot("""\
- POOL_MIN
    - 2
""")
    assert two("promote", "billing/staging", "billing/production")[1] == snapshot(
        "billing/production already has exactly this, as revision 2: 5 variables\n"
    )


def test_an_environment_that_needs_a_secret_is_told_which(two: Setpoint) -> None:
    """Named, it goes there, and shows nowhere."""
    assert two("promote", "billing/staging", "billing/fresh") == snapshot(
        (
            1,
            "",
            """\
error: 1 problem, and nothing was stored
  `API_KEY` is required but not set
    = hint: expected a string
""",
        )
    )
    first = two("promote", "billing/staging@1", "billing/fresh", "--only", "PORT", "API_KEY", "--json")
    assert (first[0], json.loads(first[1])["promoted_from"]) == (0, "billing/staging@1")
    assert SECRET not in str(first)


def test_a_name_that_nobody_has_is_a_mistake(two: Setpoint) -> None:
    """All of them are told, and nothing is stored."""
    assert two("promote", "billing/staging", "billing/production", "--only", "MOTO", "PORT", "PROT") == snapshot(
        (
            1,
            "",
            """\
error: 2 problems, and nothing was stored
  `MOTO`: neither `billing/staging` nor `billing/production` has it
  `PROT`: neither `billing/staging` nor `billing/production` has it
""",
        )
    )
