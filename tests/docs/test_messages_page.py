"""The page of messages holds what the library says, and all of it."""

import ast
import re
from pathlib import Path

import pytest

from config.settings import Settings
from docs.messages import PAGE, page, templates
from setpoint.check.checking import check_together
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.loaders import LOADERS
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered
from support.checking import checked
from support.sampled_rows import sampled

FAULTY = Path(__file__).parents[1] / "setpoint" / "faulty"
_FILLED_IN = re.compile(r"\\\{[^}]*\\\}")


def test_the_page_of_messages_is_up_to_date() -> None:
    """`make generate` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.fixture(scope="module")
def known() -> list[re.Pattern[str]]:
    """Return what the page holds, as patterns."""
    blocks = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    # A label may be the first part of a message.
    lines = {each for block in blocks for line in block.splitlines() for each in (line, line.partition(",")[0])}
    return [re.compile(_FILLED_IN.sub(".+", re.escape(line))) for line in lines if len(re.findall("[a-z]+", line)) > 1]


@pytest.mark.parametrize(
    "path", sampled([(each,) for each in sorted(FAULTY.glob("*.env"))], one_in=3), ids=lambda path: path.stem
)
def test_what_is_said_of_a_faulty_file_is_on_the_page(path: Path, known: list[re.Pattern[str]]) -> None:
    """Of the service's own settings and of any program that reads the file."""
    contract = SettingsContract.of(Settings)
    content = path.read_bytes()
    subjects = [Subject(contract, Gathered((parse_env_file(path.name, content, {}, loader),))) for loader in LOADERS]
    found = [*check_together(subjects).diagnostics, *checked(content).diagnostics]
    texts = {text for each in found for text in (each.message, each.label, each.hint) if text}
    assert [text for text in texts if not any(each.search(text) for each in known)] == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("x = f\"`{a.name}` is {b}, so {'it is off' if c else 'on'}\"", ["`{name}` is {b}, so [it is off|on]"]),
        ('def f():\n    """Say it."""', []),
        ('x = re.compile(r"a b")', []),
        ('x = "one-word"', []),
        ('def f(a: "Two Words"): return "two words"', ["two words"]),
    ],
)
def test_texts_for_people_are_told_from_others(code: str, found: list[str]) -> None:
    """Docstrings, patterns and annotations are for programmers."""
    assert list(templates(ast.parse(code))) == found
