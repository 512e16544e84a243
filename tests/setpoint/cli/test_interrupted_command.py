"""Ctrl-C, at any moment of a command."""

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
