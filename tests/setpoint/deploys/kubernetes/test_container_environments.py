"""What containers get of manifests; what kubectl decodes was tried with it, the rest is the kubelet's rules."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.deploys.deployment import Deployment
from setpoint.deploys.kubernetes.expansion import expand
from setpoint.deploys.kubernetes.quantity import quantity
from setpoint.deploys.kubernetes.reading import read_kubernetes
from setpoint.envfile.draft import ExpansionLimit
from support.file_trees import write_tree
from support.manifests import deployment, given_values, stored

_APP = "Deployment/web/app"
_HALF_A_CPU = "resources: {limits: {cpu: 0.5, memory: 1500k}}\n"
_FROM = "envFrom:\n- {configMapRef: {name: c}}\n"
_SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: db}\n"
_JOBS = """apiVersion: v1
kind: List
items:
- apiVersion: batch/v1
  kind: Job
  metadata: {name: j}
  spec: {template: {spec: {containers: [{name: a}]}}}
"""


def _read(root: Path, *texts: str) -> Deployment:
    files: dict[str, str | bytes] = {f"{number}.yaml": text for number, text in enumerate(texts)}
    write_tree(root, files)
    return read_kubernetes([str(root / name) for name in files], root)


def _values(root: Path, *texts: str) -> dict[str, object]:
    read = _read(root, *texts)
    assert not read.refused, [problem.message for problem in read.problems]
    return given_values(read)[_APP]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"8080"', "8080"), ("!!str 8", "8"), ("!x y", "y"), ("!!binary aGk=", "hi"), ("~", ""), ("NULL", ""), ("", ""),
        ("2020-01-01", "2020-01-01"), ("12:30", "12:30"), ("=", "="), ("<<", "<<"), ("1e", "1e"), ("0o8", "0o8"),
        ("1e400", "1e400"), ("1,000", "1,000"), ("tRue", "tRue"), ("nUll", "nUll"), ("oN", "oN"), ("_1", "_1"),
        ("&a b", "b"), ("|\n    a\n    b", "a\nb\n"), (">-\n    a\n    b", "a b"), ('!!null ""', ""),
    ],
)  # fmt: skip
def test_a_value_that_yaml_leaves_a_string_is_taken(tmp_path: Path, written: str, value: str) -> None:
    """Kubectl decodes each of these as this string."""
    assert _values(tmp_path, deployment(f"env:\n- name: A\n  value: {written}\n")) == {"A": value}


@pytest.mark.parametrize(
    "written",
    [
        "8080", "0755", "0o17", "1e3", "1_000", "0x1F", ".inf", "Yes", "y", "N", "on", "Off", "TRUE", "1.", ".5", "+1",
        "0b11", '!!int "8"', "!!bool yes", "08", "09.5", "18446744073709551616", "{a: 1}", "[]", "!!int x",
    ],
)  # fmt: skip
def test_a_value_that_yaml_makes_something_else_is_refused(tmp_path: Path, written: str) -> None:
    """Kubectl refuses each of these."""
    assert _read(tmp_path, deployment(f"env:\n- name: A\n  value: {written}\n")).refused


@pytest.mark.parametrize(
    ("container", "more", "expected"),
    [
        # env
        ("env:\n- {name: A, value: $$(B)$$x$y$}\n", "", {"A": "$(B)$x$y$"}),
        ("env:\n- {name: A, value: $(B)}\n- {name: B, value: b}\n- {name: C, value: $(A)$(B}\n", "", {
            "A": "$(B)", "B": "b", "C": "$(B)$(B",
        }),
        ("env:\n- {name: A, value: '1'}\n- {name: A, value: $(A)2}\n", "", {"A": "12"}),
        ("env:\n- &x {name: A, value: b}\n- {<<: *x, name: B}\n- {<<: [*x, {value: q}], name: C}\n", "", {
            "A": "b", "B": "b", "C": "b",
        }),
        ("env:\n- {name: A, Value: b}\n", "", {"A": ""}),
        # envFrom
        ("envFrom:\n- {prefix: P_, configMapRef: {name: c}}\nenv:\n- {name: B, value: $(P_A)$(A)}\n",
         stored("ConfigMap", "A: $(X)$$\nbinary: ''\n"), {"P_A": "$(X)$$", "P_binary": "", "B": "$(X)$$$(A)"}),
        ("envFrom:\n- {configMapRef: {name: c}}\n", stored("ConfigMap", "A:\n1: x\nyes: z\n1.10: f\n"), {
            "A": "", "1": "x", "true": "z", "1.1": "f",
        }),
        ("envFrom:\n- {secretRef: {name: c}}\n", stored("Secret", 'A: "Y\\nQ=="\nB: YR==\nC:\n'), {
            "A": "a", "B": "a", "C": "",
        }),
        ("envFrom:\n- {secretRef: {name: c, optional: true}}\n", "", {}),
        # keys
        ("env:\n- {name: A, valueFrom: {configMapKeyRef: {name: c, key: nope, optional: true}}}\n",
         stored("ConfigMap", "k: v\n"), {}),
        (f"{_FROM}env:\n- {{name: k, valueFrom: {{secretKeyRef: {{name: nope, key: nope, optional: true}}}}}}\n",
         stored("ConfigMap", "k: v\n"), {"k": "v"}),
        # fields
        ("env:\n- {name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n- {name: B, value: x-$(A)}\n", "", {
            "A": {"unknown": "metadata.name"}, "B": {"unknown": "metadata.name"},
        }),
        ("env:\n- {name: A, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}\n", "", {"A": "default"}),
        ("env:\n- {name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['pod-template-hash']\"}}}\n", "", {
            "A": {"unknown": "metadata.labels['pod-template-hash']"},
        }),
        ("env:\n- {name: A, value: $(KUBERNETES_SERVICE_HOST)}\n", "", {
            "A": {"unknown": "service variable KUBERNETES_SERVICE_HOST"},
        }),
        ("env:\n- {name: A, value: $(DB_SERVICE_HOST)}\n- {name: B, value: $(NO_SERVICE_HOST)}\n", _SERVICE, {
            "A": {"unknown": "service variable DB_SERVICE_HOST"}, "B": "$(NO_SERVICE_HOST)",
        }),
        # resources
        ("env:\n- {name: A, valueFrom: {resourceFieldRef: {resource: limits.memory}}}\n", "", {
            "A": {"unknown": "allocatable memory of the node"},
        }),
        (_HALF_A_CPU + "env:\n- {name: A, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 100m}}}\n",
         "", {"A": "5"}),
        (_HALF_A_CPU + "env:\n- {name: A, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}\n",
         "", {"A": "2"}),
        ("env:\n- {name: A, valueFrom: {resourceFieldRef: {resource: requests.ephemeral-storage}}}\n", "", {"A": "0"}),
    ],
)  # fmt: skip
def test_a_container_gets_what_the_kubelet_gives(
    tmp_path: Path, container: str, more: str, expected: dict[str, object]
) -> None:
    """Order, expansion, references and resources, one rule a line."""
    assert _values(tmp_path, deployment(container) + more) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n",
        "- a\n",
        "text\n",
        "kind: Deployment\nmetadata: {name: web}\n",
        "a: {\n",
        deployment("env: {A: '1'}\n"),
        deployment("env: [A=1]\n"),
        deployment("env:\n-\n"),
        deployment("env:\n- {value: b}\n"),
        deployment("env:\n- {name: 1, value: b}\n"),
        deployment("env:\n- {name: é, value: b}\n"),
        deployment("env:\n- {name: A, valueFrom: []}\n"),
        deployment("env:\n- {name: A, valueFrom: {}}\n"),
        deployment("env:\n- {name: A, valueFrom: {fieldRef: {fieldPath: spec.containers}}}\n"),
        deployment("env:\n- {name: A, valueFrom: {resourceFieldRef: {resource: cpu}}}\n"),
        deployment("env:\n- {name: A, valueFrom: {configMapKeyRef: {name: c, key: k, optional: 'true'}}}\n"),
        deployment("envFrom:\n- {prefix: P_}\n"),
        deployment("envFrom:\n- {configMapRef: {name: nope}}\n"),
        deployment("env: []\n").replace("name: web", "name: 1"),
        deployment("env: []\n").replace('tier: "1"', "tier: 1"),
        deployment("env: []\n") + stored("ConfigMap", "A: 1\n"),
        deployment("env: []\n") + stored("ConfigMap", "~: x\n"),
        deployment("env: []\n") + stored("Secret", "A: YQ\n"),
        deployment("env: []\n") + stored("Secret", "A: Y Q==\n"),
    ],
)
def test_what_kubernetes_does_not_take_is_refused(tmp_path: Path, text: str) -> None:
    """The decoder, the validation of the API server, or the kubelet refuses each of these."""
    read = _read(tmp_path, text)
    assert read.refused
    assert all(problem.place for problem in read.problems)


def test_every_kind_that_has_pods_is_read(tmp_path: Path) -> None:
    """One environment a container, those of init containers first."""
    spec = "{containers: [{name: a, env: [{name: K, value: v}]}], initContainers: [{name: i}]}"
    documents = [
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: " + spec,
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec: {jobTemplate: {spec: {template: {spec: "
        + spec
        + "}}}}",
        _JOBS,
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
    ]
    documents += (
        f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{template: {{spec: {spec}}}}}"
        for kind in ("DaemonSet", "ReplicaSet", "StatefulSet")
    )
    read = _read(tmp_path, "\n---\n".join(documents))
    assert not read.refused
    assert list(read.processes) == [
        "Pod/p/i", "Pod/p/a", "CronJob/c/i", "CronJob/c/a", "Job/j/a",
        "DaemonSet/x/i", "DaemonSet/x/a", "ReplicaSet/x/i", "ReplicaSet/x/a", "StatefulSet/x/i", "StatefulSet/x/a",
    ]  # fmt: skip


def test_a_folder_is_one_deploy_and_namespaces_are_kept_apart(tmp_path: Path) -> None:
    """Files of a folder find each other; an object of another namespace is not meant."""
    workload = deployment("envFrom:\n- {configMapRef: {name: c}}\n").replace(
        "  name: web", "  name: web\n  namespace: a"
    )
    config = stored("ConfigMap", "A: {}\n")
    files: dict[str, str | bytes] = {
        "d.yaml": workload,
        "c.yml": config.replace("{}", "mine").replace("{name: c}", "{name: c, namespace: a}"),
        "other.yaml": config.replace("{}", "other").replace("{name: c}", "{name: c, namespace: b}"),
        "notes.txt": "no: {yaml",
    }
    read = read_kubernetes([str(write_tree(tmp_path, files))], tmp_path)
    assert given_values(read) == {_APP: {"A": "mine"}}
    assert not read.refused


@given(st.text("$()A x{}", max_size=30))
def test_expansion_takes_any_text_and_leaves_one_without_dollars_alone(text: str) -> None:
    """No value makes it raise, and nothing but `$` begins anything."""
    expanded = expand(text, {"A": "$(x)"}, ExpansionLimit())
    if "$" not in text:
        assert expanded == (text, (), ())
    assert expand(text.replace("$", "$$"), {"A": "a"}, ExpansionLimit()).text == text


@pytest.mark.parametrize(
    ("text", "number"),
    [("500m", "1/2"), ("1.5Gi", "1610612736"), ("2e3", "2000"), ("1E", "1000000000000000000"), (".5k", "500"),
     ("100n", "1/10000000")],
)  # fmt: skip
def test_a_quantity_is_read(text: str, number: str) -> None:
    """Suffixes are decimal, binary, or an exponent."""
    assert str(quantity(text)) == number


@pytest.mark.parametrize("text", ["", "5x", "1 Gi", "1Gib", "k", "1ee3"])
def test_what_is_no_quantity_is_told(text: str) -> None:
    """Kubernetes refuses these."""
    assert quantity(text) is None
