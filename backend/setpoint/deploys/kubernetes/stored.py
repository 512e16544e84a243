"""The ConfigMaps and Secrets of the files: their keys, decoded, each with its place."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.deploys.kubernetes.decoding import Decoder
from setpoint.deploys.kubernetes.manifest import Manifest
from setpoint.deploys.kubernetes.tree import Leaf, Tree

CONFIG_MAP = "ConfigMap"
SECRET = "Secret"  # noqa: S105 - the kind of an object
REFERENCES = {
    "configMapRef": CONFIG_MAP,
    "secretRef": SECRET,
    "configMapKeyRef": CONFIG_MAP,
    "secretKeyRef": SECRET,
}
"""What the references of a container refer to, by field."""


class StoredValue(NamedTuple):
    """What is under one key.

    Attributes:
        value: The text; bytes that are not UTF-8 are lone surrogates.
        place: Where it is written: in the manifest, encoded in a Secret, or in the file that kustomize reads it from.
        named: Where its key is written; None if a generator makes it from a file name.
        style: How it came there, as `Leaf.style` says.
    """

    value: str
    place: Place
    named: Place | None
    style: str


@dataclass(frozen=True, eq=False, repr=False)
class StoredObject:
    """A ConfigMap or a Secret.

    Attributes:
        kind: Which of them.
        name: Its name.
        namespace: The namespace in its manifest; None if there is none.
        values: By their keys.
    """

    kind: str
    name: str
    namespace: str | None
    values: Mapping[str, StoredValue]


class Store:
    """All ConfigMaps and Secrets of the files.

    Attributes:
        problems: Data that the API server refuses, and data that is seldom meant.
    """

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self.problems: list[DeployProblem] = []
        self._objects: dict[tuple[str, str], list[StoredObject]] = {}
        for manifest in manifests:
            if manifest.kind in (CONFIG_MAP, SECRET):
                found = self._read(manifest)
                self._objects.setdefault((found.kind, found.name), []).append(found)

    def find(self, kind: str, name: str, namespace: str | None) -> StoredObject | None:
        """Return the object that a pod in `namespace` means; one without a namespace may be in any."""
        candidates = self._objects.get((kind, name), [])
        exact = [each for each in candidates if each.namespace == namespace]
        open_ones = [each for each in candidates if each.namespace is None or namespace is None]
        return next(reversed(exact or open_ones), None)

    def _read(self, manifest: Manifest) -> StoredObject:
        decoder = Decoder()
        values: dict[str, StoredValue] = {}
        root = manifest.root
        for key, tree in decoder.entries(root.at("data"), "data").items():
            text = decoder.text(tree, f"data.{key}")
            if manifest.kind == SECRET:
                text = _decoded(text, tree, decoder)
            values[key] = StoredValue(text, tree.place, root.table("data").keys.get(key), _style(tree))
        if manifest.kind == SECRET:
            for key, tree in decoder.entries(root.at("stringData"), "stringData").items():
                text = decoder.text(tree, f"stringData.{key}")
                values[key] = StoredValue(text, tree.place, root.table("stringData").keys.get(key), _style(tree))
        self.problems += decoder.problems
        return StoredObject(manifest.kind, manifest.name, manifest.namespace, values)


def _style(tree: Tree) -> str:
    return tree.style if isinstance(tree, Leaf) else ""


def _decoded(text: str, tree: Tree, decoder: Decoder) -> str:
    """Return the decoded base64 `text`; Go's decoder skips line endings, and nothing else."""
    try:
        return base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        hint = "encode it with `base64`, or write it as it is under `stringData`"
        decoder.refuse(DeployProblemKind.BAD_BASE64, "this value of a Secret is not base64", tree.place, hint=hint)
        return ""
