"""The summary of a CI step: Markdown that nothing in an env file can break out of."""

import pytest
from inline_snapshot import snapshot

from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.envfile.location import Location
from setpoint.formats import step_summary
from support.checking import checked


def test_a_clean_file_is_said_to_be_clean() -> None:
    """An empty summary looks like a check that never ran."""
    assert step_summary.render(checked("PORT=80\n")) == snapshot("""\
### `setpoint check`: passed

no problems in 1.env (1 variable, read as python-dotenv reads them)

""")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("`A_B` is not set", "`A_B` is not set"),
        ("`A|B` | C", "`A\\|B` \\| C"),
        ("<img src=x> [a](b)", "\\<img src=x\\> \\[a\\](b)"),
        ("`a` ` <b>", "\\`a\\` \\` \\<b\\>"),
        ("`` <b> ``", "\\`\\` \\<b\\> \\`\\`"),
    ],
)
def test_a_message_is_text_whatever_stands_in_it(message: str, shown: str) -> None:
    """Backticks show code as long as they come in pairs."""
    found = Diagnostic("SP401", "invalid-value", Severity.ERROR, message, location=Location("a_b.env", 3, 1, 3, 2))
    text = step_summary.render(Report("a:B", (), (found,)))
    assert text.splitlines()[-2] == f"| error | SP401 invalid-value | a\\_b.env:3:1 | {shown} |"


def test_a_summary_has_an_end() -> None:
    """GitHub drops one of more than 1 MiB as a whole."""
    text = step_summary.render(checked("".join(f"OTHER_{number}=1\n" for number in range(300))))
    assert text.endswith("… and 100 more\n\n")
    assert text.count("\n| warning") == 200
