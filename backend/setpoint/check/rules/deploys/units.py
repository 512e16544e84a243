"""SP729 to SP736: units, and lines in them that systemd does not accept."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.finding import Finding
from setpoint.check.outcome import Severity
from setpoint.check.rules.deploys.findings import Deploys, deploy_problems


@built_in("SP729", "skipped-env-file", Severity.INFO, deploy_problem="skipped-env-file")
def skipped_env_file(deploy: Deploys) -> Iterator[Finding]:
    """Say that an env file which may be missing is missing, so that the process starts without it.

    Why it matters: what it would have set keeps its default.

    Bad:
        # etc/systemd/system/app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
        EnvironmentFile=-/etc/app.env

    Good:
        # etc/systemd/system/app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
    """
    yield from deploy_problems(deploy, skipped_env_file)


@built_in("SP730", "env-file-elsewhere", Severity.INFO, deploy_problem="env-file-elsewhere")
def env_file_elsewhere(deploy: Deploys) -> Iterator[Finding]:
    """Say that an env file of a unit is not among the files that were read.

    Why it matters: what it sets was not checked, and missing variables may be in it. `--root DIR` says where the
    files of the machine are.

    Bad:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
        EnvironmentFile=/etc/app.env

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
    """
    yield from deploy_problems(deploy, env_file_elsewhere)


@built_in("SP731", "missing-unit", Severity.ERROR, deploy_problem="unit-not-found", unable=True)
def missing_unit(deploy: Deploys) -> Iterator[Finding]:
    """Report a unit that does not exist, or that starts no process.

    Why it matters: it can't be checked.

    Bad:
        $ setpoint check --kind systemd --root . nowhere.service

    Good:
        $ setpoint check good/app.service
    """
    yield from deploy_problems(deploy, missing_unit)


@built_in("SP732", "masked-unit", Severity.ERROR, deploy_problem="masked-unit", refuses_start=True)
def masked_unit(deploy: Deploys) -> Iterator[Finding]:
    """Report a unit that is masked.

    Why it matters: systemd does not start it.

    Bad:
        $ mkdir -p lib/systemd/system; : > lib/systemd/system/off.service; setpoint check --root . off.service

    Good:
        $ setpoint check good/app.service
    """
    yield from deploy_problems(deploy, masked_unit)


@built_in("SP733", "invalid-unit", Severity.ERROR, deploy_problem="bad-unit", refuses_start=True)
def invalid_unit(deploy: Deploys) -> Iterator[Finding]:
    """Report a unit that systemd does not start.

    Why it matters: it is loaded with an error, or has nothing to start.

    Bad:
        # app.service
        [Service]
        Environment=PORT=8000

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
    """
    yield from deploy_problems(deploy, invalid_unit)


@built_in("SP734", "wrong-section", Severity.WARNING, deploy_problem="wrong-section")
def wrong_section(deploy: Deploys) -> Iterator[Finding]:
    """Report a directive of `[Service]` in another section of a unit.

    Why it matters: systemd ignores it with a line in the log, and the service starts without it.

    Bad:
        # app.service
        [Unit]
        Environment=PORT=8000
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
    """
    yield from deploy_problems(deploy, wrong_section)


@built_in("SP735", "unknown-directive", Severity.WARNING, deploy_problem="unknown-directive")
def unknown_directive(deploy: Deploys) -> Iterator[Finding]:
    """Report a directive that systemd does not know and that is spelt much like one for the environment.

    Why it matters: systemd ignores it with a line in the log, and the service starts without it.

    Bad:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
        Enviroment=HOST=web

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
    """
    yield from deploy_problems(deploy, unknown_directive)


@built_in("SP736", "dropped-unit-line", Severity.WARNING, deploy_problem="dropped-line")
def dropped_unit_line(deploy: Deploys) -> Iterator[Finding]:
    """Report a line of a unit that systemd ignores.

    Why it matters: the service starts without it.

    Bad:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
        HOST

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
    """
    yield from deploy_problems(deploy, dropped_unit_line)
