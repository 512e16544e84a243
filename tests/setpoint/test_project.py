"""`[tool.setpoint]` of the nearest pyproject.toml that has it."""

from pathlib import Path

import pytest

from setpoint.project import InvalidProjectError, Project, find_project
from support.checking import run_setpoint


def _project(folder: Path, text: str) -> Project:
    (folder / "pyproject.toml").write_text(text)
    return find_project(folder)


def test_a_project_says_everything_under_one_table(tmp_path: Path) -> None:
    """Paths count from its own folder."""
    text = '[tool.setpoint]\nsettings = "a:B"\nignore-variables = ["X_*"]\npythonpath = ["src"]\n'
    text += 'example = "e"\ndocs = "d/e"\n'
    project = _project(tmp_path, text)
    assert (project.root, project.settings, project.ignored) == (tmp_path, ("a:B",), ("X_*",))
    assert project.pythonpath == (tmp_path / "src", tmp_path)
    assert (project.example, project.docs) == (tmp_path / "e", tmp_path / "d" / "e")


def test_a_folder_inside_a_project_belongs_to_it(tmp_path: Path) -> None:
    """Nearer files that know nothing of setpoint are passed by, whatever is wrong with them."""
    _project(tmp_path, '[tool.setpoint]\nsettings = "a:B"\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    assert _project(inner, "[tool.other]\n").settings == ("a:B",)
    assert _project(inner, "not toml").settings == ("a:B",)
    assert find_project(tmp_path / "not" / "there").settings == ("a:B",)


def test_a_folder_without_a_project_is_fine(tmp_path: Path) -> None:
    """`--settings` says all that is needed."""
    assert find_project(tmp_path) == Project(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "x"\n[tool.setpoint]\nloaders = [\n  "docker",\n]\n\n[tool.other]\nloaders = ["bash"]\n',
        '[tool.setpoint] # ours\nloaders = ["docker"]\n[[tool.others]]\nloaders = ["bash"]',
        '[tool.setpoint]\r\nloaders = ["docker"]\r\n[tool.other]\r\nloaders = ["bash"]\r\n',
        '[tool]\nsetpoint = {loaders = ["docker"]}\n',
        'tool.setpoint.loaders = ["docker"]\n',
        '[ tool . setpoint ]\nloaders = ["docker"]\n',
        'about = """\n[tool.setpoint]\nloaders = ["bash"]\n"""\n[tool."setpoint"]\nloaders = ["docker"]\n',
        "about = '''\n[tool.setpoint]\nloaders = ['bash']\n'''\n[tool.'setpoint']\nloaders = ['docker']\n",
    ],
)
def test_the_table_is_found_however_it_is_written(tmp_path: Path, text: str) -> None:
    """Other tables end it, and a string that holds what looks like it is a string."""
    assert _project(tmp_path, text).loaders == ("docker",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.setpoint\n", "line 1"),
        ("[project]\n[tool.setpoint]\nsettings = a:B\n", "line 3"),
        ("[tool.setpoint]\n[tool.setpoint.nonsense]\na = 1\n", "unknown key `nonsense`"),
        ("[tool.setpoint]\nsettings = 1\n", "`settings` is not a string or an array of strings"),
        ("[tool.setpoint]\nignore-variables = 'X'\n", "`ignore-variables` is not an array of strings"),
        ("[tool.setpoint]\npythonpath = [1]\n", "`pythonpath` is not an array of strings"),
        ("[tool.setpoint]\nsetting = 'a:B'\n", "unknown key `setting`; did you mean `settings`?"),
        ("[tool.setpoint]\nnonsense = 1\nexample = 2\n", "unknown key `nonsense`; `example` is not a string"),
        ("tool.setpoint = 1\n", "is not a table"),
        ("# setpoint\ntool = 1\n", None),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_all_reasons(
    tmp_path: Path, text: str, message: str | None
) -> None:
    """A misspelt key that is passed by in silence would switch something off."""
    if message is None:
        assert _project(tmp_path, text) == Project(tmp_path)
        return
    with pytest.raises(InvalidProjectError) as error:
        _project(tmp_path, text)
    assert message in str(error.value)
    assert "pyproject.toml" in str(error.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """It is no traceback's business."""
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.setpoint]\nsettings = '\xff'\n")
    with pytest.raises(InvalidProjectError):
        find_project(tmp_path)


def test_a_command_in_such_a_project_says_so_and_stops(tmp_path: Path) -> None:
    """Exit status 2: nothing was looked at."""
    (tmp_path / "pyproject.toml").write_text("[tool.setpoint]\nsettings = 1\n")
    result = run_setpoint("check", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr.startswith(b"error: `[tool.setpoint]` in ")
    assert result.stderr.count(b"\n") == 1
