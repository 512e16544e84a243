"""SP7xx: what deploy files give to processes; importing this package fills the catalogue."""

from setpoint.check.rules.deploys import (
    compose_names,
    compose_values,
    findings,
    manifest_values,
    manifests,
    projects,
    unit_values,
    units,
)

__all__ = [
    "compose_names",
    "compose_values",
    "findings",
    "manifest_values",
    "manifests",
    "projects",
    "unit_values",
    "units",
]
