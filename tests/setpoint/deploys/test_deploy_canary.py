"""No output of any command on deploy files holds a value that is not fit to print, not even in part."""

from pathlib import Path

import pytest

from setpoint.formats.registry import FORMATS
from support.deploys import SETTINGS, Typed

CANARY = "kXwvQzmWncRtHbLp"
LONGEST_PIECE = 5

COMPOSE = f"""\
# {CANARY}
name: shop
x-shared: &shared
  API_TOKEN: {CANARY}
services:
  web:
    image: shop:{CANARY}
    command: [run, --password, {CANARY}]
    labels: {{team: {CANARY}}}
    env_file: [web.env]
    environment: {{<<: *shared, PORT: http, HOST: "{CANARY}-host", HOSST: {CANARY}, LOG_LEVEL: "{CANARY}", TAX: x}}
    # {CANARY}
  worker:
    image: shop
    environment:
      DATABASE_URL: "postgres://u:${{PASSWORD}}@db/${{NOPE}}"
      PORT: "80${{PASSWORD}}"
      LOG_LEVEL: ${{NOPE:-{CANARY}}}
      TAX: |
        {CANARY}
        value: {CANARY}
      API_TOKEN: pa$word{CANARY}
      HOSST:
        {CANARY}
  db:
    image: postgres
    environment: [POSTGRES_PASSWORD={CANARY}, 'X="{CANARY}"', Y=pa$word{CANARY}]
"""
MANIFESTS = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: web, labels: {{a: {CANARY}}}}}
spec:
  containers:
    - name: app
      image: shop
      args: [{CANARY}]
      envFrom: [{{secretRef: {{name: web}}}}, {{secretRef: {{name: absent}}}}]
      env:
      - {{name: TAX, value: "$({CANARY})"}}
      - {{name: {CANARY}, value: "$({CANARY})"}}
      - {{name: HOSST, value: {CANARY}}}
      - {{name: API_TOKEN, value: "$(NOPE){CANARY}"}}
      - {{name: PORT, value: x}}
---
apiVersion: v1
kind: Secret
metadata: {{name: web}}
stringData: {{DATABASE_URL: {CANARY}, TAX: {CANARY}, "B {CANARY}": {CANARY}, LOG_LEVEL: "{CANARY}\\n"}}
"""
UNIT = f"""\
[Unit]
Description={CANARY}
[Service]
ExecStart=/usr/bin/shop --password {CANARY}
Environment=PORT=http API_TOKEN={CANARY} {CANARY} HOSST={CANARY} LOG_LEVEL={CANARY}
Environment="TAX={CANARY}" DATABASE_URL=postgres://u:p%40{CANARY}@db
Environment="HOST={CANARY}
Environment={CANARY}=1
EnvironmentFile={CANARY}
{CANARY}
Enviroment={CANARY}
"""
REFUSED = f"services:\n  web:\n    image: shop\n    environment:\n      A: {CANARY}\n      A: {CANARY}: b\n"


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """A project that deploys itself in every way."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = Typed(tmp_path, capsys)
    found.write(
        {
            "shop_settings.py": SETTINGS,
            "pyproject.toml": '[tool.setpoint]\nsettings = "shop_settings:Shop"\n',
            "compose.yaml": COMPOSE,
            ".env": f"PASSWORD={CANARY}\n",
            "web.env": f"DATABASE_URL={CANARY}\nUNKNOWN={CANARY}\nTAX={CANARY} # {CANARY}\nPORRT={CANARY}\n",
            "pod.yaml": MANIFESTS,
            "app.service": UNIT,
            "refused.yaml": REFUSED,
        }
    )
    return found


def _leaked(*texts: str) -> set[str]:
    pieces = {CANARY[at : at + LONGEST_PIECE + 1] for at in range(len(CANARY) - LONGEST_PIECE)}
    return {piece for piece in pieces for text in texts if piece in text}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", ["compose.yaml", "pod.yaml", "app.service", "refused.yaml"])
def test_no_report_on_a_deploy_holds_a_value_that_is_not_fit_to_print(typed: Typed, path: str, form: str) -> None:
    """Neither of a secret or a stranger, nor of what else is in the file; what is wrong is found all the same."""
    services = ["--service", "web", "--service", "worker"] if path == "compose.yaml" else []
    status, out, err = typed("check", path, "--format", form, "--summary-file", "summary.md", *services)
    assert status == 1
    assert _leaked(out, err, (typed.folder / "summary.md").read_text()) == set()


@pytest.mark.parametrize(
    "words",
    [
        ("show", "compose.yaml", "--service", "web"),
        ("show", "compose.yaml", "--service", "worker", "--format", "json"),
        ("show", "pod.yaml"),
        ("show", "app.service"),
        ("explain", "TAX", "pod.yaml"),
        ("diff", "compose.yaml#web", "compose.yaml#worker"),
        ("diff", "pod.yaml", "app.service", "--format", "json"),
        ("show", "refused.yaml", "--kind", "compose"),
    ],
)
def test_no_other_command_shows_what_is_not_fit_to_print(typed: Typed, words: tuple[str, ...]) -> None:
    """Values are shown of known settings that are no secret, unless they hold the secret of another one."""
    _, out, err = typed(*words)
    assert out or err
    assert _leaked(out, err) == set()


def test_a_secret_that_a_reference_puts_into_a_value_does_not_show_there(typed: Typed) -> None:
    """`.env` and the caller give no variable to the container, and what they give to a value is as secret."""
    typed.write(
        {
            "compose.yaml": "services:\n  web:\n    image: shop\n    environment:\n      DATABASE_URL: x\n"
            "      LOG_LEVEL: ${PASSWORD}\n      HOST: ${DB_PASSWORD}\n      TAX: ${ORDINARY}\n",
            ".env": f"PASSWORD={CANARY}\nORDINARY=high\n",
        }
    )
    for words in (("check", "compose.yaml"), ("show", "compose.yaml"), ("read", "--kind", "compose")):
        status, out, err = typed(*words, "--set", f"DB_PASSWORD={CANARY[::-1]}")
        assert status == int(words[0] == "check")
        assert _leaked(out, err) == set()
        assert CANARY[::-1] not in out + err
        assert "high" in out or words[0] == "check"
