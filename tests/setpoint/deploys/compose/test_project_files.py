from pathlib import Path

import pytest

from support.compose_projects import OUTER, problems, read_project, values, web

_BASE = "services:\n  web:\n    image: app\n    env_file: a.env\n    environment: {A: base, B: base, N: 1.10}\n"


@pytest.mark.parametrize(
    ("over", "given"),
    [
        ("environment: {B: over, C: over}", {"F": "a", "A": "base", "B": "over", "N": "1.1", "C": "over"}),
        ("environment: [B=over, OUTER]", {"F": "a", "A": "base", "B": "over", "N": "1.1", "OUTER": "outer_value"}),
        ("environment: {A: }", {"F": "a", "A": None, "B": "base", "N": "1.1"}),
        ("environment:", {"F": "a", "A": "base", "B": "base", "N": "1.1"}),
        ("environment: {A: !reset null}", {"F": "a", "B": "base", "N": "1.1"}),
        ("environment: !reset {}", {"F": "a"}),
        ("environment: !override {C: over}", {"F": "a", "C": "over"}),
        ("environment: !override [C=over]", {"F": "a", "C": "over"}),
        ("env_file: b.env", {"F": "b", "A": "base", "B": "base", "N": "1.1"}),
        ("env_file: !override b.env", {"F": "b", "A": "base", "B": "base", "N": "1.1"}),
        ("env_file: !reset []", {"A": "base", "B": "base", "N": "1.1"}),
        ("image: other", {"F": "a", "A": "base", "B": "base", "N": "1.1"}),
    ],
)
@pytest.mark.parametrize("how", ["-f", "document", "override"])
def test_a_later_file_is_laid_over_an_earlier_one(
    tmp_path: Path, over: str, given: dict[str, str | None], how: str
) -> None:
    """Names merge whatever the form, lists of env files add up; a document of the same file counts as a file."""
    later = f"services:\n  web:\n    {over}\n"
    files = {"compose.yaml": _BASE, "a.env": "F=a\n", "b.env": "F=b\n"}
    named: tuple[str, ...] = ()
    if how == "document":
        files["compose.yaml"] += "---\n" + later
    elif how == "override":
        files["compose.override.yaml"] = later
    else:
        files["b.yaml"], named = later, ("compose.yaml", "b.yaml")
    assert values(read_project(tmp_path, files, *named)) == {"web": given}


@pytest.mark.parametrize(
    ("own", "given"),
    [
        ("extends: base", {"F": "a", "A": "base", "B": "base", "N": "1.1"}),
        ("extends: {service: base}\n    environment: [B=own]", {"F": "a", "A": "base", "B": "own", "N": "1.1"}),
        (
            "extends: base\n    environment: {A: , OUTER: }",
            {"F": "a", "A": None, "B": "base", "N": "1.1", "OUTER": "outer_value"},
        ),
        ("extends: base\n    environment: !override {C: 1}", {"F": "a", "C": "1"}),
        ("extends: base\n    env_file: b.env", {"F": "b", "A": "base", "B": "base", "N": "1.1"}),
        ("extends: {file: sub/x.yaml, service: far}\n    environment: {B: own}", {"F": "sub", "A": "far", "B": "own"}),
        ("extends: {file: sub/x.yaml, service: middle}", {"F": "sub", "A": "far", "M": "1"}),
        ("extends: {file: sub/x.yaml, service: top}", {"F": "sub", "A": "far", "M": "1", "T": "top"}),
    ],
)
def test_a_service_is_laid_over_the_one_that_it_extends(tmp_path: Path, own: str, given: dict[str, str | None]) -> None:
    """The base can be in another file, whose paths are its own, and extend others in turn."""
    files = {
        "compose.yaml": _BASE.replace("  web:", "  base:") + f"  web:\n    {own}\n",
        "a.env": "F=a\n",
        "b.env": "F=b\n",
        "sub/a.env": "F=sub\n",
        "sub/x.yaml": (
            "services:\n  far: {image: app, env_file: a.env, environment: {A: far}}\n"
            "  middle: {extends: far, environment: {M: 1}}\n"
            "  top: {extends: {file: more/y.yaml, service: mid}, environment: [T=top]}\n"
        ),
        "sub/more/y.yaml": "services:\n  mid: {extends: {file: ../x.yaml, service: middle}}\n",
    }
    assert values(read_project(tmp_path, files))["web"] == given


def test_an_included_project_has_paths_and_defaults_of_its_own(tmp_path: Path) -> None:
    """The caller and the `.env` at the top win over its own `.env`, and lists of names can take it, mappings can't."""
    files = {
        "compose.yaml": "include: [sub/compose.yaml]\n" + web("X: ${X:-none}", "Y: ${Y:-none}"),
        ".env": "X=top\n",
        "sub/compose.yaml": (
            "services:\n  sub:\n    image: app\n    env_file: a.env\n    environment: ['X=$X', Y=$Y, Z, D=$$x]\n"
            "  map: {image: app, environment: {Y: , OUTER: }}\n"
        ),
        "sub/.env": "X=sub\nY=sub\nZ=sub\n",
        "sub/a.env": "A=sub\n",
    }
    assert values(read_project(tmp_path, files)) == {
        "sub": {"A": "sub", "X": "top", "Y": "sub", "Z": "sub", "D": "$x"},
        "map": {"Y": None, "OUTER": "outer_value"},
        "web": {"X": "top", "Y": "none"},
    }


def test_an_include_can_name_its_env_files_and_its_folder(tmp_path: Path) -> None:
    """`env_file` of an include takes the place of the `.env` there; several paths are laid over each other."""
    files = {
        "compose.yaml": (
            "include:\n  - path: [sub/compose.yaml, sub/over.yaml]\n    env_file: inc.env\n    project_directory: .\n"
        ),
        "inc.env": "X=inc\n",
        "sub/compose.yaml": "services:\n  sub: {image: app, env_file: a.env, environment: {X: $X, Y: '${Y-none}'}}\n",
        "sub/over.yaml": "services:\n  sub: {environment: {O: 1}}\n",
        "sub/.env": "Y=sub\n",
        "a.env": "A=top\n",
    }
    assert values(read_project(tmp_path, files)) == {"sub": {"A": "top", "X": "inc", "Y": "none", "O": "1"}}


def test_the_same_resource_may_come_from_two_files_if_they_agree(tmp_path: Path) -> None:
    """Two that differ are a conflict, which a published case has."""
    same = "services:\n  web: {image: app, environment: {A: 1}}\n"
    files = {"compose.yaml": "include: [sub.yaml]\n" + same, "sub.yaml": same}
    assert values(read_project(tmp_path, files)) == {"web": {"A": "1"}}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["compose.yaml", "compose.yml", "docker-compose.yml"], "compose.yaml"),
        (["docker-compose.yaml", "docker-compose.yml"], "docker-compose.yml"),
        (["compose.yml"], "compose.yml"),
        (["../compose.yaml"], "../compose.yaml"),
    ],
)
def test_compose_files_are_discovered_by_their_names(tmp_path: Path, names: list[str], found: str) -> None:
    """The first of the known names, in this folder or one above; the others are ignored, with a word."""
    deployment = read_project(tmp_path / "proj", {name: web(f"A: {name}") for name in names})
    assert values(deployment) == {"web": {"A": found}}
    assert problems(deployment) == (["several-compose-files"] if len(names) > 1 else [])


@pytest.mark.parametrize(
    ("environment", "env_files", "given"),
    [
        ({}, [], {"A": "dot", "B": "none"}),
        ({"A": "shell"}, [], {"A": "shell", "B": "none"}),
        ({}, ["x.env"], {"A": "none", "B": "x"}),
        ({}, ["x.env", "y.env"], {"A": "xy", "B": "y"}),
        ({}, ["x.env", "z.env"], {"A": "zz", "B": "z"}),
        ({"COMPOSE_ENV_FILES": "x.env,y.env"}, [], {"A": "xy", "B": "y"}),
        ({"COMPOSE_ENV_FILES": "x.env"}, ["y.env"], {"A": "y", "B": "y"}),
        ({"COMPOSE_DISABLE_ENV_FILE": "true"}, [], {"A": "none", "B": "none"}),
        ({"COMPOSE_DISABLE_ENV_FILE": "0"}, [], {"A": "dot", "B": "none"}),
    ],
)
def test_references_stand_for_the_caller_and_then_for_env_files(
    tmp_path: Path, environment: dict[str, str], env_files: list[str], given: dict[str, str]
) -> None:
    """`--env-file` and `COMPOSE_ENV_FILES` take the place of `.env`; a later file wins, and sees the earlier."""
    files = {
        "compose.yaml": web("A: ${A:-none}", "B: ${B:-none}"),
        ".env": "A=dot\n",
        "x.env": "B=x\n",
        "y.env": "A=${B}y\nB=y\n",
        "z.env": "B=z\nA=${B}z\n",
    }
    deployment = read_project(tmp_path, files, env_files=env_files, environment={**OUTER, **environment})
    assert values(deployment) == {"web": given}


@pytest.mark.parametrize(
    ("dotenv", "environment", "services"),
    [
        ("COMPOSE_FILE=a.yaml:b.yaml\n", {}, {"web": {"A": "a", "B": "b"}}),
        ("COMPOSE_FILE=a.yaml,b.yaml\nCOMPOSE_PATH_SEPARATOR=,\n", {}, {"web": {"A": "a", "B": "b"}}),
        ("COMPOSE_FILE=a.yaml\n", {"COMPOSE_FILE": "compose.yaml"}, {"web": {"A": "compose"}}),
        ("COMPOSE_DISABLE_ENV_FILE=1\nA=lost\n", {"COMPOSE_FILE": "dotenv.yaml"}, {"web": {"A": "none"}}),
        ("COMPOSE_PROFILES=job, other\n", {}, {"web": {"A": "compose"}, "job": {"J": "1"}}),
        ("COMPOSE_PROJECT_NAME=shop\n", {"COMPOSE_FILE": "name.yaml"}, {"web": {"A": "shop"}}),
    ],
)
def test_variables_of_compose_itself_may_be_in_dotenv(
    tmp_path: Path, dotenv: str, environment: dict[str, str], services: dict[str, dict[str, str]]
) -> None:
    """The caller's own win over them."""
    files = {
        "compose.yaml": web("A: compose") + "  job: {image: app, profiles: [job], environment: {J: 1}}\n",
        "a.yaml": web("A: a"),
        "b.yaml": "services:\n  web: {environment: {B: b}}\n",
        "dotenv.yaml": web("A: ${A:-none}"),
        "name.yaml": "name: other\n" + web("A: $COMPOSE_PROJECT_NAME"),
        ".env": dotenv,
    }
    assert values(read_project(tmp_path, files, environment={**OUTER, **environment})) == services


@pytest.mark.parametrize(
    ("name", "given"), [("", "proj-x"), ("name: My Shop\n", "myshop"), ("name: ${OUTER}-1\n", "outer_value-1")]
)
def test_the_name_of_the_project_is_a_variable(tmp_path: Path, name: str, given: str) -> None:
    """From the folder, or from `name:`, as docker compose writes it."""
    files = {"compose.yaml": name + web("A: ${COMPOSE_PROJECT_NAME}")}
    assert values(read_project(tmp_path / "Proj-X", files)) == {"web": {"A": given}}


@pytest.mark.parametrize(
    ("profiles", "services"),
    [([], {"web"}), (["a"], {"web", "one"}), (["b", "c"], {"web", "one", "two"}), (["*"], {"web", "one", "two"})],
)
def test_services_are_on_with_one_of_their_profiles(tmp_path: Path, profiles: list[str], services: set[str]) -> None:
    """A service that is off misses no env file."""
    text = web() + "  one: {image: x, profiles: [a, b]}\n  two: {image: x, profiles: [c]}\n"
    text += "  off: {image: x, profiles: [never], env_file: nope.env}\n"
    if "*" in profiles:
        text = text.replace("nope.env", "compose.yaml").replace("env_file: compose.yaml", "env_file: []")
        services = {*services, "off"}
    assert values(read_project(tmp_path, {"compose.yaml": text}, profiles=profiles)).keys() == services


def test_paths_are_relative_to_the_folder_of_the_first_file(tmp_path: Path) -> None:
    """The env files and `.env` of all files, wherever docker compose is started."""
    files = {
        "deploy/a.yaml": "services:\n  web: {image: app, environment: {D: '${D:-none}'}}\n",
        "b.yaml": "services:\n  web: {env_file: ./x.env}\n",
        "deploy/x.env": "X=deploy\n",
        "deploy/.env": "D=deploy\n",
        "x.env": "X=top\n",
        ".env": "D=top\n",
    }
    assert values(read_project(tmp_path, files, "deploy/a.yaml", "b.yaml")) == {"web": {"X": "deploy", "D": "deploy"}}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_a_file_with_a_byte_order_mark_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    """Go's YAML packages tell it by the mark; without one, they take it for UTF-8."""
    marked = ("\ufeff" if encoding == "utf-16-be" else "") + web("A: caf\u00e9")
    (tmp_path / "compose.yaml").write_bytes(marked.encode(encoding))
    assert values(read_project(tmp_path, {})) == {"web": {"A": "caf\u00e9"}}


@pytest.mark.parametrize("content", [b"\xff\xfea", b"\xff\xfe\x00\xdc", "services: {}".encode("utf-16-le")])
def test_what_is_no_utf_16_is_refused(tmp_path: Path, content: bytes) -> None:
    """An odd byte, half of a pair, or no mark."""
    (tmp_path / "compose.yaml").write_bytes(content)
    assert [each.kind.value for each in read_project(tmp_path, {}).problems] == ["not-yaml"]
