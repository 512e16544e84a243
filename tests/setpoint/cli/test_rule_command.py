"""The command `rule`: what each rule is about, told quickly."""

import json
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.cli.main import main
from support.checking import BACKEND, run


def test_a_rule_is_explained_with_a_bad_and_a_good_example(capsys: pytest.CaptureFixture[str]) -> None:
    """Code and name are alike, in any case."""
    assert main(["rule", "sp201"]) == 0
    by_code = capsys.readouterr().out
    assert main(["rule", "read-differently"]) == 0
    assert capsys.readouterr().out == by_code
    assert by_code == snapshot("""\
SP201 read-differently (error)

Report a variable that the programs that will read the file read differently.

Why it matters: the app gets one value in development and another one in production, and nobody
notices. It is a warning where no setting reads the variable.

Bad, as docker and node read it:
    HOST="localhost"

Good, as docker and node read it:
    HOST=localhost
""")


def test_without_a_rule_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, in the order of the codes."""
    assert main(["rule"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        [code, each.name, str(each.severity)] for code, each in sorted(CATALOGUE.items())
    ]


def test_rules_as_json_hold_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """For editors and pages."""
    assert main(["rule", "SP105", "--format", "json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["version"] == 1
    assert content["rules"][0]["bad"] == {"text": "HOST=$(hostname)", "loaders": ["bash"]}


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("SP310", "`setpoint rule` lists them"),
        ("unknown-varaible", "did you mean `unknown-variable`?"),
        ("\x1b[1mnonsense", "`setpoint rule` lists them"),
        ("", "`setpoint rule` lists them"),
    ],
)
def test_an_unknown_rule_is_said_in_a_line(word: str, advice: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest one, if there is one near."""
    assert main(["rule", word]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "\x1b" not in said.err
    assert said.err.endswith(f"`; {advice}\n")


@pytest.mark.parametrize("words", [["rule"], ["rule", "SP301"], ["rule", "nonsense"]])
def test_a_rule_is_explained_without_importing_pydantic(words: list[str], tmp_path: Path) -> None:
    """An answer from a text should not take as long as a check."""
    code = (
        "import sys; from setpoint.cli.main import main; main(sys.argv[1:]); "
        "print(sorted({'pydantic', 'setpoint.check.rules'} & set(sys.modules)), file=sys.stderr)"
    )
    done = run([sys.executable, "-c", code, *words], {"PYTHONPATH": str(BACKEND)}, tmp_path)
    assert done.stderr.splitlines()[-1] == b"[]"
