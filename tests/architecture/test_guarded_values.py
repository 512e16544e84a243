"""No room that writes for people opens a guarded value, so that a new output can't forget to mask one."""

import ast
from pathlib import Path

import pytest

from setpoint.text.shown import Guarded

PACKAGE = Path(__file__).resolve().parents[2] / "backend" / "setpoint"
OPENERS = {
    "text/shown.py": "the door",
    "resolution/assignment.py": "asks the contract whether it is a secret",
    "resolution/shown_values.py": "asks the door",
    "resolution/subject.py": "hands values to the settings class, and secrets to the masks",
    "resolution/difference.py": "compares values",
    "resolution/effective_value.py": "compares values",
    "application/loading.py": "hands values to the process that starts",
    "application/launch.py": "hands values to the process that starts",
    "check/refusal_text.py": "looks for the word that was meant, in a value that was let through",
    "check/rules/values.py": "looks for the place of a fault, in a value that was let through",
    "cli/shown_setting.py": "makes keyed fingerprints",
}
"""Who opens guarded values, each with what for."""


def test_nothing_else_opens_a_guarded_value() -> None:
    """Whoever has to be named here has a reason to give."""
    opening = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(isinstance(node, ast.Attribute) and node.attr == "raw" for node in ast.walk(ast.parse(path.read_text())))
    }
    assert opening == OPENERS.keys()


@pytest.mark.parametrize("form", ["{}", "{!r}", "{!s:>20}", "{0:}"])
def test_a_guarded_value_is_a_mask_in_every_text(form: str) -> None:
    """By whatever way it gets there."""
    assert "kXwv" not in form.format(Guarded("kXwvQzmWncRt"))
    assert "kXwv" not in "%s %r" % (Guarded("kXwvQzmWncRt"), [Guarded("kXwvQzmWncRt")])  # noqa: UP031 - tried on purpose
    with pytest.raises(TypeError):
        "".join([Guarded("kXwvQzmWncRt")])  # type: ignore[list-item]  # it is no string
