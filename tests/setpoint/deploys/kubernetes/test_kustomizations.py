"""What containers get of kustomizations; every expectation was seen in what `kubectl kustomize` built."""

from pathlib import Path

import pytest

from setpoint.deploys.kubernetes.reading import read_kubernetes
from support.file_trees import write_tree
from support.kustomizations import CONTAINER, ENV, FROM, GENERATED, PATCHED, UID, Files, json_patch, strategic_patch
from support.manifests import deployment, given_values


def _field(name: str, path: str) -> str:
    return f'- {{name: {name}, valueFrom: {{fieldRef: {{fieldPath: "{path}"}}}}}}\n'


def _built(root: Path, files: Files) -> dict[str, dict[str, object]]:
    read = read_kubernetes([str(write_tree(root, files))], root)
    assert [problem.message for problem in read.problems if problem.refuses] == []
    return given_values(read)


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("A=", {"A": ""}), ("A=\"x'", {"A": "\"x'"}), ("A='\"x\"'", {"A": '"x"'}), ('A="x"y"', {"A": 'x"y'}),
        ('"A= x "', {"A": " x "}), ('A="', {"A": '"'}), ("'A=\" x\"'", {"A": " x"}), ("a.b-c=1", {"a.b-c": "1"}),
    ],
)  # fmt: skip
def test_a_literal_loses_its_outer_quotes_alone(tmp_path: Path, literal: str, expected: dict[str, object]) -> None:
    """Quotes of one kind round the whole value go, and nothing else."""
    files: Files = {"kustomization.yaml": f"{GENERATED}  literals:\n  - {literal}\n", "d.yaml": FROM}
    assert _built(tmp_path, files) == {"Deployment/web/app": expected}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}), ("\ufeffA=1\n", {"A": "1"}), ("A\n", {"A": ""}), ("=x\n", {}),
        ("A=1 \n\t B=2\n # c\nC=3", {"A": "1 ", "B": "2", "C": "3"}), ('A="x\ny"\n', {"A": '"x', 'y"': ""}),
        (";A=1\n", {";A": "1"}), ("A==x\n", {"A": "=x"}), ("A=x\\\nB=1#c\n", {"A": "x\\", "B": "1#c"}),
        ("A=1\0\n", {"A": "1\0"}), ("A=1\n" + "B=" + "x" * 70_000 + "\nC=1\n", {"A": "1"}),
    ],
)  # fmt: skip
def test_an_env_file_is_read_without_any_quoting(tmp_path: Path, content: str, expected: dict[str, object]) -> None:
    """All after the `=` counts; a line of 64 KiB ends the file in silence."""
    files: Files = {"kustomization.yaml": f"{GENERATED}  envs: [a.env]\n", "d.yaml": FROM, "a.env": content}
    assert _built(tmp_path, files) == {"Deployment/web/app": expected}


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("[{name: A, $patch: delete}, {name: Z, value: z}]", {"Z": "z", "B": UID}),
        ("[{$patch: replace}, {name: Z, value: z}]", {"Z": "z"}),
        ("null", {}),
        ("[]", {"A": "1", "B": UID}),
        ("[{name: B, value: b, valueFrom: null}]", {"B": "b", "A": "1"}),
        ("[{name: N, value: $(A)}, {name: A, value: $(N)}]", {"N": "$(A)", "A": "$(A)", "B": UID}),
        ("[{name: A, value: p}, {name: A, value: q}]", {"A": "p", "B": UID}),
        ("[{name: A, value: 0755}, {name: B, valueFrom: null, value: '8'}]", {"A": "0755", "B": "8"}),
        ("[{name: A, value: 2020-01-01}]", {"A": "2020-01-01", "B": UID}),
        ("[{name: A, value: yes}, {name: D, value: 2020-01-01}]", {
            "A": "yes", "D": "2020-01-01T00:00:00Z", "B": UID,
        }),
    ],
)  # fmt: skip
def test_a_strategic_patch_merges_variables_by_name_and_puts_them_first(
    tmp_path: Path, patch: str, expected: dict[str, object]
) -> None:
    """The order decides what `$(NAME)` sees; a plain value takes over the quotes that were there."""
    files: Files = {"kustomization.yaml": PATCHED, "d.yaml": ENV, "p.yaml": strategic_patch(patch)}
    built = _built(tmp_path, files)["Deployment/web/app"]
    assert list(built.items()) == list(expected.items())


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            json_patch(
                f"op: remove, path: {CONTAINER}/env/1",
                f"op: add, path: {CONTAINER}/env/0, value: {{name: F, value: f}}",
                f"op: test, path: {CONTAINER}/env/0/name, value: F",
                f"op: copy, from: {CONTAINER}/env/0, path: {CONTAINER}/env/-",
                f"op: replace, path: {CONTAINER}/env/1/value, value: r",
            ),
            {"A": "r", "F": "f"},
        ),
        (json_patch(f"op: replace, path: {CONTAINER}/env, value: [{{name: X, value: x}}]"), {"X": "x"}),
        (json_patch(f"op: move, from: {CONTAINER}/env/0, path: {CONTAINER}/env/1"), {"B": UID, "A": "1"}),
        (json_patch(f"op: add, path: {CONTAINER}/env/-, value: {{name: D, value: 2020-01-01}}"), {
            "A": "1", "B": UID, "D": "2020-01-01",
        }),
    ],
)  # fmt: skip
def test_a_json_patch_is_applied_in_order(tmp_path: Path, files: Files, expected: dict[str, object]) -> None:
    """Each operation sees what the one before it left."""
    assert list(_built(tmp_path, files)["Deployment/web/app"].items()) == list(expected.items())


_BASE: Files = {
    "base/kustomization.yaml": "resources: [d.yaml]\nnamePrefix: b-\nconfigMapGenerator:\n"
    "- {name: c, literals: [A=1, B=2]}\n",
    "base/d.yaml": FROM,
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {
                **_BASE,
                "kustomization.yaml": "resources: [base]\nnamePrefix: o-\nnameSuffix: -s\nconfigMapGenerator:\n"
                "- {name: c, behavior: merge, literals: [B=over, C=new]}\n",
            },
            {"Deployment/o-b-web-s/app": {"A": "1", "B": "over", "C": "new"}},
        ),
        (
            {
                **_BASE,
                "kustomization.yaml": "resources: [base]\nconfigMapGenerator:\n"
                "- {name: b-c, behavior: replace, literals: [C=new]}\n",
            },
            {"Deployment/b-web/app": {"C": "new"}},
        ),
        (
            {
                "kustomization.yaml": "resources: [base]\npatches: [{path: p.yaml}]\n",
                "p.yaml": strategic_patch("[{name: P, value: p}]").replace("name: web", "name: b-web"),
                "base/kustomization.yaml": "resources: [d.yaml]\nnamePrefix: b-\nnameSuffix: -t\n",
                "base/d.yaml": deployment("env: [{name: A, value: '1'}, {name: B, value: b}, {name: A, value: '2'}]\n"),
            },
            {"Deployment/b-web-t/app": {"P": "p", "A": "2", "B": "b"}},
        ),
        (
            {
                **_BASE,
                "kustomization.yaml": "resources: [base]\nnamePrefix: o-\npatches: [{path: p.yaml}]\n",
                "p.yaml": strategic_patch("[{name: K, valueFrom: {configMapKeyRef: {name: c, key: A}}}]"),
            },
            {"Deployment/o-b-web/app": {"A": "1", "B": "2", "K": "1"}},
        ),
        (
            {
                "kustomization.yaml": "resources: [d.yaml]\ncomponents: [comp]\nconfigMapGenerator:\n"
                "- {name: c, literals: [A=1]}\n",
                "comp/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
                "configMapGenerator:\n- {name: c, behavior: merge, envs: [c.env]}\npatches: [{path: p.yaml}]\n",
                "comp/c.env": "B=2\n",
                "comp/p.yaml": strategic_patch("[{name: O, value: $(B)}]"),
                "d.yaml": FROM,
            },
            {"Deployment/web/app": {"A": "1", "B": "2", "O": "2"}},
        ),
        (
            {
                "kustomization.yaml": "resources: [d.yaml]\ncommonLabels: {x: '1'}\ncommonAnnotations: {q: '2'}\n"
                "labels: [{pairs: {z: '3'}, includeTemplates: true}, {pairs: {w: '4'}}]\n",
                "d.yaml": deployment(
                    "env:\n"
                    + "".join(
                        _field(f"{key.upper()}L", f"metadata.{which}['{key}']")
                        for which, key in (("labels", "x"), ("annotations", "q"), ("labels", "z"), ("labels", "w"))
                    )
                ),
            },
            {"Deployment/web/app": {"XL": "1", "QL": "2", "ZL": "3", "WL": ""}},
        ),
        (
            {
                "kustomization.yaml": GENERATED
                + "  literals: [A=1, B=2]\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n"
                "    metadata: {name: c}\n    data: {A: p, B: null, N: '3'}\n",
                "d.yaml": FROM,
            },
            {"Deployment/web/app": {"A": "p", "N": "3"}},
        ),
        (
            {
                "Kustomization": "resources: [d.yaml]\npatchesStrategicMerge:\n- p.yaml\n- |-\n  apiVersion: apps/v1\n"
                "  kind: Deployment\n  metadata: {name: web}\n"
                "  spec: {template: {spec: {containers: [{name: app, env: [{name: I, value: i}]}]}}}\n",
                "p.yaml": strategic_patch("[{name: O, value: o}]")
                + "---\n"
                + strategic_patch("[{name: S, value: s}]", container="side"),
                "d.yaml": deployment("env: []\n"),
            },
            {"Deployment/web/app": {"I": "i", "O": "o"}, "Deployment/web/side": {"S": "s"}},
        ),
        (
            {
                "kustomization.yaml": "resources: [d.yaml]\npatches:\n- path: p.yaml\n"
                "  target: {labelSelector: tier=9}\n- path: p.yaml\n  target: {kind: Deploy.*, group: apps}\n",
                "p.yaml": strategic_patch("[{name: O, value: o}]").replace("name: web", "name: any"),
                "d.yaml": deployment("env: []\n"),
            },
            {"Deployment/web/app": {"O": "o"}},
        ),
        (
            {
                "kustomization.yaml": "resources: [d.yaml]\nsecretGenerator:\n- {name: c, files: [k=f, b]}\n",
                "f": "v\n",
                "b": b"\xff\0",
                "d.yaml": deployment("envFrom:\n- {secretRef: {name: c}}\n"),
            },
            {"Deployment/web/app": {"k": "v\n", "b": "\udcff\0"}},
        ),
    ],
)
def test_bases_components_and_patches_are_put_together(
    tmp_path: Path, files: Files, expected: dict[str, dict[str, object]]
) -> None:
    """References follow what is renamed, whichever of its names they use."""
    assert _built(tmp_path, files) == expected
