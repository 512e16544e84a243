import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.deploys.yaml_tree.nodes import YamlMapping, YamlNode, YamlScalar, YamlSequence, repeated_keys
from setpoint.deploys.yaml_tree.reading import MOST_REPEATED_NODES, read_yaml
from setpoint.envfile.source_text import SourceText

_PIECES = (
    *(
        "a",
        "b: ",
        "b:",
        "- ",
        "-",
        "\n",
        "\n  ",
        "\n    ",
        "? ",
        ": ",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "|\n",
        ">-\n",
        "---\n",
        "...\n",
    ),
    *(
        '"',
        "'",
        "\\",
        "\\n",
        "\\x",
        "&a ",
        "*a",
        "!t ",
        "!!str ",
        "!<",
        "!",
        "<<: ",
        "%YAML 1.2\n",
        "%TAG ! x\n",
        "#",
        " # c\n",
    ),
    *(
        "~",
        "1",
        "\t",
        "\r\n",
        "\r",
        "\x85",
        "\u2028",
        "\ufeff",
        "\0",
        "\x7f",
        "é",
        "\U0001f600",
        "\udcff",
        "@",
        "`",
        " ",
    ),
)
_TEXTS = st.one_of(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join), st.text(max_size=20))


@pytest.mark.parametrize(
    ("text", "written", "meant"),
    [
        ("a: x", "x", "x"),
        ("a: x # comment", "x", "x"),
        ("a: 'it''s'", "'it''s'", "it's"),
        ('a: "\\u00e9\\n"', '"\\u00e9\\n"', "é\n"),
        ('a: "it\\\'s \\x41"', '"it\\\'s \\x41"', "it's A"),
        ("a: &anchor x", "x", "x"),
        ("a: !!str 12", "12", "12"),
        ("a: &anchor !tag # comment\n  x", "x", "x"),
        ("a: !reset", "", ""),
        ("a:", "", ""),
        ("a: |\n  one\n  two\n\nb: 1", "|\n  one\n  two", "one\ntwo\n"),
        ("a: >-\n  one\n  two\n", ">-\n  one\n  two", "one two"),
        ("a: one\n  two\n", "one\n  two", "one two"),
        ("\ufeffa: \U0001f600é x", "\U0001f600é x", "\U0001f600é x"),
        ("a: x\r\nb: 1\r\n", "x", "x"),
        ('{"a": 1e3}', "1e3", "1e3"),
    ],
)
def test_a_value_is_where_it_is_written(text: str, written: str, meant: str) -> None:
    """Quotes are a part of the place, tags and anchors are not, and a block ends with its last line."""
    (root,) = read_yaml(text).documents
    assert isinstance(root, YamlMapping)
    value = root.entries[0].value
    assert isinstance(value, YamlScalar)
    assert (value.span.of(text), value.text) == (written, meant)


def test_lists_and_mappings_end_with_what_is_in_them() -> None:
    """A block has no closing mark, and the lines after it are not its own."""
    text = "a:\n  - 1\n  - [2, 3]\n\n# comment\nb: {c: d}\ne: &e\n  f: g\nh: *e\n"
    (root,) = read_yaml(text).documents
    assert isinstance(root, YamlMapping)
    written = [value.span.of(text) for _, value in root.entries]
    assert written == ["- 1\n  - [2, 3]", "{c: d}", "f: g", "f: g"]
    assert root.span.of(text) == text.rstrip()


def test_an_alias_is_the_node_of_its_anchor() -> None:
    """So the place of an aliased value is where a person has to change it."""
    (root,) = read_yaml("a: &x [1]\nb: *x\n").documents
    assert isinstance(root, YamlMapping)
    assert root.entries[0].value is root.entries[1].value


def test_every_document_of_a_file_is_read() -> None:
    """An empty one counts, comments alone are none."""
    documents = read_yaml("# c\n---\na: 1\n---\n...\n---\n- b\n").documents
    assert [type(document) for document in documents] == [YamlMapping, YamlScalar, YamlSequence]
    assert read_yaml("# nothing\n").documents == ()


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: b: c\n", (1, 5), "mapping values are not allowed in this context"),
        ("a:\n\tb: 1\n", (2, 1), "while scanning for the next token: found character that cannot start any token"),
        ("a: [1\n", (2, 1), "while parsing a flow sequence: did not find expected ',' or ']'"),
        ("a: *b\n", (1, 4), "this alias refers to an anchor that is not defined above"),
        ("a: &a\n  - *a\n", (2, 5), "this alias is inside the node that it refers to"),
        ("--- &a 1\n--- *a\n", (2, 5), "this alias refers to an anchor that is not defined above"),
        ("\ufeffa: \udcff\n", (1, 5), "the file is not UTF-8"),
        ('a: "\\\\/ \\/"\n', (1, 9), "while parsing a quoted scalar: found unknown escape character"),
        ("%YAML 1.2\n--- a\n", (1, 1), "only YAML 1.1 can be read, not the version that `%YAML` names"),
        ("a: \0\n", (1, 4), "YAML does not allow control characters"),
        (
            "- &a " + "[" * 60 + "]" * 60 + "\n- " + "[" * 60 + "*a" + "]" * 60,
            (2, 63),
            "it is nested deeper than 100 levels",
        ),
        ("- " * 60 + "[" * 60 + "]" * 60, (1, 161), "it is nested deeper than 100 levels"),
    ],
)
def test_what_is_no_yaml_has_a_place_and_a_reason(text: str, place: tuple[int, int], message: str) -> None:
    """The reason quotes nothing of the file, because it could be a secret."""
    problem = read_yaml(text).problem
    assert problem is not None
    assert problem.message == message
    assert SourceText("f", text).position(problem.span.start) == place


def test_documents_before_the_problem_are_kept() -> None:
    """What can be said about them is said at once."""
    reading = read_yaml("a: 1\n---\nb: [\n")
    assert len(reading.documents) == 1
    assert reading.problem is not None


def test_aliases_do_not_grow_without_bound() -> None:
    """A thousand million nodes fit into half a kilobyte of aliases."""
    names = "abcdefghij"
    lines = [f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]" for before, name in pairwise(names)]
    reading = read_yaml("\n".join(["a: &a [x]", *lines]))
    assert reading.problem is not None
    assert reading.problem.message == f"aliases expand to more than {MOST_REPEATED_NODES:,} nodes"


def test_repeated_keys_are_found_whatever_their_quotes() -> None:
    """Programs differ in what they do about them."""
    (root,) = read_yaml("a: 1\n'b': 2\n\"a\": 3\n<<: {}\nb: 4\n<<: {}\n? [a]\n: 1\n").documents
    assert isinstance(root, YamlMapping)
    assert [(again.span.start, first.span.start) for again, first in repeated_keys(root)] == [
        (12, 0),
        (26, 5),
        (31, 19),
    ]


def test_ten_thousand_nodes_in_a_mebibyte_take_less_than_a_second() -> None:
    """In fact a thirtieth of that; without libyaml it would be ten times as much."""
    services = (f"  s{number}:\n    environment:\n" + f"      NAME: {'x' * 200}\n" * 20 for number in range(240))
    text = "services:\n" + "".join(services)
    assert len(text) > 1_000_000
    started = time.process_time()
    assert read_yaml(text).problem is None
    assert time.process_time() - started < 1


@given(_TEXTS)
def test_any_text_gives_a_tree_or_a_problem_with_a_place(text: str) -> None:
    """No text ends in an exception, and every place lies inside of the text, children inside of the file's order."""
    reading = read_yaml(text)
    if reading.problem is not None:
        assert 0 <= reading.problem.span.start <= reading.problem.span.end <= len(text)
    for document in reading.documents:
        _assert_places_are_inside(document, len(text))


def _assert_places_are_inside(node: YamlNode, size: int) -> None:
    assert 0 <= node.span.start <= node.span.end <= size
    if isinstance(node, YamlSequence):
        for item in node.items:
            _assert_places_are_inside(item, size)
    elif isinstance(node, YamlMapping):
        for entry in node.entries:
            _assert_places_are_inside(entry.key, size)
            _assert_places_are_inside(entry.value, size)
