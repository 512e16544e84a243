"""No command that talks to the service shows a secret that nobody asked it for, whatever becomes of it."""

from pathlib import Path

import pytest

from support.service_over_http import ServiceOverHttp
from support.typed_commands import Setpoint

SECRETS = ("kXwvQzmWncRt-first", "Tr0ub4d'or \"second", "correct horse third")
PUT_AWAY = "pulled.env"


def _files(project: Path) -> None:
    first, second, third = SECRETS
    (project / "one.env").write_text(f"API_KEY={first}\n")
    (project / "two.env").write_text(f"API_KEY='{second.replace(chr(39), '')}'\nMOTTO=hello\n")
    (project / "bad.env").write_text(f'API_KEY="{third}"\nAPI_KYE="{third}"\nPORT={third}\n')
    (project / "twice.env").write_text(f'API_KEY="{third}"\nAPI_KEY="{third}"\n')
    (project / "odd.env").write_text(f'API_KEY="{third}"\nLD_PRELOAD="{third}"\n')
    (project / "open.env").write_text(f'API_KEY="{third}\n')


COMMANDS = [
    ["schema", "push", "--app", "billing"],
    ["push", "billing/production", "one.env", "-m", "first"],
    ["push", "billing/production", "two.env", "-m", "second"],
    ["push", "billing/production", "two.env"],
    ["push", "billing/production", "bad.env"],
    ["push", "billing/production", "twice.env"],
    ["push", "billing/production", "odd.env"],
    ["push", "billing/production", "open.env"],
    ["push", "billing/production", "one.env", "bad.env"],
    ["push", "billing/production", "one.env", "--based-on", "1"],
    ["push", "billing/production", "one.env", "--dry-run"],
    ["push", "elsewhere/production", "one.env"],
    ["pull", "billing/production", "--redacted"],
    ["pull", "billing/production", "--redacted", "--format", "kubernetes"],
    ["pull", "billing/production", "--output", PUT_AWAY],
    ["diff", "billing/production@1...2"],
    ["rollback", "billing/production", "--to", "1"],
    ["log", "billing/production"],
    ["revisions", "destroy", "billing/production", "2", "--reason", "leaked"],
    ["apps"],
    ["environments", "billing"],
    ["token", "list"],
    ["keys", "status"],
    ["keys", "rotate"],
    ["audit"],
]


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["for people", "for programs"])
def test_no_command_shows_a_secret_unasked(
    setpoint: Setpoint, project: Path, service: ServiceOverHttp, more: list[str]
) -> None:
    """Neither one of the configuration nor the token with which it asks."""
    _files(project)
    statuses = set()
    for words in COMMANDS:
        status, printed, told = setpoint(*words, *([] if "--format" in words else more))
        statuses.add(status)
        for secret in (*SECRETS, service.admin):
            for part in (secret, secret[:9], secret[-9:]):
                assert part not in printed + told, words
    assert statuses == {0, 1}
    assert SECRETS[1].replace("'", "")[:9] in (project / PUT_AWAY).read_text()  # what is looked for was there
