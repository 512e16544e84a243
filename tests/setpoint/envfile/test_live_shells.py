"""Compares the loaders `bash` and `dash` with the shells themselves, on texts that are sure to run nothing."""

from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from setpoint.envfile.loaders import LoaderInfo, find_loader
from setpoint.envfile.problem import ProblemKind
from support.env_texts import NAMES
from support.real_programs import ENVIRONMENT, read_by_shell

_FLAGS = {ProblemKind.NOT_STATIC, ProblemKind.COMMAND_SUBSTITUTION}

_plain = st.sampled_from(
    (
        "a",
        "1",
        "x/y",
        ":",
        "=",
        "#",
        "%",
        "^",
        "*",
        "?",
        "{a,b}",
        "é",
        "\r",
        "\x0b",
        "\x7f",
        "~",
        "~/",
        ":~/",
        "[0]",
        "$",
        ",",
    )
)
_escaped = st.sampled_from(("\\\\", "\\'", '\\"', "\\$", "\\ ", "\\n", "\\\n", "\\é", "\\`", "\\;"))
_single_quoted = st.text('a \n\\"$`#;é~', max_size=5).map(lambda text: f"'{text}'")
_reference = st.one_of(
    st.sampled_from((*NAMES, "OUTER", "UNSET")).flatmap(lambda name: st.sampled_from((f"${name}", f"${{{name}}}"))),
    st.builds(
        lambda name, operator, word: f"${{{name}{operator}{word}}}",
        st.sampled_from((*NAMES, "OUTER", "UNSET")),
        st.sampled_from((":-", "-", ":+", "+", ":=", "=")),
        st.sampled_from(("", "w", "a b", "$A", "${B:-c}", "'q'", '"$A"', "\\}", "~/x", "a:b")),
    ),
    st.just("$1"),
)
_in_double_quotes = st.one_of(
    _reference.filter(lambda text: "'" not in text and '"' not in text),
    st.sampled_from(("a", " ", "\n", "'", "#", ";", "~", "\\\\", '\\"', "\\$", "\\`", "\\n", "\\\n", "$ ", "é")),
)
_double_quoted = st.lists(_in_double_quotes, max_size=4).map(lambda pieces: f'"{"".join(pieces)}"')
_word = st.lists(st.one_of(_plain, _escaped, _single_quoted, _double_quoted, _reference), max_size=4).map("".join)
_assignment = st.builds(lambda name, word: f"{name}={word}", st.sampled_from(NAMES), _word)
_statement = st.builds(
    lambda indent, export, assignments, end: f"{indent}{export}{' '.join(assignments)}{end}",
    st.sampled_from(("", "", "  ", "\t")),
    st.sampled_from(("", "", "export ")),
    st.lists(_assignment, min_size=1, max_size=3),
    st.sampled_from(("\n", "\n", " # comment\n", "; ", " \n\n", ";\n# it's\n")),
)
_files = st.lists(st.lists(_statement, max_size=4).map("".join), min_size=40, max_size=80)


@pytest.mark.parametrize("shell", ["bash", "dash"])
@settings(
    max_examples=8,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(texts=_files)
def test_a_shell_sets_the_same(shell: str, tmp_path: Path, texts: list[str]) -> None:
    """`set -a; . FILE` hands on the same names and values, wherever the loader says that nothing would be run."""
    loader = find_loader(shell)
    static = [text for text in texts if _is_static(loader, text)]
    readings = read_by_shell(shell, tmp_path, [text.encode() for text in static])
    for text, real in zip(static, readings, strict=True):
        assert dict(loader.read(text, ENVIRONMENT).variables) == real, text


def _is_static(loader: LoaderInfo, text: str) -> bool:
    reading = loader.read(text, ENVIRONMENT)
    return not reading.refused and all(problem.kind not in _FLAGS for problem in reading.problems)


@pytest.mark.parametrize("shell", ["bash", "dash"])
@pytest.mark.parametrize(
    "text",
    [
        "B=0\nexit\nA=1\n",
        "exit 0;A=1\n",
        "B=0 exit\nA=1\n",
        "command exit\nA=1\n",
        "B=0\nreturn\nA=1\n",
        "exec nothing\nA=1\n",
        "B=0\nset +a\nB=1\nA=1\n",
        "set +o allexport\nA=1\n",
        "set -n\nA=1\n",
        "set -u\nB=1\nA=$UNSET\n",
        "set -eu\nB=1\nA=$B\n",
        "set -e\nA=1\n",
        "set -- x\nA=$1\nB=1\n",
        "A=1\nreadonly A\nA=2\n",
        "readonly A=1\nB=2\n",
        ": ${B:?is missing}\nA=1\n",
        "B=1\n: ${B:?is missing}\nA=1\n",
        ": ${OUTER?is missing}\nA=1\n",
        "shift\nA=1\n",
        "local x\nA=1\n",
        "export PPID\nA=1\n",
        "export IFS\nA=1\n",
        "export UID\nA=1\n",
        "export UID=4\nA=1\n",
        "export -x A=1\nB=1\n",
        "export -n A=1\nB=1\n",
        "export -- A=1\n",
    ],
)
def test_what_ends_a_shell_or_changes_its_rules_is_heeded(shell: str, text: str, tmp_path: Path) -> None:
    """What is known is what the shell hands on; what it hands on is known, or flagged as unknown."""
    reading = find_loader(shell).read(text, ENVIRONMENT)
    (real,) = read_by_shell(shell, tmp_path, [text.encode()])
    unknown = {binding.name for binding in reading.bindings if binding.value is None}
    assert reading.variables.items() <= real.items()
    assert real.keys() <= reading.variables.keys() | unknown
    assert _is_static(find_loader(shell), text) <= (dict(reading.variables) == real)


def test_dash_hands_nothing_on_where_it_cannot_make_sense_of_a_reference(tmp_path: Path) -> None:
    """Bash would go on with the next line."""
    text = "B=0\n${}\nA=1\n"
    reading = find_loader("dash").read(text, ENVIRONMENT)
    assert [dict(reading.variables)] == read_by_shell("dash", tmp_path, [text.encode()]) == [{}]
    assert dict(find_loader("bash").read(text, ENVIRONMENT).variables) == {"B": "0", "A": "1"}
