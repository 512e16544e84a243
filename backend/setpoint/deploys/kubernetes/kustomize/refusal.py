"""Says that kustomize refuses what a kustomization says."""

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place


class KustomizeError(Exception):
    """kustomize does not build it.

    Attributes:
        place: What it does not take.
    """

    def __init__(self, message: str, place: Place | None) -> None:
        super().__init__(message)
        self.place = place

    def problem(self) -> DeployProblem:
        """Return it as a problem."""
        return DeployProblem(DeployProblemKind.BAD_KUSTOMIZATION, str(self), self.place, refuses=True)
