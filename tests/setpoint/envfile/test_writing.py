from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.envfile.loaders import LOADERS, PORTABLE, find_loader
from setpoint.envfile.programs import portable
from setpoint.envfile.writing import NotExpressibleError, _forms, write

VALUES = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.lists(
        st.sampled_from(
            ["a", " ", "'", '"', "`", "\\", "$", "${X}", "$$", "#", " #", "\n", "\r", "\\n", "=", "~", ":"]
        ),
        max_size=8,
    ).map("".join),
)
PORTABLE_CHARACTERS = st.sampled_from("ABCabc019!%*+,-./:=?@[]^_{}é€ß😀")


@pytest.mark.parametrize("loader", [*LOADERS, PORTABLE.name])
@given(value=VALUES)
def test_what_is_written_for_a_program_is_what_it_reads(loader: str, value: str) -> None:
    """For every program and every value that it can express: it reads back just that value."""
    with suppress(NotExpressibleError):
        text = write("NAME", value, loader)
        assert dict(find_loader(loader).read(text, {}).variables) == {"NAME": value}


@given(st.text(PORTABLE_CHARACTERS, min_size=1, max_size=40).filter(lambda value: value[0] != "="))
def test_every_program_reads_the_portable_subset_alike(value: str) -> None:
    """What is portable is read as it stands by each of the programs."""
    text = f"NAME={value}\n"
    assert portable.read(text, {}).problems == ()
    for name, loader in LOADERS.items():
        assert dict(loader.read(text, {}).variables) == {"NAME": value}, name


@pytest.mark.parametrize(
    ("value", "loader", "written"),
    [
        ("plain", "docker", "NAME=plain\n"),
        ('"quoted"', "docker", 'NAME="quoted"\n'),
        ("two words", "docker", "NAME=two words\n"),
        ("two words", "bash", "NAME='two words'\n"),
        ("a#b", "node", "NAME='a#b'\n"),
        ("a#b", "systemd", "NAME=a#b\n"),
        ("$2b$12$x", "compose", "NAME='$2b$12$x'\n"),
        ("it's", "bash", 'NAME="it\'s"\n'),
        ("one\ntwo", "systemd", "NAME='one\ntwo'\n"),
        ("one\ntwo", "github-env", "NAME<<END\none\ntwo\nEND\n"),
        ("", "uv", "NAME=\n"),
    ],
)
def test_the_plainest_way_of_writing_is_taken(value: str, loader: str, written: str) -> None:
    """Quotes and escapes stand only where the program needs them."""
    assert write("NAME", value, loader) == written


@pytest.mark.parametrize(
    ("value", "loader", "reason"),
    [
        ("one\ntwo", "docker", "docker doesn't support multi-line values"),
        ("one\ntwo", "kubectl", "kubectl doesn't support multi-line values"),
        ("a\0b", "bash", "no environment variable can hold a NUL byte"),
        (
            "${NAME}",
            "python-dotenv",
            "python-dotenv can't represent this value; encode it, for example as base64 on one line",
        ),
        ("", "portable", "the portable subset doesn't support empty values"),
        ("x" * 200_000, "podman", "it is too long for an environment variable"),
    ],
)
def test_a_refusal_says_why(value: str, loader: str, reason: str) -> None:
    """Whoever has to choose another value learns what is wrong with this one."""
    with pytest.raises(NotExpressibleError) as refusal:
        write("NAME", value, loader)
    assert str(refusal.value) == reason


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('NAME="x"', "docker, podman and kubectl keep quotes"),
        ("NAME=a # b", "docker, podman, kubectl and systemd read a trailing comment as part of the value"),
        ("NAME=a#b", "node and dotenv cut a value at `#`"),
        ("NAME=a\r", "shells and GitHub Actions keep a carriage return"),
        ("NAME=a b", "shells and uv end a value at whitespace"),
        ("NAME=a$b", "shells, compose and uv expand what follows `$`"),
        ("NAME=a\\b", "systemd, shells and uv remove a backslash"),
        ("NAME=a&b", "a shell treats this character as an operator or a command"),
        ("NAME=~/x", "a shell expands `~` to a home directory"),
        ("NAME==x", "zsh expands a leading `=` as a command name"),
        ("NAME=", "some programs ignore a variable whose value is empty"),
        ("PATH=x", "the name has a special meaning to a shell or a program"),
        ("export NAME=x", "the line is neither `NAME=value` nor a comment that starts in the first column"),
        ("  NAME=x", "the line is neither `NAME=value` nor a comment that starts in the first column"),
        ("# c \\", "older versions of systemd join a comment that ends in `\\` with the next line"),
        ("NAME=1\nNAME=2", "kubectl rejects a name that is set twice, and uv keeps the first value"),
    ],
)
def test_what_is_not_portable_is_said_with_who_breaks_on_it(line: str, message: str) -> None:
    """One finding a line, and it names the programs."""
    assert [problem.message for problem in portable.read(f"{line}\n", {}).problems] == [message]


def test_the_last_line_needs_a_line_end_to_be_portable() -> None:
    """A shell's `read` loses a line without one."""
    problems = portable.read("NAME=x", {}).problems
    assert [problem.message for problem in problems] == ["the last line does not end with a newline"]


@pytest.mark.parametrize("loader", ["docker", "kubectl", "podman"])
def test_long_values_of_many_lines_are_not_tried_where_none_can_be_written(loader: str) -> None:
    """Each way to write them would be read line by line: this value took a quarter of an hour."""
    with pytest.raises(NotExpressibleError):
        write("NAME", "a\n" * 10_000_000, loader)


@pytest.mark.parametrize("value", ["it's", "one\ntwo"])
def test_a_heredoc_is_tried_once(value: str) -> None:
    """Each way of writing is read back, which takes time if the value is long."""
    assert sum(form.startswith("NAME<<") for form in _forms("NAME", value)) == 1
