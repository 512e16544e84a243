"""The pods that a manifest declares, with their containers, and which of their fields a container can refer to."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from setpoint.deploys.kubernetes.decoding import Decoder
from setpoint.deploys.kubernetes.manifest import Manifest
from setpoint.deploys.kubernetes.quantity import quantity
from setpoint.deploys.kubernetes.tree import Leaf, Table

TEMPLATES = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "Pod": (),
    "PodTemplate": ("template",),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
}
_CONTAINER_LISTS = ("initContainers", "containers")
_OF_THE_CLUSTER = {
    "metadata.uid", "spec.nodeName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
}  # fmt: skip
# Controllers add these labels to pods.
_ADDED_LABELS = (
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "controller-uid",
    "job-name",
)
_ADDED_PREFIXES = ("statefulset.kubernetes.io/", "apps.kubernetes.io/", "batch.kubernetes.io/")


@dataclass(frozen=True, eq=False, repr=False)
class Pod:
    """What a manifest says about its pods.

    Attributes:
        manifest: The object that declares them.
        template: Their metadata and spec.
    """

    manifest: Manifest
    template: Table

    @property
    def spec(self) -> Table:
        """Return their spec."""
        return self.template.table("spec")

    def containers(self, decoder: Decoder) -> Iterator[Table]:
        """Yield their containers, init containers first."""
        for each in _CONTAINER_LISTS:
            for item in decoder.items(self.spec.at(each), each):
                container = decoder.table(item, each)
                if container is not None:
                    yield container

    def field(self, path: str) -> "Known | None":
        """Return what the field at `path` says; None for one that a container can't refer to."""
        for which in ("labels", "annotations"):
            if path.startswith(f"metadata.{which}['") and path.endswith("']"):
                return self._metadata(which, path.removeprefix(f"metadata.{which}['")[:-2], path)
        if path == "metadata.name":
            is_pod = self.manifest.kind == "Pod" and self.template.text("metadata", "name")
            return Known(self.manifest.name) if is_pod else Known(None, path)
        if path == "metadata.namespace":
            return Known(self.manifest.namespace, None if self.manifest.namespace else path)
        if path == "spec.serviceAccountName":
            account = self.spec.text("serviceAccountName") or self.spec.text("serviceAccount")
            return Known(account or "default")
        return Known(None, path) if path in _OF_THE_CLUSTER else None

    def _metadata(self, which: str, key: str, path: str) -> "Known":
        value = self.template.text("metadata", which, key)
        if value is None and (key in _ADDED_LABELS or key.startswith(_ADDED_PREFIXES)):
            return Known(None, path)
        return Known(value or "")

    def resource(self, container: Table, name: str, divisor: str) -> "Known | None":
        """Return how much of a resource `container` has, such as `limits.cpu`; None if it is not a quantity."""
        kind, _, resource = name.partition(".")
        if kind not in ("limits", "requests") or not resource:
            return None
        found = container.at("resources", kind, resource)
        if found is None and kind == "requests":
            found = container.at("resources", "limits", resource)
            if found is None:
                return Known("0")
        if found is None:
            return Known(None, f"allocatable {resource} of the node")
        text = str(found.value) if isinstance(found, Leaf) else ""
        amount, unit = quantity(text), quantity(divisor or "1")
        if amount is None or unit is None:
            return None
        return Known(str(_divided(amount, unit or Fraction(1), resource)))


@dataclass(frozen=True)
class Known:
    """What a field says: a value, or what only the cluster knows."""

    value: str | None
    unknown: str | None = None


def pod_of(manifest: Manifest) -> Pod | None:
    """Return the pods that `manifest` declares; None for an object that declares none."""
    path = TEMPLATES.get(manifest.kind)
    return None if path is None else Pod(manifest, manifest.root.table(*path) if path else manifest.root)


def _divided(amount: Fraction, unit: Fraction, resource: str) -> int:
    """Divide, rounded up; CPUs count in thousandths first, all else in whole ones."""
    scale = 1000 if resource == "cpu" else 1
    return math.ceil(Fraction(math.ceil(amount * scale), max(1, math.ceil(unit * scale))))
