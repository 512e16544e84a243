"""SP737 to SP744: how systemd changes values."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.finding import Finding
from setpoint.check.outcome import Severity
from setpoint.check.rules.deploys.findings import Deploys, deploy_problems


@built_in("SP737", "broken-quoting", Severity.ERROR, deploy_problem="broken-quoting")
def broken_quoting(deploy: Deploys) -> Iterator[Finding]:
    """Report a quote or an escape that makes systemd drop a whole line.

    Why it matters: the service starts without any variable of the line, the right ones included.

    Bad:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment="PORT=8000

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment="PORT=8000"
    """
    yield from deploy_problems(deploy, broken_quoting)


@built_in("SP738", "dropped-assignment", Severity.ERROR, deploy_problem="dropped-word")
def dropped_assignment(deploy: Deploys) -> Iterator[Finding]:
    """Report a word of `Environment=` that systemd drops, because it is not an assignment to a valid name.

    Why it matters: `Environment=A=hello world` sets `A` to `hello`. Quotes around the whole assignment keep it
    together.

    Bad:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=HOST=web world

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment="HOST=web world"
    """
    yield from deploy_problems(deploy, dropped_assignment)


@built_in("SP739", "invalid-specifier", Severity.ERROR, deploy_problem="bad-specifier")
def invalid_specifier(deploy: Deploys) -> Iterator[Finding]:
    """Report a `%` in `Environment=` that systemd reads as an unknown specifier.

    Why it matters: systemd drops the assignment, so a password with `%40` is not set at all. `%%` is one `%`; in an
    env file, `%` is nothing special.

    Bad:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
        Environment=HOST=p%40ss

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
        Environment=HOST=p%%40ss
    """
    yield from deploy_problems(deploy, invalid_specifier)


@built_in("SP740", "eaten-quote", Severity.WARNING, deploy_problem="eaten-quote")
def eaten_quote(deploy: Deploys) -> Iterator[Finding]:
    """Report quotes inside a value of `Environment=` that systemd removes.

    Why it matters: JSON loses its quotes and is no longer JSON. Single quotes around the whole assignment keep
    them.

    Bad:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
        Environment=HOST={"a":1}

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
        Environment='HOST={"a":1}'
    """
    yield from deploy_problems(deploy, eaten_quote)


@built_in("SP741", "ignored-path", Severity.ERROR, deploy_problem="ignored-path")
def ignored_path(deploy: Deploys) -> Iterator[Finding]:
    """Report an `EnvironmentFile=` whose path is not absolute, or has quotes, and that systemd ignores.

    Why it matters: the service starts without any variable of the file.

    Bad:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
        EnvironmentFile=app.env

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
    """
    yield from deploy_problems(deploy, ignored_path)


@built_in("SP742", "marked-env-file", Severity.WARNING, deploy_problem="byte-order-mark")
def marked_env_file(deploy: Deploys) -> Iterator[Finding]:
    """Report a byte order mark at the beginning of an `EnvironmentFile=`.

    Why it matters: systemd reads it as part of the first name, and drops that variable.

    Bad:
        # etc/systemd/system/app.service
        [Service]
        ExecStart=/usr/bin/shop
        EnvironmentFile=/etc/app.env
        # etc/app.env
        ﻿PORT=8000

    Good:
        # etc/systemd/system/app.service
        [Service]
        ExecStart=/usr/bin/shop
        EnvironmentFile=/etc/app.env
        # etc/app.env
        PORT=8000
    """
    yield from deploy_problems(deploy, marked_env_file)


@built_in("SP743", "env-file-wins", Severity.INFO, deploy_problem="env-file-wins")
def env_file_wins(deploy: Deploys) -> Iterator[Finding]:
    """Say that an `EnvironmentFile=` overrides `Environment=`, wherever that is written.

    Why it matters: a drop-in with `Environment=` can't change what a file sets.

    Bad:
        # etc/systemd/system/app.service
        [Service]
        ExecStart=/usr/bin/shop
        EnvironmentFile=/etc/app.env
        Environment=PORT=8000
        # etc/app.env
        PORT=9000

    Good:
        # etc/systemd/system/app.service
        [Service]
        ExecStart=/usr/bin/shop
        EnvironmentFile=/etc/app.env
        # etc/app.env
        PORT=9000
    """
    yield from deploy_problems(deploy, env_file_wins)


@built_in("SP744", "removed-default", Severity.WARNING, deploy_problem="removed-default")
def removed_default(deploy: Deploys) -> Iterator[Finding]:
    """Report an `UnsetEnvironment=` that removes what systemd sets for every process.

    Why it matters: a program without `PATH` finds no other program.

    Bad:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
        UnsetEnvironment=PATH

    Good:
        # app.service
        [Service]
        ExecStart=/usr/bin/shop
        Environment=PORT=8000
    """
    yield from deploy_problems(deploy, removed_default)
