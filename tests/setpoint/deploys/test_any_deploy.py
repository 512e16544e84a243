"""Whatever is in a deploy file, a check of it ends with a report."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.deploys import SETTINGS, Typed

PIECES = [
    "services:\n", "  web:\n", "    image: shop\n", "    env_file: [a.env]\n", "    environment:\n", "      PORT: ",
    "      - HOST=", "x\n", "80\n", "${X:-", "$", "}", "{", "[", "]", '"', "'", "|\n", "&a ", "*a\n", "<<: *a\n", ": ",
    "\t", "\n", "# setpoint: ignore=SP301 why\n", "é", "\x00", "\ufeff", "~\n", "!reset ", "---\n", "%",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: web\n",
    "    env:\n", "    - name: ",
    "      value: ", "$(PORT)", "      valueFrom: {fieldRef: {fieldPath: a}}\n", "[Service]\nExecStart=/a\n",
    "Environment=", "EnvironmentFile=/a.env\n", "PORT=", "\\", " ",
]  # fmt: skip


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """A folder with an env file to name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = Typed(tmp_path, capsys)
    found.write({"shop_settings.py": SETTINGS, "a.env": "PORT=1\nHOST\n"})
    found.write({"pyproject.toml": '[tool.setpoint]\nsettings = "shop_settings:Shop"\n'})
    return found


@pytest.mark.parametrize("kind", ["compose", "systemd", "kubernetes"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=25))
def test_a_check_ends_with_a_report(typed: Typed, kind: str, pieces: list[str]) -> None:
    """And every place that it tells is in the file."""
    path = "app.service" if kind == "systemd" else "web.yaml"
    text = "".join(pieces)
    typed.write({path: text})
    status, out, err = typed("check", "--kind", kind, path, "--format", "json")
    if status == 2 and not out:
        assert err.startswith("error: ")
        return
    lines = {path: text.count("\n") + text.count("\r") + 1, "a.env": 3}
    places = [each["location"] for each in json.loads(out)["diagnostics"] if each["location"]]
    assert [each for each in places if not 1 <= each["line"] <= lines[each["path"]]] == []
    for form in ("full", "junit"):
        assert typed("check", "--kind", kind, path, "--format", form)[0] == status
