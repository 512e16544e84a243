"""Pieces of kustomizations and of what they change."""

from support.manifests import deployment

FROM = deployment("envFrom:\n- {configMapRef: {name: c}}\n")
ENV = deployment("env:\n- {name: A, value: '1'}\n- {name: B, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}\n")
UID = {"unknown": "metadata.uid"}
GENERATED = "resources: [d.yaml]\nconfigMapGenerator:\n- name: c\n"
PATCHED = "resources: [d.yaml]\npatches: [{path: p.yaml}]\n"
JSON_PATCHED = "resources: [d.yaml]\npatches:\n- target: {kind: Deployment, name: 'w.*'}\n  patch: |-\n"
CONTAINER = "/spec/template/spec/containers/0"
Files = dict[str, str | bytes]


def strategic_patch(env: str, *, container: str = "app") -> str:
    """Return a strategic merge patch that gives a container these variables."""
    patch = deployment(f"env: {env}\n").replace("          image: app\n", "")
    return patch.replace('    metadata:\n      labels: {app: web, tier: "1"}\n', "").replace(
        "name: app", f"name: {container}"
    )


def json_patch(*operations: str) -> Files:
    """Return a kustomization that changes a container by these operations of a JSON patch."""
    return {"kustomization.yaml": JSON_PATCHED + "".join(f"    - {{{each}}}\n" for each in operations), "d.yaml": ENV}
