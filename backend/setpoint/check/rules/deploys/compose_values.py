"""SP720 to SP728: how docker compose changes values."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.finding import Finding
from setpoint.check.outcome import Severity
from setpoint.check.rules.deploys.findings import Deploys, deploy_problems


@built_in("SP720", "undefined-variable", Severity.WARNING, deploy_problem="undefined-variable")
def undefined_variable(deploy: Deploys) -> Iterator[Finding]:
    """Report a `${NAME}` in a compose file whose variable is set nowhere.

    Why it matters: compose puts an empty string in its place and goes on. `env_file` does not set it; `.env`
    and the environment of the caller do. `--set NAME=value` says what will be set.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              HOST: web.${DOMAIN}

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              HOST: web.${DOMAIN:-example.org}
    """
    yield from deploy_problems(deploy, undefined_variable)


@built_in("SP721", "eaten-dollar", Severity.WARNING, deploy_problem="eaten-dollar")
def eaten_dollar(deploy: Deploys) -> Iterator[Finding]:
    """Report a `$` that was meant to be part of a value, but that compose reads as a reference.

    Why it matters: a password loses what follows the sign. `$$` is one `$`.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              HOST: pa$word

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              HOST: pa$$word
    """
    yield from deploy_problems(deploy, eaten_dollar)


@built_in("SP722", "rewritten-value", Severity.WARNING, deploy_problem="rewritten-value")
def rewritten_value(deploy: Deploys) -> Iterator[Finding]:
    """Report a value that compose changes, because YAML reads it as a number.

    Why it matters: `1.10` becomes `1.1`, `0755` becomes `493`; quotes keep a value as it is.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              HOST: 1.10

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              HOST: "1.10"
    """
    yield from deploy_problems(deploy, rewritten_value)


@built_in("SP723", "overridden-value", Severity.INFO, deploy_problem="overridden-value")
def overridden_value(deploy: Deploys) -> Iterator[Finding]:
    """Say that `environment` sets another value than an env file of the same service.

    Why it matters: whoever changes the value in the env file changes nothing.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            env_file: web.env
            environment:
              PORT: 9000
        # web.env
        PORT=8000

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            env_file: web.env
        # web.env
        PORT=8000
    """
    yield from deploy_problems(deploy, overridden_value)


@built_in("SP724", "lost-value", Severity.WARNING, deploy_problem="lost-value")
def lost_value(deploy: Deploys) -> Iterator[Finding]:
    """Report a name without a value that hides the value of an env file, or of a service that is extended.

    Why it matters: the container does not get the variable at all, unless the caller has it.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            env_file: web.env
            environment:
              PORT:
        # web.env
        PORT=8000

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            env_file: web.env
        # web.env
        PORT=8000
    """
    yield from deploy_problems(deploy, lost_value)


@built_in("SP725", "odd-env-file-line", Severity.WARNING, deploy_problem="env-file-line")
def odd_env_file_line(deploy: Deploys) -> Iterator[Finding]:
    """Report a line in an env file of a deploy that the program reads differently than people do.

    Why it matters: the variable gets another value, or none.

    Bad:
        # etc/systemd/system/app.service
        [Service]
        ExecStart=/usr/bin/shop
        EnvironmentFile=/etc/app.env
        # etc/app.env
        export PORT=8000

    Good:
        # etc/systemd/system/app.service
        [Service]
        ExecStart=/usr/bin/shop
        EnvironmentFile=/etc/app.env
        # etc/app.env
        PORT=8000
    """
    yield from deploy_problems(deploy, odd_env_file_line)


@built_in("SP726", "kept-quotes", Severity.WARNING, deploy_problem="kept-quotes")
def kept_quotes(deploy: Deploys) -> Iterator[Finding]:
    """Report quotes that become part of the value.

    Why it matters: the list syntax of compose, and kustomize, keep quotes, so the app gets them as
    well.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              - HOST="web"

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              - HOST=web
    """
    yield from deploy_problems(deploy, kept_quotes)


@built_in("SP727", "obsolete-version", Severity.INFO, deploy_problem="obsolete-version")
def obsolete_version(deploy: Deploys) -> Iterator[Finding]:
    """Say that a compose file has a `version`, which nothing reads any more.

    Why it matters: it suggests rules that no longer apply.

    Bad:
        # compose.yaml
        version: "3"
        services:
          web:
            image: shop
            environment:
              PORT: 8000

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: 8000
    """
    yield from deploy_problems(deploy, obsolete_version)


@built_in("SP728", "several-compose-files", Severity.WARNING, deploy_problem="several-compose-files")
def several_compose_files(deploy: Deploys) -> Iterator[Finding]:
    """Report several compose files in one folder, of which compose reads one.

    Why it matters: changes in the others have no effect.

    Bad:
        $ cd two; setpoint check --kind compose --settings example:Settings

    Good:
        $ setpoint check good/compose.yaml
    """
    yield from deploy_problems(deploy, several_compose_files)
