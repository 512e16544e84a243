"""`limits` against the real service, and what a command says beyond a limit."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inline_snapshot import snapshot

from support.configuration_service import CONTRACT, Clock, Service
from support.service_over_http import ServiceOverHttp
from support.typed_commands import Setpoint


def _plain(text: str, url: str) -> str:
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD HH:MM:SS", text)
    text = re.sub(r"\d\d:\d\d UTC; try again in \d+ min", "HH:MM UTC; try again in N min", text.replace(url, "URL"))
    return text.replace("wait: ", "wait:\n")


def test_an_app_gets_a_limit_of_its_own_and_uses_it_up(
    setpoint: Setpoint, service: ServiceOverHttp, tmp_path: Path
) -> None:
    """The sentence says which limit it is and when to come back, and the status that it could not be done now."""
    Service(service.store, Clock(datetime.now(UTC) - timedelta(hours=2))).push(CONTRACT)
    assert setpoint("limits", "set", "billing", "--revisions", "1", "--streams", "50") == (
        0,
        snapshot("""\
app      limit              used  of         set for   room again (UTC)
billing  revisions an hour  0     1          this app  -
billing  bytes an hour      0     268435456  all apps  -
billing  open streams       0     50         this app  -
"""),
        "",
    )
    for port in (1, 2):
        (tmp_path / "prod.env").write_text(f"PORT={port}\n")
        status, printed, told = setpoint("push", "billing/production", str(tmp_path / "prod.env"))
    assert (status, printed, _plain(told, service.url)) == (
        2,
        "",
        snapshot(
            """\
error: the service at `URL` asks you to wait:
`billing` has used up its limit of 1 revision an hour; there is room again at HH:MM UTC; try again in N min
"""
        ),
    )
    assert _plain(setpoint("limits", "show")[1], service.url) == snapshot("""\
app      limit              used  of         set for   room again (UTC)
billing  revisions an hour  1     1          this app  YYYY-MM-DD HH:MM:SS
billing  bytes an hour      5     268435456  all apps  -
billing  open streams       0     50         this app  -
""")
    assert setpoint("limits", "set", "billing", "--revisions", "default")[0] == 0
    assert setpoint("push", "billing/production", str(tmp_path / "prod.env"))[0] == 0


def test_words_that_can_not_be_are_told(setpoint: Setpoint) -> None:
    """Before anything is asked."""
    assert setpoint("limits", "set", "billing") == (
        2,
        "",
        snapshot("error: name a limit to set: `--revisions`, `--bytes`, `--streams`\n"),
    )
    assert setpoint("limits", "show", "nowhere") == (1, "", snapshot("error: there is no app `nowhere`\n"))
    assert setpoint("limits", "set", "billing", "--bytes", "many")[2].splitlines()[-1] == snapshot(
        "setpoint limits set: error: argument --bytes: `many` is neither a number nor `default`"
    )
