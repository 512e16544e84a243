"""SP752 to SP757: how Kubernetes and kustomize change values."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.finding import Finding
from setpoint.check.outcome import Severity
from setpoint.check.rules.deploys.findings import Deploys, deploy_problems


@built_in("SP752", "skipped-name", Severity.WARNING, deploy_problem="skipped-name")
def skipped_name(deploy: Deploys) -> Iterator[Finding]:
    """Report a key of a ConfigMap or Secret that is not a valid variable name.

    Why it matters: many clusters skip it with an event, and programs can't read it under a usual name.

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
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        data: {PORT: "8000", "A B": x}

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
    yield from deploy_problems(deploy, skipped_name)


@built_in("SP753", "unexpanded-reference", Severity.WARNING, deploy_problem="unexpanded-reference")
def unexpanded_reference(deploy: Deploys) -> Iterator[Finding]:
    """Report a `$(NAME)` that Kubernetes does not expand, because the name is unknown or set further down.

    Why it matters: the process gets the text `$(NAME)`. The variable must be set above it in `env`, or in
    `envFrom`.

    Bad:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              env: [{name: HOST, value: "web.$(DOMAIN)"}]

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
    yield from deploy_problems(deploy, unexpanded_reference)


@built_in("SP754", "line-end-in-secret", Severity.WARNING, deploy_problem="line-end-in-secret")
def line_end_in_secret(deploy: Deploys) -> Iterator[Finding]:
    """Report a value of a Secret that ends with a newline.

    Why it matters: `echo x | base64` adds it, and a password with it is a different one; `echo -n` does not.

    Bad:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              envFrom: [{secretRef: {name: web}}]
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: web}
        data: {HOST: d2ViCg==}

    Good:
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              envFrom: [{secretRef: {name: web}}]
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: web}
        data: {HOST: d2Vi}
    """
    yield from deploy_problems(deploy, line_end_in_secret)


@built_in("SP755", "whole-file-as-value", Severity.WARNING, deploy_problem="whole-file-as-value")
def whole_file_as_value(deploy: Deploys) -> Iterator[Finding]:
    """Report a ConfigMap or Secret that holds a whole env file under its name, and that `envFrom` reads as variables.

    Why it matters: the process gets one variable, `app.env`, with all of the file in it. `envs:` makes a key from
    each line.

    Bad:
        # kustomization.yaml
        resources: [deployment.yaml]
        configMapGenerator: [{name: web, files: [app.env]}]
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              envFrom: [{configMapRef: {name: web}}]
        # app.env
        PORT=8000

    Good:
        # kustomization.yaml
        resources: [deployment.yaml]
        configMapGenerator: [{name: web, envs: [app.env]}]
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              envFrom: [{configMapRef: {name: web}}]
        # app.env
        PORT=8000
    """
    yield from deploy_problems(deploy, whole_file_as_value)


@built_in("SP756", "invalid-kustomization", Severity.ERROR, deploy_problem="bad-kustomization", refuses_start=True)
def invalid_kustomization(deploy: Deploys) -> Iterator[Finding]:
    """Report a kustomization that kustomize rejects.

    Why it matters: nothing is deployed.

    Bad:
        # kustomization.yaml
        resources: [deployment.yaml]
        configMapGenerator: [{name: web, envs: [app.env]}]
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              envFrom: [{configMapRef: {name: web}}]
        # app.env
        PORT=8000
        PORT=9000

    Good:
        # kustomization.yaml
        resources: [deployment.yaml]
        configMapGenerator: [{name: web, envs: [app.env]}]
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              envFrom: [{configMapRef: {name: web}}]
        # app.env
        PORT=9000
    """
    yield from deploy_problems(deploy, invalid_kustomization)


@built_in("SP757", "not-followed", Severity.WARNING, deploy_problem="not-followed")
def not_followed(deploy: Deploys) -> Iterator[Finding]:
    """Report a part of a kustomization that was not evaluated, because it is fetched, computed, or somewhere else.

    Why it matters: what it changes is not known, and was not checked.

    Bad:
        # kustomization.yaml
        nameSuffix: -a
        helmCharts: []
        resources: [deployment.yaml]
        configMapGenerator: [{name: web, envs: [app.env]}]
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              envFrom: [{configMapRef: {name: web}}]
        # app.env
        PORT=8000

    Good:
        # kustomization.yaml
        resources: [deployment.yaml]
        configMapGenerator: [{name: web, envs: [app.env]}]
        # deployment.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - name: app
              image: shop
              envFrom: [{configMapRef: {name: web}}]
        # app.env
        PORT=8000
    """
    yield from deploy_problems(deploy, not_followed)
