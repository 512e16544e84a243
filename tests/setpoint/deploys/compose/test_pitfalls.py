from pathlib import Path

import pytest

from setpoint.deploys.deployment import Given, Place
from support.compose_projects import problems, read_project, web


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (
            ["A: 1.10", "B: 0o17", "C: True"],
            ["rewritten-value {}:5:10 1.10", "rewritten-value {}:6:10 0o17", "rewritten-value {}:7:10 True"],
        ),
        (["A: 8080", "B: true", "C: '1.10'", "D: yes", "E: 1.5"], []),
        (["- A=1.10"], []),
        (
            ["A: pa$word", "B: ${NOPE}", "C: x/$NOPE"],
            ["eaten-dollar {}:5:12 $word", "undefined-variable {}:6:10 ${NOPE}", "undefined-variable {}:7:12 $NOPE"],
        ),
        (['A: "x${ONE}${TWO}"'], ["undefined-variable {}:5:12 ${ONE}", "undefined-variable {}:5:18 ${TWO}"]),
        (["A: ${NOPE:-d}", "B: ${OUTER}", "C: $$x", "D: 5$"], []),
        (["- A=$NOPE"], ["undefined-variable {}:5:11 $NOPE"]),
        (["A: |", "  x", "  $NOPE"], ["undefined-variable {}:5:10 |\n        x\n        $NOPE"]),
        (
            ['- A="x"', "- B='y'", '- "C=z"', "- D=\"x'", '- E="'],
            ['kept-quotes {}:5:11 "x"', "kept-quotes {}:6:11 'y'"],
        ),
        (['A: "x"'], []),
        (["x-a: '1'"], ["lost-value {}:5:7 x-a"]),
    ],
)
def test_what_a_container_gets_otherwise_is_told(tmp_path: Path, environment: list[str], told: list[str]) -> None:
    """Numbers that YAML writes anew, `$` that docker compose takes for a reference, quotes that nobody takes away."""
    deployment = read_project(tmp_path, {"compose.yaml": web(*environment)})
    assert problems(deployment) == [each.replace("{}", "compose.yaml") for each in told]
    assert not deployment.refused
    assert {problem.process for problem in deployment.problems} <= {"web"}


@pytest.mark.parametrize(
    ("environment", "env_file", "told"),
    [
        (["A: own"], "A=file\n", ["overridden-value a.env:1:3 file"]),
        (["A: same"], "A=same\n", []),
        (["A:"], "A=file\n", ["lost-value compose.yaml:6:7 A"]),
        (["OUTER:"], "OUTER=file\n", ["overridden-value a.env:1:7 file"]),
        (["- A"], "A=file\n", ["lost-value compose.yaml:6:9 A"]),
        (["B: 1"], "A=$2b$12$abc\n", ["undefined-variable a.env:1:3 $2b$12$abc"]),
        (["B: 1"], "NOPE\n", ["env-file-line a.env:1:1 NOPE"]),
    ],
)
def test_what_becomes_of_an_env_file_is_told(
    tmp_path: Path, environment: list[str], env_file: str, told: list[str]
) -> None:
    """A value that `environment` hides, or takes away, or that the file itself does not say as it was meant."""
    files = {"compose.yaml": web(*environment, more="    env_file: a.env\n"), "a.env": env_file}
    assert problems(read_project(tmp_path, files)) == told


def test_an_anchor_that_services_share_is_told_once(tmp_path: Path) -> None:
    """There is one place to change."""
    text = (
        "x-a: &a {A: 1.10, B: $NOPE}\nservices:\n  a: {image: x, environment: *a}\n  b: {image: x, environment: *a}\n"
    )
    told = ["rewritten-value compose.yaml:1:13 1.10", "undefined-variable compose.yaml:1:22 $NOPE"]
    assert problems(read_project(tmp_path, {"compose.yaml": text})) == told


def test_the_obsolete_version_is_told_at_its_place(tmp_path: Path) -> None:
    """It is no problem for docker compose."""
    deployment = read_project(tmp_path, {"compose.yaml": 'version: "3.8"\n' + web("A: 1")})
    assert problems(deployment) == ["obsolete-version compose.yaml:1:1 version"]


def test_every_value_knows_where_it_is_written_and_what_it_hides(tmp_path: Path) -> None:
    """The deploy file, the env file or `.env`; and what would be there instead, the strongest first."""
    files = {
        "compose.yaml": (
            "services:\n  base: {image: x, env_file: a.env, environment: {A: base, B: '${D}x'}}\n"
            "  web:\n    extends: base\n    environment:\n"
            '      - A=own\n      - "Q=in quotes"\n      - D\n      - OUTER\n'
        ),
        "over.yaml": "services:\n  web:\n    env_file: b.env\n    environment:\n      A: over\n      N: 1.10\n",
        "a.env": "A=a\nF='f'\nF=again\n",
        "b.env": "F=b\n",
        ".env": "D=dot\n",
    }
    deployment = read_project(tmp_path, files, "compose.yaml", "over.yaml")
    web_service = deployment.processes["web"]
    assert {name: _told(given) for name, given in web_service.variables.items()} == {
        "A": (
            "environment over.yaml:5:10 over | environment compose.yaml:6:11 own"
            " | environment compose.yaml:2:54 base | env_file a.env:1:3 a"
        ),
        "F": "env_file b.env:1:3 b | env_file a.env:3:3 again | env_file a.env:2:3 'f'",
        "B": "environment compose.yaml:2:63 '${D}x'",
        "Q": "environment compose.yaml:7:12 in quotes",
        "D": "environment, from outside .env:1:3 dot",
        "OUTER": "environment, from outside compose.yaml:9:9 OUTER",
        "N": "environment over.yaml:6:10 1.10",
    }
    assert web_service.place is not None
    assert _at(web_service.place) == "over.yaml:2:3 web"
    assert [file.path for file in deployment.files] == [".env", "compose.yaml", "over.yaml", "a.env", "b.env"]


def test_every_name_knows_where_it_is_written(tmp_path: Path) -> None:
    """In a mapping, in a list, in a list of which a mapping was made, in an env file."""
    files = {
        "compose.yaml": web("A: 1", "B:", more="    env_file: a.env\n")
        + "  job: {image: x, environment: ['C=1', D]}\n",
        "over.yaml": "services:\n  web:\n    environment:\n    - 'E=1'\n",
        "a.env": "F=1\n",
    }
    deployment = read_project(tmp_path, files, "compose.yaml", "over.yaml")
    variables = [given for process in deployment.processes.values() for given in process.variables.values()]
    assert [given.named.span.of(given.named.file.text) for given in variables if given.named] == [*"FABECD"]


def test_what_only_the_caller_may_know_is_unknown(tmp_path: Path) -> None:
    """Nothing is guessed, nothing is refused for it, and what has a default or a value here is known."""
    environment = ["A:", "B: x$NOPE", "C: ${NOPE:?}", "D: ${NOPE:-d}", "E: $DOT", "F: 1", "OUTER:"]
    files = {
        "compose.yaml": web(*environment, more="    privileged: ${NOPE:?}\n    env_file: [a.env, '${NOPE}.env']\n"),
        ".env": "DOT=dot\n",
        "a.env": "A=a\nG=$NOPE\nH\nI=$F\n",
    }
    deployment = read_project(tmp_path, files, knows_caller=False)
    process = deployment.processes["web"]
    known = {name: given.value for name, given in process.variables.items() if given.unknown is None}
    assert known == {"D": "d", "E": "dot", "F": "1", "I": "1", "OUTER": "outer_value"}
    assert {given.unknown for given in process.variables.values()} == {None, "the environment of docker compose"}
    assert process.elsewhere == ("env_file ${NOPE}.env",)
    assert not deployment.refused
    assert problems(deployment) == [
        "env-file-elsewhere compose.yaml:5:23 '${NOPE}.env'",
        "undefined-variable compose.yaml:5:24 ${NOPE}",
        "eaten-dollar compose.yaml:8:11 $NOPE",
        "undefined-variable a.env:2:3 $NOPE",
    ]


def _told(given: Given) -> str:
    return " | ".join(f"{each.via} {_at(each.place)}" for each in (given, *given.shadows))


def _at(place: Place | None) -> str:
    assert place is not None
    line, column = place.file.position(place.span.start)
    return f"{place.file.path}:{line}:{column} {place.span.of(place.file.text)}"
