"""The environment as an interpreter of its own hands it over."""

import os
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from serving.handover import environment
from serving.handover.environment import validated_environment
from serving.handover.handover import Handover, ServerValues
from support.gunicorn_process import clean_environment

SERVER = ServerValues("::1", 4, 7, 9, "text", "ERROR", "masked")


def test_a_handover_survives_its_way_through_a_pipe() -> None:
    """Whatever characters its values have."""
    handover = Handover(SERVER, {"A": 'ü"\n\ud800'}, "{}")
    assert Handover.from_json(handover.to_json()) == handover


def test_no_value_of_a_variable_is_in_the_text_of_a_handover() -> None:
    """Gunicorn shows all names of its conf at the debug level, and a debugger shows all objects."""
    assert "c0ffee" not in repr(Handover(SERVER, {"A": "c0ffee"}, "{}"))


def test_a_pipe_that_nobody_closes_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A start that hangs without a word would be worse than one that fails."""
    monkeypatch.setattr(environment, "_LIMIT_IN_SECONDS", 1)
    os.mkfifo(tmp_path / "prod.env")
    with pytest.raises(SystemExit) as ending:
        validated_environment(clean_environment(ENV_FILE=str(tmp_path / "prod.env")))
    assert ending.value.code == 78
    assert capsys.readouterr().err.replace(str(tmp_path), "…") == snapshot(
        "error: the environment could not be read within 1 seconds: "
        "`ENV_FILE` is the pipe `…/prod.env`, and nothing writes to it or closes it\n"
    )


def test_a_busy_machine_is_no_reason_to_refuse_a_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only reading has a limit: an interpreter that takes longer than that to begin has read nothing yet."""
    monkeypatch.setattr(environment, "_LIMIT_IN_SECONDS", 1)
    (tmp_path / "sitecustomize.py").write_text("import time\ntime.sleep(2)\n")
    found = validated_environment(clean_environment(PYTHONPATH=str(tmp_path), PORT="7", ENV_FILE=os.devnull))
    assert found.server.port == 7
