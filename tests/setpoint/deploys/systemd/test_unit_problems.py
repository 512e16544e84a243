"""What does not come to a process as it is written in a unit or its env file, and where that is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.deploys.deployment import DeployProblem
from setpoint.deploys.deployment import DeployProblemKind as Kind
from setpoint.deploys.systemd.reading import read_units
from setpoint.deploys.systemd.settings_reader import SettingsReader
from setpoint.deploys.systemd.unit_name import UnitName
from setpoint.deploys.systemd.unit_text import read_unit_text
from setpoint.envfile.source_text import SourceText
from support.file_trees import write_tree

_HEAD = "[Service]\nExecStart=/bin/true\n"


def _problems(root: Path, body: str, env_file: str = "") -> tuple[DeployProblem, ...]:
    write_tree(root, {"etc/systemd/system/app.service": _HEAD + body, "etc/a.env": env_file})
    return read_units(["app.service"], root).problems


def _shown(problem: DeployProblem) -> tuple[Kind, str, str | None]:
    assert problem.place is not None
    assert problem.process == "app.service"
    return problem.kind, problem.place.span.of(problem.place.file.text), problem.name


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Environment=A=hello world", (Kind.DROPPED_WORD, "world", "A")),
        ("Environment=A", (Kind.DROPPED_WORD, "A", None)),
        ("Environment=a.b=1 C=2", (Kind.DROPPED_WORD, "a.b=1", None)),
        ("Environment=U=p%40s B=2", (Kind.BAD_SPECIFIER, "U=p%40s", "U")),
        ('Environment=A=1 "B=2 C=3', (Kind.BROKEN_QUOTING, '"', None)),
        (r'Environment="A=C:\dir"', (Kind.BROKEN_QUOTING, r"\d", None)),
        ('Environment=A={"a":1}', (Kind.EATEN_QUOTE, '"', "A")),
        ("[Unit]\nEnvironment=A=1", (Kind.WRONG_SECTION, "Environment", None)),
        ("Enviroment=A=1", (Kind.UNKNOWN_DIRECTIVE, "Enviroment", None)),
        ("EnvironmentFiles=/etc/a.env", (Kind.UNKNOWN_DIRECTIVE, "EnvironmentFiles", None)),
        ("nothing", (Kind.DROPPED_LINE, "nothing", None)),
        ("EnvironmentFile=a.env", (Kind.IGNORED_PATH, "a.env", None)),
        ('EnvironmentFile="/etc/a.env"', (Kind.IGNORED_PATH, '"/etc/a.env"', None)),
        ("EnvironmentFile=-/etc/none.env", (Kind.SKIPPED_ENV_FILE, "/etc/none.env", None)),
        ("EnvironmentFile=/etc/a.env /etc/b.env", (Kind.MISSING_ENV_FILE, "/etc/a.env /etc/b.env", None)),
        ("UnsetEnvironment=LANG", (Kind.REMOVED_DEFAULT, "LANG", "LANG")),
        ("PassEnvironment=A=1", (Kind.DROPPED_WORD, "A=1", None)),
        ("Environment=A=1 \\\n  B=2 rest", (Kind.DROPPED_WORD, "rest", "B")),
    ],
)
def test_each_trap_of_a_unit_is_found_at_its_place(
    tmp_path: Path, body: str, expected: tuple[Kind, str, str | None]
) -> None:
    """What the log alone would tell after the deploy is found before it."""
    assert [_shown(problem) for problem in _problems(tmp_path, body)] == [expected]


@pytest.mark.parametrize(
    ("env_file", "expected"),
    [
        ("export A=1\n", (Kind.ENV_FILE_LINE, "export A", "A")),
        ("A\n", (Kind.ENV_FILE_LINE, "A", None)),
        ("\ufeffA=1\n", (Kind.BYTE_ORDER_MARK, "\ufeffA", None)),
        ("A='1\n", (Kind.BROKEN_QUOTING, "'", "A")),
    ],
)
def test_each_trap_of_an_env_file_is_found_at_its_place(
    tmp_path: Path, env_file: str, expected: tuple[Kind, str, str | None]
) -> None:
    """A line that systemd ignores is found in the env file itself."""
    problems = _problems(tmp_path, "EnvironmentFile=/etc/a.env\n", env_file)
    assert [_shown(problem) for problem in problems] == [expected]


@pytest.mark.parametrize(
    "body",
    [
        "EnvironmentFile=/etc/a.env\nEnvironment=A=2\n",
        "EnvironmentFile=/etc/a.env\n[Service]\nEnvironment='A=2'\n",
    ],
)
def test_an_assignment_after_the_file_that_wins_over_it_is_found(tmp_path: Path, body: str) -> None:
    """Who writes it below the file thinks that it wins."""
    (problem,) = _problems(tmp_path, body, "A=1\n")
    assert _shown(problem) == (Kind.ENV_FILE_WINS, "2", "A")


@pytest.mark.parametrize(
    "body", ["Environment=A=2\nEnvironmentFile=/etc/a.env\n", "EnvironmentFile=/etc/a.env\nEnvironment=A=1\n"]
)
def test_a_default_before_the_file_is_no_problem(tmp_path: Path, body: str) -> None:
    """Defaults in the unit and values in the file are how it is meant."""
    assert _problems(tmp_path, body, "A=1\n") == ()


def test_a_value_knows_where_it_is_written_and_what_it_shadows(tmp_path: Path) -> None:
    """People are shown the place of the value that counts, and of each that it hides."""
    body = "Environment=A=0 \"B=x y\"\nEnvironment=A='1 2'\nEnvironmentFile=/etc/a.env\n"
    write_tree(tmp_path, {"etc/systemd/system/app.service": _HEAD + body, "etc/a.env": "A=file\n"})
    variables = read_units(["app.service"], tmp_path).processes["app.service"].variables
    chain = [variables["A"], *variables["A"].shadows, variables["B"]]
    written = [(each.via, each.place.span.of(each.place.file.text)) for each in chain if each.place]
    names = [each.named.span.of(each.named.file.text) for each in chain if each.named]
    assert written == [
        ("EnvironmentFile=/etc/a.env", "file"),
        ("Environment=", "'1 2'"),
        ("Environment=", "0"),
        ("Environment=", "x y"),
    ]
    assert names == ["A", "A", "A", "B"]


@given(st.text("aA=\"'\\ \n\r%4ix0#;[]\t\0\udcff", max_size=60))
def test_any_text_is_read_without_an_exception_and_every_place_is_in_it(text: str) -> None:
    """Any text is read, and no place is outside of it."""
    file = SourceText("app.service", "[Service]\nEnvironment=" + text)
    read = read_unit_text(file)
    reader = SettingsReader(UnitName("app", None, "service"), "/app.service")
    reader.read(read)
    places = [problem.place for problem in (*read.problems, *reader.problems)]
    places += [each.place for each in reader.settings.inline]
    for place in places:
        assert place is not None
        assert 0 <= place.span.start <= place.span.end <= len(file.text)


@pytest.mark.parametrize(
    "body",
    [
        "Environment=A=x s3cr3t",
        "Environment=s3cr3t%40x B=1",
        "Environment=A=s3cr3t%40x",
        "Environment='A=s3cr3t",
        'Environment=A={"s3cr3t":1}',
        "[Unit]\nEnvironment=A=s3cr3t",
        "Enviroment=A=s3cr3t",
        "A: s3cr3t",
        "EnvironmentFile=s3cr3t",
        "EnvironmentFile=/etc/a.env\nEnvironment=A=s3cr3t",
        "PassEnvironment=s3cr3t!",
    ],
)
def test_no_problem_says_anything_of_a_value(tmp_path: Path, body: str) -> None:
    """What is written may be a secret, so that messages and hints speak of its place alone."""
    problems = _problems(tmp_path, body, "A=1\nexport B=s3cr3t\ns3cr3t\nC='s3cr3t\n")
    assert problems
    assert "s3cr3t" not in "".join(f"{each.message} {each.hint} {each.name}" for each in problems)
