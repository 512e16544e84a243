from pathlib import Path

import pytest

from support.compose_projects import OUTER, problems, read_project, told, web


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["empty-compose-file compose.yaml:1:1"]),
        (web("A: b: c"), ["not-yaml compose.yaml:5:11 :"]),
        (web("A: 1", "'A': 2"), ["duplicate-key compose.yaml:6:7 'A'"]),
        (
            "x-a: {b: 1, b: 2}\n" + web("A: 1", "A: 2"),
            ["duplicate-key compose.yaml:1:13 b", "duplicate-key compose.yaml:7:7 A"],
        ),
        ("x: &x {A: 1}\n" + web("<<: *x", "<<: *x"), ["duplicate-key compose.yaml:7:7 <<"]),
        (web("<<: 5"), ["not-yaml compose.yaml:5:11 5"]),
        (web("A: !!int x"), ["not-yaml compose.yaml:5:16 x"]),
        (web("1: a"), ["invalid-structure compose.yaml:5:7 1"]),
        (web("~: a"), ["invalid-structure compose.yaml:5:7 ~"]),
        (web("TRUE: a"), ["invalid-structure compose.yaml:5:7 TRUE"]),
        (web("A: 2020-01-01"), ["invalid-structure compose.yaml:5:10 2020-01-01"]),
        (
            web("A: [1]", "B: {c: d}"),
            ["invalid-structure compose.yaml:5:10 [1]", "invalid-structure compose.yaml:6:10 {c: d}"],
        ),
        (web("- A=1", "- 5"), ["invalid-structure compose.yaml:6:9 5"]),
        (web("- A=1", "-"), ["invalid-structure compose.yaml:6:8"]),
        (web("- B: 1"), ["invalid-structure compose.yaml:5:9 B: 1"]),
        (web("- A = x"), ["invalid-structure compose.yaml:5:9 A = x"]),
        (web('"": x'), ['invalid-structure compose.yaml:5:7 ""']),
        (web(more="    env_file:\n"), ["invalid-structure compose.yaml:4:14"]),
        (web(more="    env_file: [1]\n"), ["invalid-structure compose.yaml:4:16 1"]),
        (web(more="    env_file: [{required: true}]\n"), ["invalid-structure compose.yaml:4:16 {required: true}"]),
        (
            web(more="    environmnet: {}\n    env: {}\n"),
            ["invalid-structure compose.yaml:4:5 environmnet", "invalid-structure compose.yaml:5:5 env"],
        ),
        (web(more="    privileged: perhaps\n"), ["invalid-structure compose.yaml:4:17 perhaps"]),
        (web(more="    depends_on: [a, a]\n"), ["invalid-structure compose.yaml:4:21 a"]),
        (
            web("A: ${A", "B: ${}", "C: ${B C}"),
            [f"invalid-interpolation compose.yaml:{line}:10 $" for line in (5, 6, 7)],
        ),
        (
            web("A: x${NOPE:?set it}", "B: ${NOPE?}"),
            ["required-variable compose.yaml:5:11 $", "required-variable compose.yaml:6:10 $"],
        ),
        ("x-unused: ${NOPE:?}\n" + web(), ["required-variable compose.yaml:1:11 $"]),
        (web(more="    labels: {a: '${NOPE?}'}\n"), ["required-variable compose.yaml:4:18 $"]),
        ("services:\n  web: {image: ''}\n", ["no-image compose.yaml:2:3 web"]),
        (
            web(more="    secrets: [nope]\n    networks: [n]\n"),
            ["undefined-name compose.yaml:4:15 nope", "undefined-name compose.yaml:5:16 n"],
        ),
        (web(more="    volumes: ['data:/data', './x:/x', /y]\n"), ["undefined-name compose.yaml:4:15 'data:/data'"]),
        (web(more="    depends_on: {db: {condition: service_started}}\n"), ["undefined-name compose.yaml:4:18 db"]),
        (web(more="    volumes: [C:/x:/x]\n    scale: many\n"), ["invalid-structure compose.yaml:5:12 many"]),
        (web(more="    mem_limit: 1.5 gib\n    ports: [x]\n"), ["invalid-structure compose.yaml:5:13 x"]),
        (
            web(more="    depends_on: {x: {condition: service_started, required: false}}\n"),
            ["undefined-name compose.yaml:4:18 x"],
        ),
        (web(more="    label_file: nope\n"), ["missing-file compose.yaml:4:17 nope"]),
        (web(more="    depends_on: [web]\n"), ["undefined-name compose.yaml:2:3 web"]),
        (web(more="    network_mode: service:db\n"), ["undefined-name compose.yaml:4:19 service:db"]),
        ("secrets: {s: {}}\n" + web(), ["invalid-structure compose.yaml:1:11 s"]),
        ("include: [nope.yaml]\n" + web(), ["missing-file compose.yaml:1:11 nope.yaml"]),
        ("include: [compose.yaml]\n" + web(), ["bad-include compose.yaml:1:11 compose.yaml"]),
        ("include: [../x.yaml]\n" + web(), ["outside-project compose.yaml:1:11 ../x.yaml"]),
        ("include: ['oci://x/y']\n" + web(), ["outside-project compose.yaml:1:11 'oci://x/y'"]),
        ("include: compose.yaml\n" + web(), ["invalid-structure compose.yaml:1:10 compose.yaml"]),
        (web(more="    extends: nope\n"), ["bad-extends compose.yaml:4:14 nope"]),
        (web(more="    extends: {service: web}\n"), ["bad-extends compose.yaml:4:14 {service: web}"]),
        (web(more="    extends: {service: x, file: nope.yaml}\n"), ["missing-file compose.yaml:4:33 nope.yaml"]),
        (web(more="    extends: {service: x, file: /etc/passwd}\n"), ["outside-project compose.yaml:4:33 /etc/passwd"]),
        (
            web(more="    env_file: [nope.env, more.env]\n"),
            ["missing-env-file compose.yaml:4:16 nope.env", "missing-env-file compose.yaml:4:26 more.env"],
        ),
        (
            "include: [a.yaml, b.yaml]\n" + web(),
            ["missing-file compose.yaml:1:11 a.yaml", "missing-file compose.yaml:1:19 b.yaml"],
        ),
        (
            "services:\n a: {extends: {file: q, service: y}}\n b: {extends: {file: r, service: y}}\n c: {extends: b}",
            ["missing-file compose.yaml:2:22 q", "missing-file compose.yaml:3:22 r"],
        ),
        (web(more="    env_file: .\n"), ["unreadable-file compose.yaml:4:15 ."]),
        (web(more="    env_file: [{path: bad.env, format: json}]\n"), ["refused-env-file compose.yaml:4:23 bad.env"]),
        (web(more="    env_file: bad.env\n"), ['refused-env-file bad.env:2:3 "']),
        ("services:\n", ["invalid-structure compose.yaml:1:10"]),
        ("services:\n  web:\n", ["invalid-structure compose.yaml:2:7"]),
        ("services:\n  a b: {image: x}\n", ["invalid-structure compose.yaml:2:3 a b"]),
        ("- a\n", ["invalid-structure compose.yaml:1:1 - a"]),
        ("# nothing\n", ["empty-compose-file compose.yaml:1:1"]),
        ("a: 1\n", ["invalid-structure compose.yaml:1:1 a"]),
    ],
)
def test_what_docker_compose_refuses_is_refused_at_its_place(tmp_path: Path, text: str, told: list[str]) -> None:
    """Everything of one stage at once, and no service where there is a refusal."""
    deployment = read_project(tmp_path, {"compose.yaml": text, "bad.env": 'A=1\nB="x\n'})
    assert problems(deployment) == told
    assert deployment.refused
    assert not deployment.processes


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ({"named": ["nope.yaml"]}, "missing-file"),
        ({"named": ["."]}, "unreadable-file"),
        ({"env_files": ["nope.env"]}, "missing-env-file"),
        ({"env_files": ["bad.env"]}, 'refused-env-file bad.env:2:3 "'),
        ({"COMPOSE_ENV_FILES": "nope.env"}, "missing-env-file"),
        ({"COMPOSE_DISABLE_ENV_FILE": "maybe"}, "bad-option"),
        ({"COMPOSE_FILE": "compose.yaml:nope.yaml"}, "missing-file"),
        ({"COMPOSE_PROJECT_NAME": "My Shop"}, "bad-option"),
    ],
)
def test_a_call_that_docker_compose_refuses_is_refused(
    tmp_path: Path, call: dict[str, str | list[str]], told: str
) -> None:
    """Files and variables that are not as they have to be."""
    environment = OUTER | {name: value for name, value in call.items() if isinstance(value, str)}
    named, env_files = (list(call.get(key, ())) for key in ("named", "env_files"))
    files = {"compose.yaml": web(), "bad.env": 'A=1\nB="x\n'}
    deployment = read_project(tmp_path, files, *named, env_files=env_files, environment=environment)
    assert problems(deployment) == [told]


def test_a_folder_without_a_compose_file_is_refused(tmp_path: Path) -> None:
    """Nor is there one in a folder above."""
    assert problems(read_project(tmp_path, {"a.env": "A=1\n"})) == ["no-compose-file"]


def test_files_outside_of_the_project_are_read_if_that_is_allowed(tmp_path: Path) -> None:
    """Links lead out as `..` does."""
    files = {
        "compose.yaml": web(more="    extends: {file: ../x.yaml, service: x}\n"),
        "../x.yaml": web().replace("web", "x"),
    }
    assert not read_project(tmp_path / "proj", files, outside=True).refused
    (tmp_path / "proj" / "x.yaml").symlink_to(tmp_path / "x.yaml")
    files["compose.yaml"] = files["compose.yaml"].replace("../", "")
    assert problems(read_project(tmp_path / "proj", files)) == ["outside-project compose.yaml:4:21 x.yaml"]


def test_an_env_file_may_be_anywhere(tmp_path: Path) -> None:
    """Its values are those of this project, whoever else has them."""
    files = {"compose.yaml": web(more="    env_file: ../x.env\n"), "../x.env": "A=1\n"}
    deployment = read_project(tmp_path / "proj", files)
    assert [given.value for given in deployment.processes["web"].variables.values()] == ["1"]


@pytest.mark.parametrize(
    ("files", "last"),
    [
        (
            {f"{n}.yaml": f"include: [{n + 1}.yaml]\nservices: {{s{n}: {{image: x}}}}\n" for n in range(40)},
            "bad-include",
        ),
        (
            {f"{n}.yaml": f"include: [{', '.join([f'{n + 1}.yaml'] * 10)}]\n" for n in range(10)}
            | {"10.yaml": "services: {}\n"},
            "bad-include",
        ),
        (
            {"0.yaml": "services:\n" + "".join(f"  s{n}: {{image: x, extends: s{n + 1}}}\n" for n in range(99))},
            "bad-extends",
        ),
        ({"0.yaml": "services: {}\n---\n" * 101}, "invalid-structure"),
    ],
)
def test_no_project_keeps_the_reader_busy_without_end(tmp_path: Path, files: dict[str, str], last: str) -> None:
    """Files that include each other over and over, services that extend each other in a long row."""
    deployment = read_project(tmp_path, files, "0.yaml")
    assert told(deployment.problems[-1]).partition(" ")[0] == last


def test_no_message_quotes_a_value(tmp_path: Path) -> None:
    """A password that docker compose misreads is not told by whoever says so."""
    secret = "canary-of-a-password"
    texts = [
        web(f"A: {secret}: x"),
        web(f"- A ={secret}"),
        web(f"A: [{secret}]"),
        web(f"A: ${{!{secret}}}"),
        web(f"A: x${secret}", f"B: ${{{secret}:?{secret}}}"),
        web(f"A: !!int {secret}"),
        web(f"- A='{secret}'", f"- B={secret}"),
        web(f"{secret}: [1]", f"{secret}2: 2020-01-01"),
        web("A: 1", more=f"    {secret}: 1\n"),
    ]
    for text in texts:
        deployment = read_project(tmp_path, {"compose.yaml": text})
        assert deployment.problems
        assert all(secret not in f"{problem.message} {problem.hint}" for problem in deployment.problems)
