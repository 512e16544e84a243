"""Every place where a program drops, refuses or cuts something is told, at its place, and without quoting the file."""

import pytest

from setpoint.envfile.loaders import LOADERS, find_loader
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.source_text import SourceText

_ENVIRONMENT = {"OUTER": "outer_value"}
_LONG = "A=" + "x" * 65_536

# loader, text, kind of the problem, the piece of the text that it points at, whether the file is refused
_PROBLEMS = [
    ("docker", "KEY = 1\n", ProblemKind.INVALID_NAME, "KEY ", True),
    ("docker", "=1\n", ProblemKind.INVALID_NAME, "=1", True),
    ("docker", "KEY\n", ProblemKind.MALFORMED_LINE, "KEY", False),
    ("docker", _LONG, ProblemKind.LINE_TOO_LONG, _LONG, True),
    ("docker", "A=\udce9\n", ProblemKind.NOT_UTF_8, "\udce9", True),
    ("podman", "PRE*\n", ProblemKind.MALFORMED_LINE, "PRE*", False),
    ("podman", "A=\udce9\n", ProblemKind.NOT_UTF_8, "\udce9", False),
    ("podman", "\ufeffA=1\n", ProblemKind.BYTE_ORDER_MARK, "\ufeff", False),
    ("kubectl", "A=1\n" + _LONG + "\nB=1", ProblemKind.LINE_TOO_LONG, _LONG + "\nB=1", False),
    ("kubectl", "A=1\nA=2\n", ProblemKind.DUPLICATE_NAME, "A", True),
    ("kubectl", "export A=1\n", ProblemKind.INVALID_NAME, "export A", True),
    ("kubectl", "KEY\n", ProblemKind.MALFORMED_LINE, "KEY", False),
    ("github-env", "# comment\n", ProblemKind.MALFORMED_LINE, "# comment", True),
    ("github-env", "A<<END\nx\n", ProblemKind.UNCLOSED_QUOTE, "<<END", True),
    ("github-env", "node_options=--x\n", ProblemKind.INVALID_NAME, "node_options", False),
    ("compose", "A=1\nB C=2\n", ProblemKind.INVALID_NAME, "B C", True),
    ("compose", "A/B=1\n", ProblemKind.INVALID_NAME, "/", True),
    ("compose", 'A="x\n', ProblemKind.UNCLOSED_QUOTE, '"', True),
    ("compose", "A=${B-\n", ProblemKind.INVALID_REFERENCE, "${B-", True),
    ("compose", "A=$B\n", ProblemKind.UNDEFINED_REFERENCE, "$B", False),
    ("compose", 'A="x" y\n', ProblemKind.MALFORMED_LINE, "y", False),
    ("systemd", "export A=1\n", ProblemKind.INVALID_NAME, "export A", False),
    ("systemd", "A=1 \\\nB=2\n", ProblemKind.CONTINUED_LINE, "\\", False),
    ("systemd", "A='x\nB=1\n", ProblemKind.UNCLOSED_QUOTE, "'", False),
    ("systemd", "hello\n", ProblemKind.MALFORMED_LINE, "hello", False),
    ("systemd", "A=\udce9\n", ProblemKind.NOT_UTF_8, "\udce9", True),
    ("systemd", "A=1\0\n", ProblemKind.NUL_BYTE, "\0", True),
    ("node", "A=abc#def\n", ProblemKind.CUT_VALUE, "#def", False),
    ("node", "A='x'y\n", ProblemKind.CUT_VALUE, "y", False),
    ("node", "A= \nB=1\n", ProblemKind.CONTINUED_LINE, "B=1", False),
    ("node", "A='x\n", ProblemKind.UNCLOSED_QUOTE, "'", False),
    ("node", "OUTER=1\n", ProblemKind.ALREADY_SET, "OUTER", False),
    ("node", "12=1\n", ProblemKind.INVALID_NAME, "12", False),
    ("node", "A\r\nB=1\r\n", ProblemKind.MALFORMED_LINE, "A", False),
    ("dotenv", "A=abc#def\n", ProblemKind.CUT_VALUE, "#def", False),
    ("dotenv", "A='x'y\n", ProblemKind.UNCLOSED_QUOTE, "'", False),
    ("dotenv", "A-B/C=1\n", ProblemKind.MALFORMED_LINE, "A-B/C=1", False),
    ("dotenv", "A=\n'x'\n", ProblemKind.CONTINUED_LINE, "'x'", False),
    ("dotenv", "__proto__=1\n", ProblemKind.INVALID_NAME, "__proto__", False),
    ("uv", "A=1 2\nB=1\n", ProblemKind.MALFORMED_LINE, "2", False),
    ("uv", "A=C:\\temp\n", ProblemKind.MALFORMED_LINE, "\\t", False),
    ("uv", "A=1\nA=2\n", ProblemKind.DUPLICATE_NAME, "A", False),
    ("uv", "OUTER=1\n", ProblemKind.ALREADY_SET, "OUTER", False),
    ("uv", 'A="$B"\n', ProblemKind.UNCLOSED_QUOTE, '"', False),
    ("uv", "A=it's\n", ProblemKind.UNCLOSED_QUOTE, "'", False),
    ("uv", "A=\udce9\n", ProblemKind.NOT_UTF_8, "\udce9", True),
    ("uv", "A='\0'\n", ProblemKind.NUL_BYTE, "'\0'", True),
    ("bash", "A=$(date)\n", ProblemKind.COMMAND_SUBSTITUTION, "$(date)", False),
    ("bash", "A=1 b\n", ProblemKind.NOT_STATIC, "b", False),
    ("bash", "A=x?a=1&b=2\n", ProblemKind.NOT_STATIC, "&", False),
    ("bash", "UID=1\n", ProblemKind.NOT_STATIC, "UID", False),
    ("bash", "A=it's\n", ProblemKind.UNCLOSED_QUOTE, "'", False),
    ("bash", "A=$$\n", ProblemKind.NOT_STATIC, "$$", False),
    ("bash", "A=${B#x}\n", ProblemKind.NOT_STATIC, "${B#x}", False),
    ("bash", "A=(1 2)\n", ProblemKind.NOT_STATIC, "(1 2)", False),
    ("bash", "if true\nthen A=1\nfi\n", ProblemKind.NOT_STATIC, "A=1", False),
    ("bash", "! A=1\n", ProblemKind.NOT_STATIC, "!", False),
    ("bash", "[[ A=1 ]]\n", ProblemKind.NOT_STATIC, "]]", False),
    ("bash", "A=b\\\nc\n", ProblemKind.CONTINUED_LINE, "\\", False),
    ("bash", "A=~root/x\n", ProblemKind.NOT_STATIC, "~root/x", False),
    ("bash", "A=$PWD\n", ProblemKind.NOT_STATIC, "$PWD", False),
    ("bash", "A=${B:?}\n", ProblemKind.INVALID_REFERENCE, "${B:?}", True),
    ("dash", "A=it's\n", ProblemKind.UNCLOSED_QUOTE, "'", True),
    ("dash", "export A = 1\n", ProblemKind.NOT_STATIC, "=", True),
    ("dash", "A=${B/x/y}\n", ProblemKind.NOT_STATIC, "${B/x/y}", True),
    ("dash", "; A=1\n", ProblemKind.NOT_STATIC, ";", True),
]


@pytest.mark.parametrize(("loader", "text", "kind", "place", "refused"), _PROBLEMS)
def test_a_problem_is_told_at_its_place(
    loader: str, text: str, kind: ProblemKind, place: str, *, refused: bool
) -> None:
    """The kind and the piece of the text are right, and so is whether the program rejects the file."""
    reading = find_loader(loader).read(text, _ENVIRONMENT)
    assert (kind, place) in [(problem.kind, problem.span.of(text)) for problem in reading.problems]
    assert reading.refused is refused


@pytest.mark.parametrize(("loader", "text", "kind", "place", "refused"), _PROBLEMS)
def test_a_message_is_a_sentence_without_a_full_stop(
    loader: str, text: str, kind: ProblemKind, place: str, *, refused: bool
) -> None:
    """Messages and hints begin small, end without a full stop, and stay the same whatever the file holds."""
    del kind, place, refused
    for problem in find_loader(loader).read(text, _ENVIRONMENT).problems:
        for sentence in (problem.message, problem.hint or "a hint"):
            assert not sentence.endswith(".")
            assert sentence[0] == "`" or not sentence[0].isupper()


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("text", ["A=canary # c\n", 'A="canary\n', "A=canary canary\n", "canary\n", "A=$(canary)\n"])
def test_no_message_quotes_the_file(loader: str, text: str) -> None:
    """What stands in the file is in the places alone, never in the words."""
    for problem in find_loader(loader).read(text, {}).problems:
        assert "canary" not in problem.message
        assert "canary" not in (problem.hint or "")


@pytest.mark.parametrize("loader", LOADERS)
def test_names_and_values_have_their_exact_places(loader: str) -> None:
    """Name and value stand where every program sees them, also behind a comment and an empty value."""
    text = "FIRST=one\nSECOND=\nTHIRD=a/b\n"
    bindings = find_loader(loader).read(text, {}).bindings
    assert [(each.name_span.of(text), each.value_span.of(text)) for each in bindings] == [
        ("FIRST", "one"),
        ("SECOND", ""),
        ("THIRD", "a/b"),
    ]
    assert bindings[1].value_span.start == text.index("SECOND=") + len("SECOND=")


@pytest.mark.parametrize(
    ("loader", "text", "name", "value"),
    [
        ("node", "A=1\r\nB='x\r\ny'\r\n", "B", "'x\r\ny'"),
        ("dotenv", "A=1\r\nB='x\r\ny' # c\r\n", "B", "'x\r\ny'"),
        ("bash", "A=\0x\nB=\0y\n", "B", "y"),
        ("systemd", "A='x' y # c\nB = 'x'\n", "B", "'x'"),
        ("compose", "A: 'x'\nB: \"y\"\n", "B", '"y"'),
        ("uv", "A=1\n export  B = 'x' # c\n", "B", "'x'"),
        ("github-env", "B<<END\nx\ny\nEND\n", "B", "x\ny"),
        ("dash", "A=1; export B='x'\"$A\" # c\n", "B", "'x'\"$A\""),
    ],
)
def test_places_hold_where_a_program_changes_the_text_first(loader: str, text: str, name: str, value: str) -> None:
    """A place points into the file as it is, whatever the program takes out of it before it reads."""
    binding = find_loader(loader).read(text, {}).bindings[-1]
    assert (binding.name_span.of(text), binding.value_span.of(text)) == (name, value)


def test_utf_16_is_read_by_githubs_runner_alone() -> None:
    """A byte order mark of UTF-16 makes the runner decode it; the places then mean the whole file."""
    text = SourceText.from_bytes("file", "\ufeffA=é\n".encode("utf-16-le")).text
    assert dict(find_loader("github-env").read(text, {}).variables) == {"A": "é"}
    assert find_loader("docker").read(text, {}).refused
