"""SP745 to SP751: manifests that a cluster rejects, and what is not in the files."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.finding import Finding
from setpoint.check.outcome import Severity
from setpoint.check.rules.deploys.findings import Deploys, deploy_problems


@built_in("SP745", "value-not-a-string", Severity.ERROR, deploy_problem="not-a-string", refuses_start=True)
def value_not_a_string(deploy: Deploys) -> Iterator[Finding]:
    """Report a value in a manifest that is not a string.

    Why it matters: the cluster rejects the manifest; `8080`, `true` and `yes` need quotes.

    Bad:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: PORT, value: 8000}]

    Good:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: PORT, value: "8000"}]
    """
    yield from deploy_problems(deploy, value_not_a_string)


@built_in("SP746", "missing-manifest", Severity.ERROR, deploy_problem="missing-manifest", unable=True)
def missing_manifest(deploy: Deploys) -> Iterator[Finding]:
    """Report a manifest that does not exist or can't be read.

    Why it matters: what it deploys can't be checked.

    Bad:
        $ setpoint check nowhere.yaml --kind kubernetes

    Good:
        $ setpoint check good/compose.yaml
    """
    yield from deploy_problems(deploy, missing_manifest)


@built_in("SP747", "unknown-manifest-field", Severity.WARNING, deploy_problem="unknown-field")
def unknown_manifest_field(deploy: Deploys) -> Iterator[Finding]:
    """Report a field of a variable that Kubernetes does not know.

    Why it matters: the cluster rejects the manifest, or silently drops the field.

    Bad:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: PORT, value: "8000", vaule: "9000"}]

    Good:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: PORT, value: "8000"}]
    """
    yield from deploy_problems(deploy, unknown_manifest_field)


@built_in("SP748", "invalid-base64", Severity.ERROR, deploy_problem="bad-base64", refuses_start=True)
def invalid_base64(deploy: Deploys) -> Iterator[Finding]:
    """Report a value under `data` of a Secret that is not base64.

    Why it matters: the cluster rejects the Secret; `stringData` takes values as they are.

    Bad:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: PORT, value: "8000"}]
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: web}
        data: {HOST: not base64!}

    Good:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: PORT, value: "8000"}]
    """
    yield from deploy_problems(deploy, invalid_base64)


@built_in("SP749", "missing-object", Severity.WARNING, deploy_problem="missing-object")
def missing_object(deploy: Deploys) -> Iterator[Finding]:
    """Report a ConfigMap or a Secret that a container needs and that is not in the files.

    Why it matters: the container does not start without it, unless the cluster already has it.

    Bad:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              envFrom: [{configMapRef: {name: web}}]

    Good:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              envFrom: [{configMapRef: {name: web}}]
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        data: {PORT: "8000"}
    """
    yield from deploy_problems(deploy, missing_object, severity=Severity.WARNING)


@built_in("SP750", "missing-key", Severity.ERROR, deploy_problem="missing-key", refuses_start=True)
def missing_key(deploy: Deploys) -> Iterator[Finding]:
    """Report a key that a container needs and that its ConfigMap or Secret does not have.

    Why it matters: the container does not start.

    Bad:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: PORT, valueFrom: {configMapKeyRef: {name: web, key: NOPE}}}]
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        data: {PORT: "8000"}

    Good:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: PORT, valueFrom: {configMapKeyRef: {name: web, key: PORT}}}]
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        data: {PORT: "8000"}
    """
    yield from deploy_problems(deploy, missing_key)


@built_in("SP751", "skipped-optional", Severity.INFO, deploy_problem="skipped-optional")
def skipped_optional(deploy: Deploys) -> Iterator[Finding]:
    """Say that an optional ConfigMap, Secret or key does not exist, so the container starts without it.

    Why it matters: what it would have set keeps its default.

    Bad:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: PORT, value: "8000"}]
              envFrom: [{configMapRef: {name: web, optional: true}}]

    Good:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: PORT, value: "8000"}]
    """
    yield from deploy_problems(deploy, skipped_optional)
