"""What containers get of kustomizations; every expectation was seen in what `kubectl kustomize` built."""

from pathlib import Path

import pytest

from setpoint.deploys.deployment import DeployProblemKind
from setpoint.deploys.kubernetes.reading import read_kubernetes
from support.file_trees import write_tree
from support.manifests import deployment, given_values, stored

_FROM = deployment("envFrom:\n- {configMapRef: {name: c}}\n")
_ENV = deployment("env:\n- {name: A, value: '1'}\n- {name: B, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}\n")
_UID = {"unknown": "metadata.uid"}
_GENERATED = "resources: [d.yaml]\nconfigMapGenerator:\n- name: c\n"
_PATCHED = "resources: [d.yaml]\npatches: [{path: p.yaml}]\n"
_JSON_PATCHED = "resources: [d.yaml]\npatches:\n- target: {kind: Deployment, name: 'w.*'}\n  patch: |-\n"
_CONTAINER = "/spec/template/spec/containers/0"

Files = dict[str, str | bytes]


def _patch(env: str, *, container: str = "app") -> str:
    patch = deployment(f"env: {env}\n").replace("          image: app\n", "")
    return patch.replace('    metadata:\n      labels: {app: web, tier: "1"}\n', "").replace(
        "name: app", f"name: {container}"
    )


def _field(name: str, path: str) -> str:
    return f'- {{name: {name}, valueFrom: {{fieldRef: {{fieldPath: "{path}"}}}}}}\n'


def _operations(*operations: str) -> Files:
    return {"kustomization.yaml": _JSON_PATCHED + "".join(f"    - {{{each}}}\n" for each in operations), "d.yaml": _ENV}


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
    files: Files = {"kustomization.yaml": f"{_GENERATED}  literals:\n  - {literal}\n", "d.yaml": _FROM}
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
    files: Files = {"kustomization.yaml": f"{_GENERATED}  envs: [a.env]\n", "d.yaml": _FROM, "a.env": content}
    assert _built(tmp_path, files) == {"Deployment/web/app": expected}


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("[{name: A, $patch: delete}, {name: Z, value: z}]", {"Z": "z", "B": _UID}),
        ("[{$patch: replace}, {name: Z, value: z}]", {"Z": "z"}),
        ("null", {}),
        ("[]", {"A": "1", "B": _UID}),
        ("[{name: B, value: b, valueFrom: null}]", {"B": "b", "A": "1"}),
        ("[{name: N, value: $(A)}, {name: A, value: $(N)}]", {"N": "$(A)", "A": "$(A)", "B": _UID}),
        ("[{name: A, value: p}, {name: A, value: q}]", {"A": "p", "B": _UID}),
        ("[{name: A, value: 0755}, {name: B, valueFrom: null, value: '8'}]", {"A": "0755", "B": "8"}),
        ("[{name: A, value: 2020-01-01}]", {"A": "2020-01-01", "B": _UID}),
        ("[{name: A, value: yes}, {name: D, value: 2020-01-01}]", {
            "A": "yes", "D": "2020-01-01T00:00:00Z", "B": _UID,
        }),
    ],
)  # fmt: skip
def test_a_strategic_patch_merges_variables_by_name_and_puts_them_first(
    tmp_path: Path, patch: str, expected: dict[str, object]
) -> None:
    """The order decides what `$(NAME)` sees; a plain value takes over the quotes that were there."""
    files: Files = {"kustomization.yaml": _PATCHED, "d.yaml": _ENV, "p.yaml": _patch(patch)}
    built = _built(tmp_path, files)["Deployment/web/app"]
    assert list(built.items()) == list(expected.items())


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            _operations(
                f"op: remove, path: {_CONTAINER}/env/1",
                f"op: add, path: {_CONTAINER}/env/0, value: {{name: F, value: f}}",
                f"op: test, path: {_CONTAINER}/env/0/name, value: F",
                f"op: copy, from: {_CONTAINER}/env/0, path: {_CONTAINER}/env/-",
                f"op: replace, path: {_CONTAINER}/env/1/value, value: r",
            ),
            {"A": "r", "F": "f"},
        ),
        (_operations(f"op: replace, path: {_CONTAINER}/env, value: [{{name: X, value: x}}]"), {"X": "x"}),
        (_operations(f"op: move, from: {_CONTAINER}/env/0, path: {_CONTAINER}/env/1"), {"B": _UID, "A": "1"}),
        (_operations(f"op: add, path: {_CONTAINER}/env/-, value: {{name: D, value: 2020-01-01}}"), {
            "A": "1", "B": _UID, "D": "2020-01-01",
        }),
    ],
)  # fmt: skip
def test_a_json_patch_is_applied_in_order(tmp_path: Path, files: Files, expected: dict[str, object]) -> None:
    """Each operation sees what the one before it left."""
    assert list(_built(tmp_path, files)["Deployment/web/app"].items()) == list(expected.items())


_BASE: Files = {
    "base/kustomization.yaml": "resources: [d.yaml]\nnamePrefix: b-\nconfigMapGenerator:\n"
    "- {name: c, literals: [A=1, B=2]}\n",
    "base/d.yaml": _FROM,
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
                "p.yaml": _patch("[{name: P, value: p}]").replace("name: web", "name: b-web"),
                "base/kustomization.yaml": "resources: [d.yaml]\nnamePrefix: b-\nnameSuffix: -t\n",
                "base/d.yaml": deployment("env: [{name: A, value: '1'}, {name: B, value: b}, {name: A, value: '2'}]\n"),
            },
            {"Deployment/b-web-t/app": {"P": "p", "A": "2", "B": "b"}},
        ),
        (
            {
                **_BASE,
                "kustomization.yaml": "resources: [base]\nnamePrefix: o-\npatches: [{path: p.yaml}]\n",
                "p.yaml": _patch("[{name: K, valueFrom: {configMapKeyRef: {name: c, key: A}}}]"),
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
                "comp/p.yaml": _patch("[{name: O, value: $(B)}]"),
                "d.yaml": _FROM,
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
                "kustomization.yaml": _GENERATED
                + "  literals: [A=1, B=2]\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n"
                "    metadata: {name: c}\n    data: {A: p, B: null, N: '3'}\n",
                "d.yaml": _FROM,
            },
            {"Deployment/web/app": {"A": "p", "N": "3"}},
        ),
        (
            {
                "Kustomization": "resources: [d.yaml]\npatchesStrategicMerge:\n- p.yaml\n- |-\n  apiVersion: apps/v1\n"
                "  kind: Deployment\n  metadata: {name: web}\n"
                "  spec: {template: {spec: {containers: [{name: app, env: [{name: I, value: i}]}]}}}\n",
                "p.yaml": _patch("[{name: O, value: o}]") + "---\n" + _patch("[{name: S, value: s}]", container="side"),
                "d.yaml": deployment("env: []\n"),
            },
            {"Deployment/web/app": {"I": "i", "O": "o"}, "Deployment/web/side": {"S": "s"}},
        ),
        (
            {
                "kustomization.yaml": "resources: [d.yaml]\npatches:\n- path: p.yaml\n"
                "  target: {labelSelector: tier=9}\n- path: p.yaml\n  target: {kind: Deploy.*, group: apps}\n",
                "p.yaml": _patch("[{name: O, value: o}]").replace("name: web", "name: any"),
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


@pytest.mark.parametrize(
    "files",
    [
        {"kustomization.yaml": ""},
        {"kustomization.yaml": "resource: [d.yaml]\n"},
        {"kustomization.yaml": "resources: d.yaml\n"},
        {"kustomization.yaml": "resources: [none.yaml]\n"},
        {"kustomization.yaml": "resources: [d.yaml]\n", "kustomization.yml": "resources: [d.yaml]\n"},
        {"kustomization.yaml": "resources: [d.yaml, e.yaml]\n", "e.yaml": _FROM},
        {"kustomization.yaml": "resources: [o]\n", "o/kustomization.yaml": "resources: [..]\n"},
        {"kustomization.yaml": "resources: [o]\n", "o/kustomization.yaml": "resources: [../d.yaml]\n"},
        {"kustomization.yaml": "resources: [o]\n", "o/kustomization.yaml": "kind: Component\n"},
        {"kustomization.yaml": "resources: [d.yaml]\nnamespace: n\n"},
        {"kustomization.yaml": _GENERATED + "  literals: [A]\n"},
        {"kustomization.yaml": _GENERATED + "  literals: [=x]\n"},
        {"kustomization.yaml": _GENERATED + "  literals: [8]\n"},
        {"kustomization.yaml": _GENERATED + "  literals: [A=1]\n  envs: [a.env]\n", "a.env": "A=2\n"},
        {"kustomization.yaml": _GENERATED + "  envs: [a.env]\n", "a.env": b"A=\xff\n"},
        {"kustomization.yaml": _GENERATED + "  files: [../../etc/passwd]\n"},
        {"kustomization.yaml": _GENERATED + "  behavior: merge\n"},
        {"kustomization.yaml": _PATCHED, "p.yaml": _patch("[]").replace("name: web", "name: nope")},
        {"kustomization.yaml": _PATCHED, "p.yaml": "a: 'b\n"},
        _operations(f"op: replace, path: {_CONTAINER}/env/9/value, value: x"),
        _operations(f"op: test, path: {_CONTAINER}/name, value: x"),
        _operations("op: wrong, path: /a, value: x"),
        # what is built is what the API server refuses, or what finds no ConfigMap in its namespace
        {
            "kustomization.yaml": "resources: [base]\nconfigMapGenerator:\n- {name: c, literals: [A=1]}\n",
            "base/kustomization.yaml": "resources: [d.yaml]\nnamespace: other\n",
            "base/d.yaml": _FROM,
        },
        {"kustomization.yaml": _PATCHED, "p.yaml": _patch("[{name: B, value: x}]"), "d.yaml": _ENV},
        {"kustomization.yaml": _PATCHED, "p.yaml": _patch("[{name: N, value: 0755}]"), "d.yaml": _ENV},
    ],
)
def test_what_kustomize_or_the_api_server_refuses_is_refused(tmp_path: Path, files: Files) -> None:
    """A refusal of theirs is one of ours, with nothing built."""
    write_tree(tmp_path, {"d.yaml": _FROM, **files})
    assert read_kubernetes([str(tmp_path)], tmp_path).refused


def test_what_is_not_followed_is_said_to_be_unknown(tmp_path: Path) -> None:
    """Nothing is fetched and no plugin runs, and nobody is left to think that it was."""
    kustomization = "resources: [d.yaml, 'https://example.com/base?ref=v1']\nreplacements: []\n"
    write_tree(tmp_path, {"kustomization.yaml": kustomization, "d.yaml": _ENV})
    read = read_kubernetes([str(tmp_path)], tmp_path)
    assert {problem.kind for problem in read.problems} == {DeployProblemKind.NOT_FOLLOWED}
    assert given_values(read) == {"Deployment/web/app": {"A": "1", "B": _UID}}


_REPLACED = (
    "resources: [d.yaml]\nreplacements:\n- source: {kind: Service, name: db}\n  targets:\n  - fieldPaths: [%s]\n"
)
_CHAINED = deployment("env:\n- {name: A, value: a}\n- {name: B, value: b}\n- {name: C, value: c$(A)}\n")


@pytest.mark.parametrize(
    ("kustomization", "unknown"),
    [
        (_REPLACED % "'spec.template.spec.containers.[name=app].env.[name=A].value'", {"A", "C"}),
        (_REPLACED % "spec.template.spec.containers.0.env.0.value", {"A", "B", "C"}),
        (_REPLACED % "spec.replicas, metadata.name", set()),
        (_REPLACED % "data.A", {"A", "B", "C"}),
        ("resources: [d.yaml]\nreplacements: [{path: r.yaml}]\n", {"A", "B", "C"}),
        ("resources: [d.yaml]\nvars: [{name: X, objref: {kind: Service, name: db}}]\n", {"A", "B", "C"}),
        ("resources: [d.yaml]\ntransformers: [t.yaml]\n", {"A", "B", "C"}),
    ],
)
def test_a_variable_that_is_changed_elsewhere_is_unknown(tmp_path: Path, kustomization: str, unknown: set[str]) -> None:
    """And so is one that is made of it; an overlay's word counts for what it builds on."""
    write_tree(tmp_path, {"base/kustomization.yaml": kustomization, "base/d.yaml": _CHAINED})
    write_tree(tmp_path, {"kustomization.yaml": "resources: [base]\n"})
    read = read_kubernetes([str(tmp_path)], tmp_path)
    given = read.processes["Deployment/web/app"].variables
    assert {name for name, each in given.items() if each.unknown} == unknown
    assert all(each.value is None for each in given.values() if each.unknown)


def test_no_kustomization_reads_what_is_above_the_root(tmp_path: Path) -> None:
    """A base may be beside its overlay, but not out of the folder that is looked at."""
    write_tree(tmp_path, {"outside/kustomization.yaml": "resources: [d.yaml]\n", "outside/d.yaml": _ENV})
    write_tree(tmp_path, {"root/overlay/kustomization.yaml": "resources: [../../outside]\n"})
    read = read_kubernetes([str(tmp_path / "root/overlay")], tmp_path / "root")
    assert read.refused
    assert read.processes == {}


def test_a_list_of_objects_is_a_resource_too(tmp_path: Path) -> None:
    """What is in a `List` gets the prefix as any other object."""
    config = stored("ConfigMap", "A: '1'\n")
    write_tree(tmp_path, {"kustomization.yaml": "resources: [d.yaml]\nnamePrefix: p-\n", "d.yaml": _FROM + config})
    assert given_values(read_kubernetes([str(tmp_path)], tmp_path)) == {"Deployment/p-web/app": {"A": "1"}}


@pytest.mark.parametrize("field", ["resources", "components"])
def test_a_kustomization_that_contains_itself_is_refused_where_it_is_named(tmp_path: Path, field: str) -> None:
    """The circle may be closed further down, in another file than the one that is built."""
    named = f"{field}:\n- ../b\n"
    files: Files = {"a/kustomization.yaml": "resources:\n- ../b\n", "b/kustomization.yaml": named}
    read = read_kubernetes([str(write_tree(tmp_path, files) / "a")], tmp_path)
    places = [each.place for each in read.problems if each.refuses]
    assert [
        (Path(each.file.path).parent.name, each.file.position(each.span.start).line) for each in places if each
    ] == [("b", 2)]
