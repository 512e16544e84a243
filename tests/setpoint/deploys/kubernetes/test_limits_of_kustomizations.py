"""What is refused of a kustomization, as kustomize or the API server refuses it, and what is said to be unknown."""

from pathlib import Path

import pytest

from setpoint.deploys.deployment import DeployProblemKind
from setpoint.deploys.kubernetes.reading import read_kubernetes
from support.file_trees import write_tree
from support.kustomizations import CONTAINER, ENV, FROM, GENERATED, PATCHED, UID, Files, json_patch, strategic_patch
from support.manifests import deployment, given_values, stored


@pytest.mark.parametrize(
    "files",
    [
        {"kustomization.yaml": ""},
        {"kustomization.yaml": "resource: [d.yaml]\n"},
        {"kustomization.yaml": "resources: d.yaml\n"},
        {"kustomization.yaml": "resources: [none.yaml]\n"},
        {"kustomization.yaml": "resources: [d.yaml]\n", "kustomization.yml": "resources: [d.yaml]\n"},
        {"kustomization.yaml": "resources: [d.yaml, e.yaml]\n", "e.yaml": FROM},
        {"kustomization.yaml": "resources: [o]\n", "o/kustomization.yaml": "resources: [..]\n"},
        {"kustomization.yaml": "resources: [o]\n", "o/kustomization.yaml": "resources: [../d.yaml]\n"},
        {"kustomization.yaml": "resources: [o]\n", "o/kustomization.yaml": "kind: Component\n"},
        {"kustomization.yaml": "resources: [d.yaml]\nnamespace: n\n"},
        {"kustomization.yaml": GENERATED + "  literals: [A]\n"},
        {"kustomization.yaml": GENERATED + "  literals: [=x]\n"},
        {"kustomization.yaml": GENERATED + "  literals: [8]\n"},
        {"kustomization.yaml": GENERATED + "  literals: [A=1]\n  envs: [a.env]\n", "a.env": "A=2\n"},
        {"kustomization.yaml": GENERATED + "  envs: [a.env]\n", "a.env": b"A=\xff\n"},
        {"kustomization.yaml": GENERATED + "  files: [../../etc/passwd]\n"},
        {"kustomization.yaml": GENERATED + "  behavior: merge\n"},
        {"kustomization.yaml": PATCHED, "p.yaml": strategic_patch("[]").replace("name: web", "name: nope")},
        {"kustomization.yaml": PATCHED, "p.yaml": "a: 'b\n"},
        json_patch(f"op: replace, path: {CONTAINER}/env/9/value, value: x"),
        json_patch(f"op: test, path: {CONTAINER}/name, value: x"),
        json_patch("op: wrong, path: /a, value: x"),
        # what is built is what the API server refuses, or what finds no ConfigMap in its namespace
        {
            "kustomization.yaml": "resources: [base]\nconfigMapGenerator:\n- {name: c, literals: [A=1]}\n",
            "base/kustomization.yaml": "resources: [d.yaml]\nnamespace: other\n",
            "base/d.yaml": FROM,
        },
        {"kustomization.yaml": PATCHED, "p.yaml": strategic_patch("[{name: B, value: x}]"), "d.yaml": ENV},
        {"kustomization.yaml": PATCHED, "p.yaml": strategic_patch("[{name: N, value: 0755}]"), "d.yaml": ENV},
    ],
)
def test_what_kustomize_or_the_api_server_refuses_is_refused(tmp_path: Path, files: Files) -> None:
    """A refusal of theirs is one of ours, with nothing built."""
    write_tree(tmp_path, {"d.yaml": FROM, **files})
    assert read_kubernetes([str(tmp_path)], tmp_path).refused


def test_what_is_not_followed_is_said_to_be_unknown(tmp_path: Path) -> None:
    """Nothing is fetched and no plugin runs, and nobody is left to think that it was."""
    kustomization = "resources: [d.yaml, 'https://example.com/base?ref=v1']\nreplacements: []\n"
    write_tree(tmp_path, {"kustomization.yaml": kustomization, "d.yaml": ENV})
    read = read_kubernetes([str(tmp_path)], tmp_path)
    assert {problem.kind for problem in read.problems} == {DeployProblemKind.NOT_FOLLOWED}
    assert given_values(read) == {"Deployment/web/app": {"A": "1", "B": UID}}


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
    write_tree(tmp_path, {"outside/kustomization.yaml": "resources: [d.yaml]\n", "outside/d.yaml": ENV})
    write_tree(tmp_path, {"root/overlay/kustomization.yaml": "resources: [../../outside]\n"})
    read = read_kubernetes([str(tmp_path / "root/overlay")], tmp_path / "root")
    assert read.refused
    assert read.processes == {}


def test_a_list_of_objects_is_a_resource_too(tmp_path: Path) -> None:
    """What is in a `List` gets the prefix as any other object."""
    config = stored("ConfigMap", "A: '1'\n")
    write_tree(tmp_path, {"kustomization.yaml": "resources: [d.yaml]\nnamePrefix: p-\n", "d.yaml": FROM + config})
    assert given_values(read_kubernetes([str(tmp_path)], tmp_path)) == {"Deployment/p-web/app": {"A": "1"}}


@pytest.mark.parametrize("field", ["resources", "components"])
def test_a_kustomization_that_contains_itself_is_refused_where_it_is_named(tmp_path: Path, field: str) -> None:
    """The circle may be closed further down, in another file than the one that is built."""
    named = f"{field}:\n- ../b\n"
    files: Files = {"a/kustomization.yaml": "resources:\n- ../b\n", "b/kustomization.yaml": named}
    read = read_kubernetes([str(write_tree(tmp_path, files) / "a")], tmp_path)
    places = [each.place for each in read.problems if each.refuses]
    assert [(Path(each.file.path).parent.name, each.file.line_at(each.span.start)) for each in places if each] == [
        ("b", 2)
    ]
