"""Manifests with as little in them as there has to be."""

from textwrap import indent

from setpoint.deploys.deployment import Deployment


def deployment(container: str, *, name: str = "web", more: str = "") -> str:
    """Return a Deployment with one container, `app`, which says `container` besides; `more` is in its pod's spec."""
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  template:\n    metadata:\n"
        '      labels: {app: web, tier: "1"}\n    spec:\n      containers:\n        - name: app\n          image: app\n'
        + indent(container, "          ")
        + indent(more, "      ")
    )


def stored(kind: str, data: str, *, name: str = "c", field: str = "data") -> str:
    """Return another document: a ConfigMap or Secret with `data` under `field`."""
    return f"---\napiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}}}\n{field}:\n{indent(data, '  ')}"


def given_values(deployment: Deployment) -> dict[str, dict[str, object]]:
    """Return the values by container, as `setpoint read` prints them."""
    return {
        process.name: {
            given.name: {"unknown": given.unknown} if given.unknown else given.value
            for given in process.variables.values()
        }
        for process in deployment.processes.values()
    }
