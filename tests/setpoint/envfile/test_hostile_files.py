"""Reads files that mean harm: any bytes, and texts that make a careless reader slow."""

import os
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint.envfile.loaders import LOADERS, LoaderInfo
from setpoint.envfile.source_text import SourceText, Span
from support.env_texts import contents

_ENVIRONMENT = {"OUTER": "outer_value", "HOME": "/home/app"}
_SIZE = 600
_MOST_GROWTH = 10
_NOISE = 0.05
_ATTEMPTS = 8

_LONG_TEXTS: dict[str, Callable[[int], str]] = {
    "plain lines": lambda size: "".join(f"NAME_{number}='value' # comment\n" for number in range(size)),
    "one long line": lambda size: "A=" + "x" * 200 * size + "\n",
    "one long name": lambda size: "A" * 100 * size,
    "blank lines": lambda size: "\n" * 20 * size,
    "blanks": lambda size: "A=b" + " " * 50 * size + "x\n",
    "equal signs": lambda size: "=" * 10 * size,
    "hash signs": lambda size: "A=b" + " #" * 20 * size + "'\n",
    "open double quotes": lambda size: 'A="\n' * 2 * size,
    "open single quotes": lambda size: "A='x\n" * 2 * size,
    "escaped quotes": lambda size: "A='\\'x\n" * size + 'B="' + '\\"' * size,
    "backslashes": lambda size: "A=" + "\\" * 50 * size + "\n",
    "continued lines": lambda size: "A=b\\\n" * size,
    "carriage returns": lambda size: "A=b\r" * size,
    "quotes before line separators": lambda size: "A='x\u2028'" * size + "\n",
    "open references": lambda size: "A=" + "${" * 10 * size + "\n",
    "open references with colons": lambda size: "A=" + "${:" * 10 * size + "}\n",
    "nested references": lambda size: "A=" + "${A:-" * 5 * size + "}" * 5 * size + "\n",
    "braces": lambda size: "A=" + "{" * 10 * size + "${B:-{}" + "}" * 10 * size + "\n",
    "exported braces": lambda size: "export A=" + "{" * 20 * size + "\n",
    "escapes and references in quotes": lambda size: 'A="\\"$B${C}\\\n"\n' * size + 'A="' + "\\$$B" * 10 * size + "\n",
    "references": lambda size: "A=" + "$A${B}" * size + "\n",
    "references that grow": lambda size: "A=xxxx\n" + "A=${A}${A}${A}\n" * (size // 10),
    "command substitutions": lambda size: "A=" + "$(" * 5 * size + ")" * 5 * size + "\n",
    "backticks": lambda size: "A=`\n" * size,
    "array elements": lambda size: "A[0]=1 " * size + "\nA[\n" * size + "]",
    "compound commands": lambda size: "if true\n" * size + "(\n" * size,
    "heredocs": lambda size: "A<<E\n" * size + "cat <<E\n" * size,
    "the word export": lambda size: "export " * 5 * size,
    "tildes": lambda size: "A=" + "~:" * 5 * size + "\n",
    "NUL bytes": lambda size: "A=\0b\n" * size,
    "bytes that are not UTF-8": lambda size: "A=\udcff\n" * size,
}


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
@settings(max_examples=60)
@given(st.one_of(contents, st.binary(max_size=40)))
def test_any_bytes_are_read_with_places_inside_the_text(loader: LoaderInfo, content: bytes) -> None:
    """No file crashes a loader; places lie in the text, problems stand in order, and a refused file sets nothing."""
    text = SourceText.from_bytes("file", content).text
    reading = loader.read(text, _ENVIRONMENT)
    spans = [span for binding in reading.bindings for span in (binding.name_span, binding.value_span)]
    problem_spans = [problem.span for problem in reading.problems]
    whole = Span(0, len(text))
    assert all(whole.start <= span.start <= span.end <= whole.end for span in [*spans, *problem_spans])
    assert problem_spans == sorted(problem_spans)
    assert not reading.refused or not reading.variables
    assert not reading.refused or reading.problems


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
@settings(max_examples=40)
@given(contents)
def test_what_a_program_hands_over_is_known_from_a_binding(loader: LoaderInfo, content: bytes) -> None:
    """Every variable has a binding of its name, so that there is a place to show."""
    reading = loader.read(SourceText.from_bytes("file", content).text, _ENVIRONMENT)
    names = {binding.name.partition("\0")[0] if loader.name == "node" else binding.name for binding in reading.bindings}
    unreadable = {name for name in reading.variables if "\ufffd" in name}
    assert reading.variables.keys() - unreadable <= names


@pytest.mark.parametrize("text", _LONG_TEXTS.values(), ids=_LONG_TEXTS)
@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
def test_time_grows_no_faster_than_the_file(loader: LoaderInfo, text: Callable[[int], str]) -> None:
    """Four times the text takes about four times the time: never sixteen times, as a quadratic reader would."""
    small, large = text(_SIZE), text(4 * _SIZE)
    for _ in range(_ATTEMPTS):
        allowed = _MOST_GROWTH * _seconds(loader, small) + _NOISE
        taken = _seconds(loader, large)
        if taken <= allowed:
            return
    pytest.fail(f"{taken:.3f} s of CPU time, where {allowed:.3f} s were allowed")


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
def test_references_make_of_a_small_file_no_more_than_a_process_can_have(loader: LoaderInfo) -> None:
    """What looks at values afterwards would take minutes."""
    doubling = "".join(f"N{number}=${{N{number - 1}}}${{N{number - 1}}}\n" for number in range(1, 40))
    variables = loader.read(f"N0={'x' * 1_000}\n{doubling}", _ENVIRONMENT).variables
    assert sum(map(len, variables.values())) <= os.sysconf("SC_ARG_MAX") + len(doubling) + 1_000


def _seconds(loader: LoaderInfo, text: str) -> float:
    start = time.process_time()
    loader.read(text, _ENVIRONMENT)
    return time.process_time() - start
