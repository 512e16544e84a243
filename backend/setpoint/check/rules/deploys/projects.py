"""SP703 to SP710: compose projects that docker compose rejects, and files that other programs reject as well."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.finding import Finding
from setpoint.check.outcome import Severity
from setpoint.check.rules.deploys.findings import Deploys, deploy_problems


@built_in("SP703", "no-compose-file", Severity.ERROR, deploy_problem="no-compose-file", refuses_start=True)
def no_compose_file(deploy: Deploys) -> Iterator[Finding]:
    """Report that there is no compose file where compose looks for one.

    Why it matters: `docker compose up` ends with an error; it looks for `compose.yaml`, `compose.yml`,
    `docker-compose.yaml` and `docker-compose.yml`.

    Bad:
        $ mkdir -p empty; cd empty; setpoint check --kind compose --settings example:Settings

    Good:
        $ setpoint check good/compose.yaml
    """
    yield from deploy_problems(deploy, no_compose_file)


@built_in("SP704", "empty-compose-file", Severity.ERROR, deploy_problem="empty-compose-file", refuses_start=True)
def empty_compose_file(deploy: Deploys) -> Iterator[Finding]:
    """Report a compose file without content.

    Why it matters: compose rejects it.

    Bad:
        # compose.yaml
        # services: to be written

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: 8000
    """
    yield from deploy_problems(deploy, empty_compose_file)


@built_in("SP705", "invalid-yaml", Severity.ERROR, deploy_problem="not-yaml", refuses_start=True)
def invalid_yaml(deploy: Deploys) -> Iterator[Finding]:
    """Report a deploy file that is not YAML.

    Why it matters: nothing is deployed; a plain value with `: ` in it is the most frequent cause.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: 8000
              HOST: a: b

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: 8000
              HOST: "a: b"
    """
    yield from deploy_problems(deploy, invalid_yaml)


@built_in("SP706", "duplicate-key", Severity.ERROR, deploy_problem="duplicate-key", refuses_start=True)
def duplicate_key(deploy: Deploys) -> Iterator[Finding]:
    """Report a key that a mapping of a deploy file has twice.

    Why it matters: the program rejects the file.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: 8000
              PORT: 9000

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: 9000
    """
    yield from deploy_problems(deploy, duplicate_key)


@built_in("SP707", "invalid-deploy-file", Severity.ERROR, deploy_problem="invalid-structure", refuses_start=True)
def invalid_deploy_file(deploy: Deploys) -> Iterator[Finding]:
    """Report a deploy file whose structure its program does not accept.

    Why it matters: the program rejects it. Typical causes are a misspelt key, a list or a mapping as
    a value, and a date without quotes.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            enviroment:
              PORT: 8000

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: 8000
    """
    yield from deploy_problems(deploy, invalid_deploy_file)


@built_in("SP708", "invalid-interpolation", Severity.ERROR, deploy_problem="invalid-interpolation", refuses_start=True)
def invalid_interpolation(deploy: Deploys) -> Iterator[Finding]:
    """Report a `$` in a compose file that begins no reference that compose can read.

    Why it matters: compose rejects the file; what a shell can do with a variable, compose mostly can't.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: ${PORT:0:4}

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: ${PORT:-8000}
    """
    yield from deploy_problems(deploy, invalid_interpolation)


@built_in("SP709", "required-variable", Severity.ERROR, deploy_problem="required-variable", refuses_start=True)
def required_variable(deploy: Deploys) -> Iterator[Finding]:
    """Report a `${NAME:?}` whose variable is not set.

    Why it matters: compose rejects the whole file, even where the service is switched off. `--set NAME=value`
    says what will be set.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: ${PORT:?set it}

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: ${PORT:-8000}
    """
    yield from deploy_problems(deploy, required_variable)


@built_in("SP710", "missing-env-file", Severity.ERROR, deploy_problem="missing-env-file", refuses_start=True)
def missing_env_file(deploy: Deploys) -> Iterator[Finding]:
    """Report an env file of a deploy that does not exist.

    Why it matters: the process does not start. In compose, paths begin at the folder of the first compose file.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            env_file: nowhere.env
            environment:
              PORT: 8000

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            env_file: web.env
        # web.env
        PORT=8000
    """
    yield from deploy_problems(deploy, missing_env_file)
