"""Projects that nobody wrote: whatever the files say, reading them ends, and every place is in its file."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint.deploys.compose.interpolation import Interpolation
from setpoint.deploys.compose.structure.compose_file import COMPOSE_FILE
from setpoint.deploys.compose.structure.service import SERVICE
from setpoint.deploys.compose.tree import Leaf, Table
from setpoint.deploys.deployment import DeployProblem, Place
from setpoint.envfile.source_text import SourceText, Span
from support.compose_projects import read_project

_SCALARS = st.sampled_from(
    (
        *(
            "null",
            "1",
            "1.10",
            "true",
            "a.env",
            "web",
            "other",
            "b.yaml",
            "2020-01-01",
            '""',
            "service:other",
            "80:80",
            "d:/x",
        ),
        *(
            "'x${OUTER}'",
            "'${NOPE}'",
            "'${NOPE:?}'",
            "pa$word",
            "'${'",
            "A=1",
            "A",
            "'A =1'",
            "*a",
            "!reset null",
            "!!int x",
        ),
    )
)
_KEYS = st.sampled_from(
    ("A", "B", "A.b", "service", "file", "path", "required", "format", "condition", "source", "<<", "x-y", "1")
)


def _containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    entries = st.tuples(_KEYS, inner).map(": ".join)
    lists = st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
    mappings = st.lists(entries, max_size=3).map(lambda items: f"{{{', '.join(items)}}}")
    return st.tuples(st.sampled_from(("", "!override ", "!own ")), st.one_of(lists, mappings)).map("".join)


_VALUES = st.recursive(_SCALARS, _containers, max_leaves=5)
_SERVICE_KEYS = st.one_of(
    st.sampled_from(("environment", "env_file", "extends", "depends_on")), st.sampled_from([*SERVICE.known])
)
_SERVICES = st.dictionaries(_SERVICE_KEYS, _VALUES, max_size=4).map(
    lambda service: "{" + ", ".join(f"{key}: {value}" for key, value in {"image": "app", **service}.items()) + "}"
)
_FILES = st.builds(
    lambda services, key, value: (
        "x-a: &a {A: 1}\nservices:\n"
        + "".join(f"  {name}: {text}\n" for name, text in services.items())
        + f"{key}: {value}\n"
    ),
    st.dictionaries(st.sampled_from(("web", "other", "job")), _SERVICES, min_size=1),
    st.sampled_from([key for key in COMPOSE_FILE.known if key != "services"]),
    _VALUES,
)


@settings(max_examples=50)
@given(st.lists(_FILES, min_size=2, max_size=2), st.booleans())
def test_any_project_gives_services_or_a_reason(files: list[str], together: bool) -> None:  # noqa: FBT001 - hypothesis calls it
    """No project ends in an exception, no refused one has services, and every place is inside of its file."""
    texts = {"compose.yaml": files[0], "b.yaml": files[1], "a.env": "A=1\nB=${A}${Z}\n"}
    with tempfile.TemporaryDirectory() as folder:
        deployment = read_project(Path(folder), texts, *(("compose.yaml", "b.yaml") if together else ()))
    assert not (deployment.refused and deployment.processes)
    variables = [variable for process in deployment.processes.values() for variable in process.variables.values()]
    for place in (*_places(deployment.problems), *(variable.place for variable in variables if variable.place)):
        assert 0 <= place.span.start <= place.span.end <= len(place.file.text)
        assert place.file in deployment.files


def _places(problems: tuple[DeployProblem, ...]) -> list[Place]:
    return [problem.place for problem in problems if problem.place is not None]


_SET = {"ONE": "1", "EMPTY": ""}
_NAMES = st.sampled_from(("ONE", "EMPTY", "NOPE"))
_PLAIN = st.sampled_from(("", "x", "a b", ".", "1", "{", "/:@"))
_OPERATORS = st.sampled_from((":-", "-", ":+", "+"))


def _meant(name: str, operator: str, word: tuple[str, str]) -> tuple[str, str]:
    value = _SET.get(name)
    counts = bool(value) if operator[0] == ":" else value is not None
    alternative = operator[-1] == "+"
    return f"${{{name}{operator}{word[0]}}}", word[1] if counts == alternative else value or ""


_PIECES = st.recursive(
    st.one_of(
        _PLAIN.filter(lambda text: "{" not in text).map(lambda text: (text, text)),
        _NAMES.map(lambda name: (f"${{{name}}}", _SET.get(name, ""))),
        st.just(("$$", "$")),
    ),
    lambda inner: st.builds(_meant, _NAMES, _OPERATORS, inner),
    max_leaves=4,
)


@given(st.lists(_PIECES, max_size=5))
def test_references_are_replaced_as_their_operators_say(pieces: list[tuple[str, str]]) -> None:
    """Defaults and alternatives, nested as deep as one likes; what is put in is not looked at again."""
    text = "".join(written for written, _ in pieces)
    place = Place(SourceText("compose.yaml", text), Span(0, len(text)))
    replaced = Interpolation(_SET, knows_caller=True).replaced(Table({"x": Leaf(text, place)}, place)).get("x")
    assert isinstance(replaced, Leaf)
    assert replaced.value == "".join(meant for _, meant in pieces)
