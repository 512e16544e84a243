"""What `valueFrom` and `envFrom` refer to: keys of ConfigMaps and Secrets, fields of the pod, resources."""

from setpoint.deploys.deployment import DeployProblemKind, Given, Place
from setpoint.deploys.kubernetes.decoding import Decoder
from setpoint.deploys.kubernetes.pod import Known, Pod
from setpoint.deploys.kubernetes.stored import REFERENCES, SECRET, Store, StoredObject, StoredValue
from setpoint.deploys.kubernetes.tree import Table

_SOURCES = ("configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef", "fileKeyRef")
_QUOTES = ('"', "'")


class ValueSources:
    """Looks up what the variables of one container refer to."""

    def __init__(self, pod: Pod, container: Table, store: Store, decoder: Decoder) -> None:
        self._pod = pod
        self._container = container
        self._store = store
        self._decoder = decoder

    def value_from(self, name: str, source: Table, named: Place | None) -> Given | None:
        """Return what `valueFrom` gives to the variable `name`; None if it gives nothing."""
        kinds = [kind for kind in _SOURCES if isinstance(source.at(kind), Table)]
        if len(kinds) != 1:
            message = f"`valueFrom` must have one of {', '.join(f'`{kind}`' for kind in _SOURCES[:4])}"
            self._decoder.refuse(DeployProblemKind.INVALID_STRUCTURE, message, source.place, name)
            return None
        reference = source.table(kinds[0])
        if kinds[0] in REFERENCES:
            return self._key(name, kinds[0], reference, named)
        if kinds[0] == "fileKeyRef":
            return Given(name, None, "fileKeyRef", reference.place, "file of a volume", named=named)
        known = self._field(reference) if kinds[0] == "fieldRef" else self._resource(reference)
        if known is None:
            message = "a variable can't be set from this field of a pod"
            self._decoder.refuse(DeployProblemKind.INVALID_STRUCTURE, message, reference.place, name)
            return None
        return Given(name, known.value, kinds[0], reference.place, known.unknown, named=named)

    def object(self, key: str, reference: Table) -> StoredObject | None:
        """Return the object that `reference` names under `key`; None, and a problem, if no file has it."""
        name = self._decoder.text(reference.at("name"), "name")
        found = self._store.find(REFERENCES[key], name, self._pod.manifest.namespace)
        shown = self.shown(key, reference)
        place = (reference.at("name") or reference).place
        if found is None and self.is_optional(reference):
            message = f"the files have no {shown}; it is optional, so the container starts without it"
            self._decoder.report(DeployProblemKind.SKIPPED_OPTIONAL, message, place)
        elif found is None:
            message = f"the files have no {shown}; unless the cluster has it, the container does not start"
            hint = "add its manifest, or write `optional: true` if the container does not need it"
            self._decoder.refuse(DeployProblemKind.MISSING_OBJECT, message, place, hint=hint)
        return found

    def is_optional(self, reference: Table) -> bool:
        """Return whether a container starts without what `reference` names."""
        return self._decoder.flag(reference.at("optional"), "optional")

    def shown(self, key: str, reference: Table) -> str:
        """Return what `reference` names, for people."""
        return f"{REFERENCES[key]} {reference.text('name') or ''}".rstrip()

    def stored(self, name: str, stored: StoredValue, via: StoredObject, named: Place | None) -> Given:
        """Return the variable `name` with a value of a ConfigMap or Secret."""
        if via.kind == SECRET and stored.value.endswith("\n"):
            message = "the value of this Secret ends with a newline, as `echo … | base64` produces"
            self._decoder.report(
                DeployProblemKind.LINE_END_IN_SECRET, message, stored.place, name, "encode it with `echo -n`"
            )
        if stored.style == "envs" and _is_quoted(stored.value):
            message = "kustomize keeps these quotes as part of the value"
            self._decoder.report(DeployProblemKind.KEPT_QUOTES, message, stored.place, name, "write it without quotes")
        return Given(name, stored.value, f"{via.kind} {via.name}", stored.place, named=named)

    def _key(self, name: str, kind: str, reference: Table, named: Place | None) -> Given | None:
        found = self.object(kind, reference)
        key = self._decoder.text(reference.at("key"), "key")
        if found is None:
            shown = f"{self.shown(kind, reference)}, key {key}"
            return None if self.is_optional(reference) else Given(name, None, kind, reference.place, shown, named=named)
        if key in found.values:
            return self.stored(name, found.values[key], found, named)
        place = (reference.at("key") or reference).place
        if self.is_optional(reference):
            message = f"{found.kind} {found.name} has no such key; it is optional, so the variable is not set"
            self._decoder.report(DeployProblemKind.SKIPPED_OPTIONAL, message, place, name)
        else:
            message = f"{found.kind} {found.name} has no such key, so the container does not start"
            self._decoder.refuse(DeployProblemKind.MISSING_KEY, message, place, name)
        return None

    def _field(self, reference: Table) -> Known | None:
        return self._pod.field(self._decoder.text(reference.at("fieldPath"), "fieldPath"))

    def _resource(self, reference: Table) -> Known | None:
        divisor = reference.at("divisor")
        unit = str(getattr(divisor, "value", None) or "1")
        container, wanted = self._container, reference.text("containerName")
        if wanted:
            others = self._pod.containers(Decoder())
            container = next((each for each in others if each.text("name") == wanted), container)
        return self._pod.resource(container, self._decoder.text(reference.at("resource"), "resource"), unit)


def _is_quoted(value: str) -> bool:
    return len(value) > 1 and value[0] in _QUOTES and value[0] == value[-1]
