"""Whoever does what a label or hint says is rid of the problem, and has no new one."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint.check.checking import check
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.loaders import LOADERS
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered
from setpoint.sources.reading_on import read_on
from support.keyed_settings import Settings

CONTRACT = SettingsContract.of(Settings)
KNOWN = {
    "SENTRY_ENVIRONMENT": "staging",
    "SENTRY_TRACES_SAMPLE_RATE": "0.5",
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "WARNING",
    "WEB_CONCURRENCY": "3",
    "PORT": "8080",
}
BROKEN = (
    "no assignment",
    "=x",
    "export",
    'HOST="open',
    "HOST='open",
    "HOST=a\0b",
    "HOST=${MISSING}",
    "HOST=a # b",
    "1A=x",
)


class Fault(NamedTuple):
    """A fault, and the file in which it is."""

    lines: tuple[str, ...]
    found: Diagnostic


def _slips(word: str) -> Iterator[str]:
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield f"{word[:at]}X{word[at:]}"
        yield word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


GOOD = st.sampled_from([f"{name}={value}" for name, value in KNOWN.items()])
MISSPELT = st.sampled_from([f"{slip}={value}" for name, value in KNOWN.items() for slip in _slips(name)])
WRONG_WORDS = st.sampled_from(
    [f"{name}={slip}" for name in ("LOG_FORMAT", "LOG_LEVEL") for slip in _slips(KNOWN[name])]
)
LINES = st.lists(st.one_of(GOOD, MISSPELT, WRONG_WORDS, st.sampled_from(BROKEN)), min_size=1, max_size=4)


def _meant(lines: tuple[str, ...], found: Diagnostic, meant: str) -> tuple[str, ...]:
    place = found.location
    assert place is not None
    line = lines[place.line - 1]
    put = f"{line[: place.column - 1]}{meant}{line[place.end_column - 1 :]}"
    return (*lines[: place.line - 1], put, *lines[place.line :])


def _without(lines: tuple[str, ...], found: Diagnostic, _: str) -> tuple[str, ...]:
    assert found.location is not None
    return tuple(line for number, line in enumerate(lines, 1) if number != found.location.line)


def _commented(lines: tuple[str, ...], found: Diagnostic, _: str) -> tuple[str, ...]:
    assert found.location is not None
    return tuple(f"#{line}" if number == found.location.line else line for number, line in enumerate(lines, 1))


Remedy = Callable[[tuple[str, ...], Diagnostic, str], tuple[str, ...]]
REMEDIES: list[tuple[str, Remedy]] = [
    (r"^did you mean `([^`]+)`\?(?! \(set)", _meant),
    (r"()^remove (?:it|one of them)\b", _without),
    (r"()\bcomment the line out$", _commented),
]


def _found(lines: tuple[str, ...], loader: str) -> tuple[Diagnostic, ...]:
    file = parse_env_file("a.env", "".join(f"{line}\n" for line in lines).encode(), {}, loader)
    return check(Subject(CONTRACT, Gathered(tuple(read_on([file], {}))))).diagnostics


def _remedies(fault: Fault) -> Iterator[tuple[str, ...]]:
    """Yield what becomes of the file, for each thing that its label or hint says to do."""
    for said in filter(None, (fault.found.label, fault.found.hint)):
        for pattern, remedy in REMEDIES:
            if (told := re.search(pattern, said)) and fault.found.location is not None:
                yield remedy(fault.lines, fault.found, told[1])


def _kind(found: Diagnostic) -> tuple[str, str | None]:
    return found.code, found.variable


@pytest.mark.parametrize("loader", LOADERS)
@settings(max_examples=15, derandomize=True, deadline=None)
@given(lines=LINES.map(tuple))
def test_what_a_hint_says_helps(loader: str, lines: tuple[str, ...]) -> None:
    """The finding is gone from its line, and there is no kind of error that was not there before."""
    before = _found(lines, loader)
    for each in before:
        for changed in _remedies(Fault(lines, each)):
            after = _found(changed, loader)
            assert len([new for new in after if _kind(new) == _kind(each)]) < len(
                [old for old in before if _kind(old) == _kind(each)]
            ), (lines, each, changed)
            errors = {_kind(new) for new in after if new.severity is Severity.ERROR}
            assert errors <= {_kind(old) for old in before}, (lines, each, changed)


@pytest.mark.parametrize("loader", [each for each in LOADERS if each != "python-dotenv"])
@pytest.mark.parametrize("broken", ["no assignment", "=x", "HOST=${NONE", 'HOST="a'])
def test_what_a_program_cannot_read_hides_nothing_after_it(loader: str, broken: str) -> None:
    """Some programs stop there, and some reject the whole file: the next one to fail would be found one by one."""
    found = _found((broken, "PORT=x", "LOG_FORMAT=jon"), loader)
    assert {"PORT", "LOG_FORMAT"} <= {each.variable for each in found if each.code == "SP401"}
