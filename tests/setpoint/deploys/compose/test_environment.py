from pathlib import Path

import pytest

from support.compose_projects import read_project, values, web


@pytest.mark.parametrize(
    ("environment", "given"),
    [
        (
            ["A: 1.10", "B: 0o17", "C: TRUE", "D: 1_000", "E: 1E6"],
            {"A": "1.1", "B": "15", "C": "true", "D": "1000", "E": "1e+06"},
        ),
        (["A: yes", "B: off", "C: 12:30", "D: v1.10"], {"A": "yes", "B": "off", "C": "12:30", "D": "v1.10"}),
        (
            ["- A=1.10", "- B=0o17", "- C=2020-01-01", "- D=TRUE"],
            {"A": "1.10", "B": "0o17", "C": "2020-01-01", "D": "TRUE"},
        ),
        (["A: '1.10'", 'B: "2020-01-01"', "C: !!str 0755"], {"A": "1.10", "B": "2020-01-01", "C": "0755"}),
        (["A: ${NUMBER}", "B: x${NUMBER}"], {"A": "1.10", "B": "x1.10"}),
        (["OUTER:", "NOPE: ~"], {"OUTER": "outer_value", "NOPE": None}),
        (["- OUTER", "- NOPE", "- NOPE2="], {"OUTER": "outer_value", "NOPE": None, "NOPE2": ""}),
        (["- A=1", "- A=2", "- A"], {"A": None}),
        (["- A=b=c", "- =x", "- ' L=1'"], {"A": "b=c", "": "x", " L": "1"}),
        (["a.b: 1", "A B: 2", "yes: 3"], {"a.b": "1", "A B": "2", "yes": "3"}),
        (
            ["A: pa$word", "B: pa$$word", "C: 5$", "D: $5", "E: $(x)"],
            {"A": "pa", "B": "pa$word", "C": "5$", "D": "$5", "E": "$(x)"},
        ),
        (
            ["A: ${MY-VAR}", "B: ${NOPE:-${OUTER}}", "C: ${OUTER:+${NOPE-d}}"],
            {"A": "VAR", "B": "outer_value", "C": "d"},
        ),
        (["A: ${REFERENCE}"], {"A": "$OUTER"}),
        (["$OUTER: 1", "${OUTER}: 2"], {"$OUTER": "1", "${OUTER}": "2"}),
        (["- $OUTER=1"], {"outer_value": "1"}),
        (["A: !own x"], {"A": "x"}),
        (["x-a: 1", "B: 2"], {"B": "2", "#extensions": "map[x-a:1]"}),
        (["- x-a=1"], {"x-a": "1"}),
        (["A: |", "  one", "  $$two", "B: >-", "  one", "  two"], {"A": "one\n$two\n", "B": "one two"}),
    ],
)
def test_what_environment_says_reaches_the_container(
    tmp_path: Path, environment: list[str], given: dict[str, str | None]
) -> None:
    """Mappings are rewritten as YAML does, lists are taken as they are written, references put text in."""
    files = {"compose.yaml": web(*environment), ".env": "NUMBER=1.10\nREFERENCE='$OUTER'\n"}
    assert values(read_project(tmp_path, files)) == {"web": given}


@pytest.mark.parametrize("environment", ["environment: {}", "environment: []", "env_file: []"])
def test_empty_lists_and_mappings_give_nothing(tmp_path: Path, environment: str) -> None:
    """Only an `environment:` with nothing at all is refused."""
    assert values(read_project(tmp_path, {"compose.yaml": web(more=f"    {environment}\n")})) == {"web": {}}


@pytest.mark.parametrize(
    ("env_file", "environment", "given"),
    [
        ("A=file\nB=file\n", ["A: own", "C: own"], {"A": "own", "B": "file", "C": "own"}),
        ("A=file\n", ["A: ''"], {"A": ""}),
        ("A=file\nOUTER=file\n", ["A:", "OUTER:"], {"A": None, "OUTER": "outer_value"}),
        ("OUTER=file\n", ["B: $OUTER"], {"OUTER": "file", "B": "outer_value"}),
        ("B=${A}\nC=${OUTER}\n", ["A: own"], {"A": "own", "B": "own", "C": "outer_value"}),
        (
            "A=file\nB=${A}\nOUTER=file\nC=$OUTER\n",
            ["A: own"],
            {"A": "own", "B": "own", "OUTER": "file", "C": "outer_value"},
        ),
        ("B=${D}\nC=$E\n", ["D: own", "E:"], {"B": "dot", "C": "", "D": "own", "E": None}),
        ("OUTER\nNOPE\nA\n", ["A: own"], {"OUTER": "outer_value", "A": "own"}),
        ("X=$$a\nY='$a'\nexport Z: 1 # c\n", [], {"X": "$a", "Y": "$a", "Z": "1"}),
    ],
)
def test_env_files_are_weaker_than_environment_and_see_it(
    tmp_path: Path, env_file: str, environment: list[str], given: dict[str, str | None]
) -> None:
    """In their references the caller and `.env` win, then `environment`, then their own lines; a null hides a value."""
    files = {"compose.yaml": web(*environment, more="    env_file: a.env\n"), "a.env": env_file, ".env": "D=dot\n"}
    assert values(read_project(tmp_path, files)) == {"web": given}


@pytest.mark.parametrize(
    ("entry", "given"),
    [
        ("[a.env, b.env]", {"A": "b", "S": "ab"}),
        ("[b.env, a.env]", {"A": "a", "S": "b"}),
        ("[a.env, b.env, a.env]", {"A": "b", "S": "ab"}),
        ("[{path: a.env, format: raw}]", {"A": "a"}),
        ("[{path: nope.env, required: false}, b.env]", {"A": "b", "S": "b"}),
        ('[{path: nope.env, required: "no"}]', {}),
        ("${OUTER}.env", {"O": '"1"'}),
        ("{}/a.env", {"A": "a"}),
    ],
)
def test_env_files_are_read_in_order_and_each_once(tmp_path: Path, entry: str, given: dict[str, str]) -> None:
    """A later one wins and sees the earlier ones; a file that is named again keeps its first place."""
    files = {
        "compose.yaml": web(
            more=f"    env_file: {entry.replace('{}', str(tmp_path), 1) if entry[:3] == '{}/' else entry}\n"
        ),
        "a.env": "A=a\n",
        "b.env": "S=${A}b\nA=b\n",
        "outer_value.env": "O='\"1\"'\n",
    }
    assert values(read_project(tmp_path, files)) == {"web": given}


def test_raw_env_files_keep_everything_after_the_equal_sign(tmp_path: Path) -> None:
    """Quotes, `$` and `#` are a part of the value; a bare name takes the caller's value."""
    more = "    env_file: [{path: a.env, format: raw}]\n"
    files = {"compose.yaml": web(more=more), "a.env": 'A="x" # y\nB=$OUTER\nOUTER\n# c\n'}
    assert values(read_project(tmp_path, files)) == {"web": {"A": '"x" # y', "B": "$OUTER", "OUTER": "outer_value"}}


def test_merge_keys_are_taken_as_yaml_takes_them(tmp_path: Path) -> None:
    """Own names win, of several mappings the first; a merged service loses its block as a whole; anchors last."""
    text = (
        "x-a: &a {A: a, B: a}\nx-b: &b {B: b, C: b}\nx-base: &base\n  image: app\n  environment: {Z: 1}\n"
        "services:\n  web:\n    image: app\n    environment:\n      <<: [*a, *b]\n      C: own\n"
        "  job:\n    <<: *base\n    environment: [J=1]\n  other:\n    <<: *base\n"
    )
    text += "---\nservices:\n  last: {image: app, environment: *b}\n"
    assert values(read_project(tmp_path, {"compose.yaml": text})) == {
        "web": {"C": "own", "A": "a", "B": "a"},
        "job": {"J": "1"},
        "other": {"Z": "1"},
        "last": {"B": "b", "C": "b"},
    }
