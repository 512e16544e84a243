"""`extend` and `push --base` against the real service: what is taken over, and what that does elsewhere."""

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.typed_commands import GOOD, Setpoint


@pytest.fixture
def extended(setpoint: Setpoint, project: Path) -> Setpoint:
    """Return what types a command, with two bases and two environments that extend them."""
    (project / "smtp.env").write_text("MOTTO=from smtp\n")
    (project / "base.env").write_text("API_KEY=kXwvQzmWncRt\nPOOL_MAX=20\n")
    (project / "production.env").write_text("PORT=443\n")
    (project / "staging.env").write_text(GOOD)
    assert setpoint("schema", "push", "--app", "billing")[0] == 0
    for words in (
        ("push", "shared/smtp", "smtp.env", "--base"),
        ("push", "billing/base", "base.env", "--base"),
        ("push", "billing/staging", "staging.env"),
        ("extend", "billing/production", "billing/base", "shared/smtp"),
        ("extend", "billing/staging", "shared/smtp"),
    ):
        done = setpoint(*words)
        assert done[0] == 0, done
    return setpoint


def test_a_file_needs_only_what_no_base_has(extended: Setpoint) -> None:
    """Where each variable is from is told wherever it shows."""
    assert extended("push", "billing/production", "production.env") == snapshot(
        (
            0,
            """\
revision 2 of billing/production: 4 variables
valid as far as the schema says; only the app's own class checks fields together
""",
            "",
        )
    )
    assert extended("pull", "billing/production", "--redacted")[1] == snapshot("""\
# billing/production revision 2
# from billing/base@1
# API_KEY is a secret, and is not revealed
POOL_MAX=20
# from shared/smtp@1
MOTTO=from smtp
# its own
PORT=443
""")
    assert extended("diff", "billing/staging", "billing/production")[1] == snapshot("""\
+ POOL_MAX (from billing/base@1)
    + 20
~ PORT
    - 80
    + 443
""")
    assert "billing/base, shared/smtp" in extended("environments", "billing")[1]


def test_a_base_is_changed_for_all_or_for_none(extended: Setpoint, project: Path) -> None:
    """What extends it gets a revision of its own, which says why."""
    (project / "smtp.env").write_text("MOTTO=changed\n")
    assert extended("push", "shared/smtp", "smtp.env", "-m", "new motto")[0] == 0
    assert "shared/smtp@2: new motto" in extended("log", "billing/production")[1]
    assert "MOTTO=changed" in extended("pull", "billing/staging", "--redacted")[1]
    (project / "base.env").write_text("POOL_MAX=20\n")
    assert extended("push", "billing/base", "base.env") == snapshot(
        (
            1,
            """\
error[SP302]: `billing/production`: `API_KEY` is required but not set
   = hint: expected a string
info[SP408]: values are checked as far as the schema says
   = only the settings class checks fields together
   = hint: check with the class itself where it can be imported

1 error and 1 info in base.env (1 variable, read as python-dotenv reads them)
""",
            "nothing was stored\n",
        )
    )
    (project / "base.env").write_text("POOL_MAX=abc\nPOOL_MAX=9\nLINE\n")
    assert extended("push", "billing/base", "base.env")[0] == 1
    (project / "smtp.env").write_text("MOTTO='open\n")
    assert extended("push", "shared/smtp", "smtp.env") == snapshot(
        (
            1,
            """\
error[SP102]: the quote that opens the value of `MOTTO` is never closed
  --> smtp.env:1:7
   |
 1 | MOTTO=********
   |       ^^^^^^^^ opened here
   = hint: close the quote, or remove it

1 error in smtp.env (0 variables, read as python-dotenv reads them)
""",
            "nothing was stored\n",
        )
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("extend", "billing/production"),
            snapshot(
                (
                    2,
                    "",
                    "error: name what to extend, `setpoint extend billing/production billing/base`, or say `--none`\n",
                )
            ),
        ),
        (
            ("extend", "billing/production", "billing/base", "--none"),
            snapshot(
                (
                    2,
                    "",
                    "error: name what to extend, `setpoint extend billing/production billing/base`, or say `--none`\n",
                )
            ),
        ),
        (
            ("extend", "billing/base", "billing/production"),
            snapshot(
                (
                    1,
                    "",
                    """\
error: 1 problem, and nothing was stored
  `bases`: `billing/production` can't be a base of `billing/base`, because it extends `billing/base`
""",
                )
            ),
        ),
        (
            ("extend", "billing/staging", "billing/nowhere", "billing/staging"),
            snapshot(
                (
                    1,
                    "",
                    """\
error: 2 problems, and nothing was stored
  `bases`: there is no `billing/nowhere`
  `bases`: `billing/staging` can't be a base of `billing/staging`, because it extends `billing/staging`
""",
                )
            ),
        ),
        (
            ("extend", "billing/staging", "--none", "--dry-run"),
            snapshot(
                (
                    0,
                    """\
billing/staging would get a new revision; nothing was stored
valid as far as the schema says; only the app's own class checks fields together
""",
                    "",
                )
            ),
        ),
    ],
)
def test_what_can_not_be_extended_is_a_sentence(extended: Setpoint, words: tuple[str, ...], said: object) -> None:
    """With a 1 from the service, or a 2 for words that mean nothing."""
    assert extended(*words) == said
