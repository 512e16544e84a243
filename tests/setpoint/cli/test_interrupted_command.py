"""Commands that end in the middle: by Ctrl-C, or by a bug."""

from pathlib import Path

import pytest

from setpoint.cli.main import Command, main

_WHILE_IT_IS_IMPORTED = "raise KeyboardInterrupt\n"
_WHILE_IT_RUNS = "def add_arguments(parser):\n    pass\n\n\ndef run(arguments):\n    raise KeyboardInterrupt\n"


@pytest.mark.parametrize("content", [_WHILE_IT_IS_IMPORTED, _WHILE_IT_RUNS])
def test_a_command_that_is_interrupted_ends_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    """With the status that shells expect; whoever pressed the keys knows why, and a traceback would tell nothing."""
    name = f"interrupted_{len(content)}"
    (tmp_path / f"{name}.py").write_text(content)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main(["wait"], more_commands={"wait": Command(name, "Wait")}) == 130
    assert capsys.readouterr() == ("", "")


def test_a_bug_is_no_finding_and_shows_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python would print what the error says, and end with the status of a check that has found something."""
    (tmp_path / "buggy.py").write_text(
        "def add_arguments(parser):\n    pass\n\n\ndef run(arguments):\n    raise ValueError('c4n4ry')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert main(["check"], more_commands={"check": Command("buggy", "Check")}) == 2
    output, talk = capsys.readouterr()
    assert (output, "c4n4ry" in talk) == ("", False)
    assert f"this is a bug, please report it: ValueError at {tmp_path}/buggy.py:6, called at " in talk
