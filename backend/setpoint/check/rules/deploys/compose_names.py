"""SP711 to SP719: what compose files refer to but docker compose does not find."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.finding import Finding
from setpoint.check.outcome import Severity
from setpoint.check.rules.deploys.findings import Deploys, deploy_problems


@built_in("SP711", "refused-env-file", Severity.ERROR, deploy_problem="refused-env-file", refuses_start=True)
def refused_env_file(deploy: Deploys) -> Iterator[Finding]:
    """Report an env file that the program which deploys rejects.

    Why it matters: the process does not start.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            env_file: web.env
        # web.env
        PORT="8000

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            env_file: web.env
        # web.env
        PORT="8000"
    """
    yield from deploy_problems(deploy, refused_env_file)


@built_in("SP712", "invalid-extends", Severity.ERROR, deploy_problem="bad-extends", refuses_start=True)
def invalid_extends(deploy: Deploys) -> Iterator[Finding]:
    """Report an `extends` that refers to nothing.

    Why it matters: compose rejects the file.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            extends: base
            environment:
              PORT: 8000

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            extends: base
          base:
            image: shop
            environment:
              PORT: 8000
    """
    yield from deploy_problems(deploy, invalid_extends)


@built_in("SP713", "invalid-include", Severity.ERROR, deploy_problem="bad-include", refuses_start=True)
def invalid_include(deploy: Deploys) -> Iterator[Finding]:
    """Report an `include` that does not work: it declares a service again, or includes itself.

    Why it matters: compose rejects the project.

    Bad:
        # compose.yaml
        include: [web.yaml]
        services:
          web:
            image: shop
            environment:
              PORT: 8000
        # web.yaml
        services:
          web:
            image: other

    Good:
        # compose.yaml
        services:
          web:
            image: shop
            environment:
              PORT: 8000
    """
    yield from deploy_problems(deploy, invalid_include)


@built_in("SP714", "file-outside-project", Severity.ERROR, deploy_problem="outside-project")
def file_outside_project(deploy: Deploys) -> Iterator[Finding]:
    """Report a file outside the project's folder that a compose file refers to.

    Why it matters: it can be anything, so it was not read, and what it sets is not known.

    Bad:
        # compose.yaml
        include: [../other/compose.yaml]
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
    yield from deploy_problems(deploy, file_outside_project)


@built_in("SP715", "undefined-name", Severity.ERROR, deploy_problem="undefined-name", refuses_start=True)
def undefined_name(deploy: Deploys) -> Iterator[Finding]:
    """Report a service, secret, config or network that a compose file names and does not declare.

    Why it matters: compose rejects the project.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            depends_on: [db]
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
    yield from deploy_problems(deploy, undefined_name)


@built_in("SP716", "missing-image", Severity.ERROR, deploy_problem="no-image", refuses_start=True)
def missing_image(deploy: Deploys) -> Iterator[Finding]:
    """Report a service without `image` and `build`.

    Why it matters: compose rejects the project.

    Bad:
        # compose.yaml
        services:
          web:
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
    yield from deploy_problems(deploy, missing_image)


@built_in("SP717", "invalid-compose-option", Severity.ERROR, deploy_problem="bad-option", refuses_start=True)
def invalid_compose_option(deploy: Deploys) -> Iterator[Finding]:
    """Report a project name, or a variable for compose itself, that compose does not accept.

    Why it matters: compose ends with an error.

    Bad:
        $ setpoint check good/compose.yaml --set COMPOSE_DISABLE_ENV_FILE=maybe

    Good:
        $ setpoint check good/compose.yaml
    """
    yield from deploy_problems(deploy, invalid_compose_option)


@built_in("SP718", "missing-deploy-file", Severity.ERROR, deploy_problem="missing-file", refuses_start=True)
def missing_deploy_file(deploy: Deploys) -> Iterator[Finding]:
    """Report a file that a deploy needs and that does not exist.

    Why it matters: the program rejects the deploy.

    Bad:
        # compose.yaml
        include: [nowhere.yaml]
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
    yield from deploy_problems(deploy, missing_deploy_file)


@built_in("SP719", "unreadable-deploy-file", Severity.ERROR, deploy_problem="unreadable-file", unable=True)
def unreadable_deploy_file(deploy: Deploys) -> Iterator[Finding]:
    """Report a file of a deploy that can't be read.

    Why it matters: what it sets can't be checked.

    Bad:
        # compose.yaml
        services:
          web:
            image: shop
            env_file: .
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
    yield from deploy_problems(deploy, unreadable_deploy_file)
