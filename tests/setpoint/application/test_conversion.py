import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.application.conversion import convert
from setpoint.envfile.loaders import LOADERS, find_loader
from setpoint.sources.env_file import EnvFile, parse_env_file

LINES = st.lists(
    st.one_of(
        st.from_regex(r"[A-D]=[a-z ]{0,4}", fullmatch=True),
        st.from_regex(r"[A-D]='[a-z$# ]{0,4}'", fullmatch=True),
        st.from_regex(r'[A-D]="[a-z\n]{0,4}"', fullmatch=True),
        st.from_regex(r"# [a-z]{0,4}", fullmatch=True),
        st.just(""),
    ),
    max_size=6,
)


def _file(text: str, loader: str = "python-dotenv") -> EnvFile:
    return parse_env_file("prod.env", text.encode(), {}, loader)


def _converted(text: str, to: str, reader: str = "python-dotenv") -> str:
    conversion = convert(_file(text, reader), to)
    assert conversion.text is not None, conversion.obstacles
    return conversion.text


@given(lines=LINES, to=st.sampled_from(list(LOADERS)))
def test_the_new_file_says_to_the_new_program_what_the_old_one_said_to_the_old(lines: list[str], to: str) -> None:
    """A conversion hands over the same values, or it says what is in the way."""
    file = _file("\n".join(lines))
    conversion = convert(file, to)
    if conversion.text is None:
        assert conversion.obstacles
    else:
        assert dict(find_loader(to).read(conversion.text, {}).variables) == dict(file.variables)


def test_comments_and_order_are_kept() -> None:
    """People find their file again."""
    text = '# first\nB="two words"\n\n# second\nA=1\n# last\n'
    assert _converted(text, "docker") == "# first\nB=two words\n\n# second\nA=1\n# last\n"


def test_a_comment_behind_a_value_gets_a_line_of_its_own() -> None:
    """Docker would take it for a part of the value."""
    assert _converted("A=1 # why\n", "docker") == "# why\nA=1\n"


def test_a_reference_is_written_as_what_it_stands_for() -> None:
    """Docker replaces none."""
    assert _converted("HOST=h\nURL=https://${HOST}/\n", "docker") == "HOST=h\nURL=https://h/\n"


def test_the_binding_that_counts_is_written_once() -> None:
    """Kubectl refuses a file with a name that stands twice."""
    assert _converted("A=1\nB=2\nA=3\n", "kubectl") == "B=2\nA=3\n"


def test_the_first_of_two_counts_for_a_program_that_takes_the_first() -> None:
    """Uv keeps the first value, and so does what is written for another program."""
    assert _converted("A=1\nA=3\n", "docker", reader="uv") == "A=1\n"


def test_a_lost_comment_is_counted() -> None:
    """GitHub Actions knows no comments."""
    conversion = convert(_file("# one\nA=1 # two\n"), "github-env")
    assert (conversion.text, conversion.lost_comments) == ("A=1\n", 2)


@pytest.mark.parametrize(
    ("text", "to", "obstacles"),
    [
        ('A=1\nPEM="a\nb"\n', "docker", [("PEM", "docker doesn't support multi-line values")]),
        ("A\n", "docker", [("A", "the line has no `=`, so the variable gets no value")]),
        ("A='x\n", "systemd", [("A", "this quote is never closed, so the line is ignored")]),
    ],
)
def test_each_obstacle_is_named(text: str, to: str, obstacles: list[tuple[str, str]]) -> None:
    """Nothing is written by halves: what can't be expressed or read is said, all of it at once."""
    conversion = convert(_file(text), to)
    assert conversion.text is None
    assert [(each.name, each.message) for each in conversion.obstacles] == obstacles
