"""Compose projects for tests: written into a folder, read, and told in a few words."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from setpoint.deploys.compose.reading import read_compose
from setpoint.deploys.deployment import Deployment, DeployProblem

OUTER = {"HOME": "/home/app", "OUTER": "outer_value"}


def web(*environment: str, more: str = "") -> str:
    """Return a compose file with one service, whose `environment:` has these lines."""
    lines = "".join(f"      {line}\n" for line in environment)
    return f"services:\n  web:\n    image: app\n{more}" + (f"    environment:\n{lines}" if lines else "")


def read_project(
    folder: Path,
    files: Mapping[str, str],
    *named: str,
    env_files: Sequence[str] = (),
    profiles: Sequence[str] = (),
    environment: Mapping[str, str] = OUTER,
    knows_caller: bool = True,
    outside: bool = False,
) -> Deployment:
    """Write `files` into `folder`, and read the project there as docker compose does that is called with `named`."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return read_compose(
        folder,
        named,
        env_files=env_files,
        profiles=profiles,
        environment=environment,
        knows_caller=knows_caller,
        outside=outside,
    )


def values(deployment: Deployment) -> dict[str, dict[str, str | None]]:
    """Return the values of each service; the deployment must not be refused."""
    assert [problem.message for problem in deployment.problems if problem.refuses] == []
    return {
        process.name: {given.name: given.value for given in process.variables.values()}
        for process in deployment.processes.values()
    }


def told(problem: DeployProblem) -> str:
    """Return what a problem is, and where: `kind file:line:column text`."""
    if problem.place is None:
        return problem.kind.value
    file, span = problem.place
    line, column = file.position(span.start)
    return f"{problem.kind.value} {file.path}:{line}:{column} {span.of(file.text)}".rstrip()


def problems(deployment: Deployment) -> list[str]:
    """Return what is wrong with a deployment, as `told`."""
    return [told(problem) for problem in deployment.problems]
