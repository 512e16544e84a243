"""What does not come to a container as it is written in manifests, and where that is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.deploys.deployment import DeployProblem, Place
from setpoint.deploys.deployment import DeployProblemKind as Kind
from setpoint.deploys.kubernetes.manifest import read_manifests
from setpoint.deploys.kubernetes.reading import read_kubernetes
from setpoint.deploys.kubernetes.tree import Words
from setpoint.envfile.source_text import SourceText
from support.file_trees import write_tree
from support.manifests import deployment, stored

_GENERATED = "resources: [d.yaml]\nconfigMapGenerator:\n- name: c\n"
_FROM = "envFrom:\n- {configMapRef: {name: c}}\n"


def _written(place: Place | None) -> str:
    assert place is not None
    return place.span.of(place.file.text)


def _shown(problem: DeployProblem) -> tuple[Kind, str, str | None, bool]:
    return problem.kind, _written(problem.place), problem.name, problem.refuses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (deployment("env:\n- {name: A, value: x$(B)y}\n"), (Kind.UNEXPANDED_REFERENCE, "$(B)", "A", False)),
        (deployment("env:\n- {name: A, value: $(B)}\n- {name: B}\n"), (Kind.UNEXPANDED_REFERENCE, "$(B)", "A", False)),
        (deployment("env:\n- {name: A, value: 8080}\n"), (Kind.NOT_A_STRING, "8080", "A", True)),
        (deployment("env:\n- {name: N, value: x}\n"), (Kind.NOT_A_STRING, "N", "N", False)),
        (deployment(_FROM), (Kind.MISSING_OBJECT, "c", None, True)),
        (deployment(_FROM.replace("c}", "c, optional: true}")), (Kind.SKIPPED_OPTIONAL, "c", None, False)),
        (
            deployment("env:\n- {name: A, valueFrom: {configMapKeyRef: {name: c, key: k}}}\n")
            + stored("ConfigMap", "a: b\n"),
            (Kind.MISSING_KEY, "k", "A", True),
        ),
        (deployment(_FROM) + stored("ConfigMap", "a b: x\n"), (Kind.SKIPPED_NAME, "a b", None, False)),
        (deployment(_FROM) + stored("ConfigMap", "é: x\n"), (Kind.SKIPPED_NAME, "é", None, False)),
        (
            deployment(_FROM) + stored("ConfigMap", 'app.env: "A=1"\n'),
            (Kind.WHOLE_FILE_AS_VALUE, "app.env", "app.env", False),
        ),
        (
            deployment(_FROM.replace("configMapRef", "secretRef")) + stored("Secret", "T: YWJjCg==\n"),
            (Kind.LINE_END_IN_SECRET, "YWJjCg==", "T", False),
        ),
        (deployment("env: []\n") + stored("Secret", "A: '!'\n"), (Kind.BAD_BASE64, "'!'", None, True)),
        (deployment("environment:\n- {name: A, value: x}\n"), (Kind.UNKNOWN_FIELD, "environment", None, False)),
        (deployment("env:\n- {name: A, val: x}\n"), (Kind.UNKNOWN_FIELD, "val", "A", False)),
        (deployment("env: []\nenv: []\n"), (Kind.DUPLICATE_KEY, "env", None, False)),
        ("a: 'b\n", (Kind.NOT_YAML, "", None, True)),
    ],
)
def test_each_trap_of_a_manifest_is_found_at_its_place(
    tmp_path: Path, text: str, expected: tuple[Kind, str, str | None, bool]
) -> None:
    """One problem, of its kind, at the words that are wrong."""
    write_tree(tmp_path, {"d.yaml": text})
    assert [_shown(problem) for problem in read_kubernetes([str(tmp_path / "d.yaml")], tmp_path).problems] == [expected]


@pytest.mark.parametrize(
    ("generator", "files", "expected"),
    [
        ("envs: [a.env]", {"a.env": "A='x'\n"}, (Kind.KEPT_QUOTES, "'x'", "A", False)),
        ("files: [a.env]", {"a.env": "A=1\n"}, (Kind.WHOLE_FILE_AS_VALUE, "A=1\n", "a.env", False)),
        ("envs: [a.env]", {"a.env": "export A=1\n"}, (Kind.SKIPPED_NAME, "export A", None, False)),
        ("envs: [a.env]", {"a.env": "A=1\nA=2\n"}, (Kind.BAD_KUSTOMIZATION, "A", None, True)),
        ("envs: [a.env]", {"a.env": "A=" + "x" * 70_000 + "\nB=1\n"}, (Kind.ENV_FILE_LINE, "A", None, False)),
        ("envs: [no.env]", {}, (Kind.BAD_KUSTOMIZATION, "no.env", None, True)),
    ],
)
def test_each_trap_of_a_generator_is_found_in_the_file_that_it_reads(
    tmp_path: Path, generator: str, files: dict[str, str | bytes], expected: tuple[Kind, str, str | None, bool]
) -> None:
    """The place is in the env file, though a kustomization names it."""
    kustomization = f"{_GENERATED}  {generator}\n"
    write_tree(tmp_path, {"kustomization.yaml": kustomization, "d.yaml": deployment(_FROM), **files})
    assert [_shown(problem) for problem in read_kubernetes([str(tmp_path)], tmp_path).problems] == [expected]


@pytest.mark.parametrize(
    "files",
    [
        {"d.yaml": deployment("env:\n- {name: A, value: {s3cr3t: s3cr3t}}\n- {name: B, value: x$(s3cr3t)}\n")},
        {"d.yaml": deployment("env: [A=s3cr3t]\n")},
        {"d.yaml": deployment("env:\n- {name: A=s3cr3t}\n")},
        {"d.yaml": deployment(_FROM) + stored("ConfigMap", "app.env: A=s3cr3t\n's3cr3t \": ': x\n")},
        {"d.yaml": deployment("env: []\n") + stored("Secret", "A: s3cr3t!\nB: [s3cr3t]\n")},
        {"d.yaml": deployment("env: 's3cr3t\n")},
        {"kustomization.yaml": _GENERATED + "  literals: [s3cr3t]\n", "d.yaml": deployment(_FROM)},
        {"kustomization.yaml": _GENERATED + "  literals: [{A: s3cr3t}]\n", "d.yaml": deployment(_FROM)},
        {
            "kustomization.yaml": _GENERATED + "  envs: [a.env]\n",
            "d.yaml": deployment(_FROM),
            "a.env": "A='x\ns3cr3t'\n",
        },
        {"kustomization.yaml": _GENERATED + "  envs: [a.env]\n", "d.yaml": deployment(_FROM), "a.env": "A='s3cr3t'\n"},
    ],
)
def test_no_problem_says_anything_of_a_value(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    """What is written may be a secret, so that messages and hints speak of its place alone."""
    problems = read_kubernetes([str(write_tree(tmp_path, files))], tmp_path).problems
    assert problems
    assert "s3cr3t" not in "".join(f"{each.message} {each.hint} {each.name}" for each in problems)


def test_a_value_knows_where_it_is_written_and_what_it_shadows(tmp_path: Path) -> None:
    """The winner and all that it hides, in their files: manifest, Secret and a patch inside of a kustomization."""
    kustomization = """resources: [d.yaml]
patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {spec: {containers: [{name: app, env: [{name: A, value: patched}]}]}}}
"""
    manifest = deployment("envFrom:\n- {configMapRef: {name: c}}\n- {secretRef: {name: s}}\n")
    manifest += stored("ConfigMap", "A: map\n") + stored("Secret", "A: c2Vj\n", name="s")
    write_tree(tmp_path, {"kustomization.yaml": kustomization, "d.yaml": manifest})
    read = read_kubernetes([str(tmp_path / "kustomization.yaml")], tmp_path)
    winner = read.processes["Deployment/web/app"].variables["A"]
    chain = [(each.via, each.value, _written(each.place), _written(each.named)) for each in (winner, *winner.shadows)]
    assert chain == [
        ("env", "patched", "patched", "A"),
        ("Secret s", "sec", "c2Vj", "A"),
        ("ConfigMap c", "map", "map", "A"),
    ]
    assert winner.place is not None
    assert winner.place.file.path.endswith("kustomization.yaml")
    assert {Path(file.path).name for file in read.files} == {"kustomization.yaml", "d.yaml"}


@given(st.text("kindapVeso: \n-{}[]'\"|&*!<0~y", max_size=80))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    """Whatever is in a file, it becomes objects or problems."""
    read = read_manifests(
        SourceText("d.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n" + text), Words.KUBECTL
    )
    assert read.manifests or read.problems
