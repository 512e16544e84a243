"""Whatever bytes a file holds, the check ends, says where, and prints nothing that steers a terminal."""

import json
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.application.check_text import check_text
from setpoint.contract.settings_class import SettingsContract
from setpoint.formats import concise, full, json_report
from setpoint.formats.for_people import Style
from support.checking import checked
from support.keyed_settings import Settings


class WithEnvFile(BaseSettings):
    """Hands on what is in its file and nobody knows."""

    model_config = SettingsConfigDict(env_file=".env")


PLAIN = Style(colored=False)
CONTRACT = SettingsContract.of(Settings)
PIECES = [
    "PORT",
    "SENTRY_DSN",
    "LOG_FORMAT",
    "X",
    "=",
    " = ",
    "'",
    '"',
    "\\",
    "#",
    " #",
    "${",
    "}",
    ":-",
    "export ",
    " ",
]
ENDS = [
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "\x85",
    "\u2028",
    "\x0b",
    "\0",
    "\ufeff",
    "\t",
    "\x1b[31m",
    "8080",
    "yaml",
    "\u6f22",
]

file_like = st.lists(st.sampled_from([*PIECES, *ENDS]), max_size=40).map(lambda pieces: "".join(pieces).encode())
contents = st.one_of(st.binary(max_size=200), file_like, file_like.map(lambda text: text + b"\xff"))


@given(contents)
@settings(max_examples=300)
def test_any_bytes_can_be_checked(content: bytes) -> None:
    """Every finding is inside the file, and every format can show it."""
    report = check_text(CONTRACT, "any", content)
    line_ends = content.count(b"\n") + content.count(b"\r") + content.count(b"\n\0") + content.count(b"\0\n")
    for diagnostic in report.diagnostics:
        at = diagnostic.location
        if at is not None:
            assert 1 <= at.line <= at.end_line <= line_ends + 1
            assert at.column >= 1
            assert (at.line, at.column) <= (at.end_line, at.end_column)
            assert at.end_column <= len(content) + 2
    for text in (full.render(report, PLAIN), concise.render(report, PLAIN), json_report.render(report)):
        assert not any(
            unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text.replace("\n", "")
        )
        assert text.encode()
    assert json.loads(json_report.render(report))["status"] in {"passed", "failed"}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=100)
def test_the_same_text_in_utf_16_gets_the_same_findings(text: str) -> None:
    """Its encoding is one finding more, and hides none."""
    text = f"PORT=x\n{text}"
    plain = {each.message for each in checked(text).diagnostics if each.name != "byte-order-mark"}
    wide = {each.message for each in checked(text.encode("utf-16")).diagnostics if each.name != "byte-order-mark"}
    assert wide == plain | {"the file is UTF-16, not UTF-8"}


LONG_FILES = {
    "unknown names": "OTHER_{}=1\n",
    "the same name": "PORT=x # {}\n",
    "unclosed quotes": "OTHER_{}='x\"\n",
    "malformed lines": "= {}\n",
    "references": "OTHER_{}=${{UNSET}}\n",
    "comments": "# {}\n",
}


def _seconds(content: str) -> float:
    started = time.process_time()
    full.render(checked(content), PLAIN)
    return time.process_time() - started


@pytest.mark.parametrize("line", LONG_FILES.values(), ids=LONG_FILES.keys())
def test_the_time_grows_with_the_length_of_the_file(line: str) -> None:
    """Ten times the lines take some ten times the time, and nowhere near a hundred times."""
    few, many = ("".join(line.format(number) for number in range(lines)) for lines in (400, 4_000))
    assert _seconds(many) < 40 * max(_seconds(few), 0.01)


def test_the_time_grows_with_the_number_of_settings_whose_names_are_misspelt() -> None:
    """Each name is compared with all others; what is found out about the class is found out once."""

    def seconds(fields: int) -> float:
        wanted: dict[str, Any] = {f"setting_{number}": (int, 1) for number in range(fields)}
        made = create_model("Made", __base__=WithEnvFile, **wanted)
        text = "".join(f"SETTNIG_{number}=1\n" for number in range(fields))
        started = time.process_time()
        checked(text, settings_class=made)
        return time.process_time() - started

    assert seconds(200) < 40 * max(seconds(20), 0.01)


LONG_VALUES = {
    "one letter": "A=" + "x" * 1_000_000,
    "open references": "PORT=" + "${" * 300_000,
    "quotes": "'" * 500_000,
    "backslashes": "A='" + "\\" * 1_000_001,
    "arguments": "PORT=" + "mysql -p " * 100_000,
    "lines": 'PORT="' + "a\n" * 20_000 + '"',
}


@pytest.mark.parametrize("content", LONG_VALUES.values(), ids=LONG_VALUES)
def test_a_long_value_takes_no_longer_than_reading_it(content: str) -> None:
    """An attacker's favourite: it is looked at once, not for each of its lines."""
    assert _seconds(content) < 20
