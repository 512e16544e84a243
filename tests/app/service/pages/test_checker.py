"""What the page says for anybody who has an env file, without any HTML."""

import logging
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from app.contracts.validator import ContractValidator
from app.domain.errors import NotFoundError
from app.domain.identity import Scope
from app.service.pages.checker import EXAMPLE, Checker, CheckPage, Pasted
from setpoint.envfile.loaders import LOADERS
from support.configuration_service import ADA, Service, actor

CANARY = "c4n4ry0fTh3Ch3ck3r"
ANYBODY = Checker(ContractValidator())
T = TypeVar("T")


def here(work: Callable[[], T]) -> T:
    """Do it here and now."""
    return work()


def checked(text: str, *loaders: str, has_windows_lines: bool = False) -> CheckPage:
    pasted = Pasted(text, loaders or tuple(LOADERS), has_windows_lines=has_windows_lines)
    return ANYBODY.checked(None, pasted, here)


def readings(page: CheckPage) -> Iterator[str]:
    for variable in page.variables:
        yield f"{variable.line} {variable.name}"
        for each in variable.readings:
            value = each.words if each.value is None else repr(each.value.raw)
            yield f"  {' '.join(each.loaders)}: {value}"


def test_it_says_program_by_program_what_would_be_read() -> None:
    """With the values, which are those of whoever has pasted them, and how to write what all read alike."""
    page = checked('TITLE="Pizza"\nCOLOR=red # why\nA=1\nexport B=2\n', "docker", "node", "systemd")
    assert list(readings(page)) == snapshot(
        [
            "1 TITLE",
            "  docker: '\"Pizza\"'",
            "  node systemd: 'Pizza'",
            "2 COLOR",
            "  docker systemd: 'red # why'",
            "  node: 'red'",
            "3 A",
            "  docker node systemd: '1'",
            "4 B",
            "  docker: refuse the file",
            "  node: '2'",
            "  systemd: leave it out",
        ]
    )
    assert page.sentence == snapshot("3 of 4 variables are read differently, and 1 of 3 programs refuse the file")
    assert [(each.loader, len(each.values), each.refuses) for each in page.programs] == snapshot(
        [("docker", 0, True), ("node", 4, False), ("systemd", 3, False)]
    )
    assert [each.advice for each in page.variables] == snapshot(
        [
            "written without quotes right after the `=`, and with nothing after it, all of them read it the same way",
            "written without quotes right after the `=`, and with nothing after it, all of them read it the same way",
            None,
            "written without quotes right after the `=`, and with nothing after it, all of them read it the same way",
        ]
    )


def test_it_says_what_is_wrong_at_its_line() -> None:
    """As the line was pasted, with carets under the place."""
    page = checked("A='open\nB=1\nB=2\n", "docker", "bash")
    told = [(each.code, each.message, each.line and (each.line.text, each.line.carets)) for each in page.findings]
    assert told == snapshot(
        [
            (
                "SP102",
                "this is never closed, so the shell reads nothing after this point (as bash reads it)",
                ("A='open", "^"),
            ),
            ("SP106", "nothing after this point is evaluated (as bash reads it)", ("A='open", "^")),
            ("SP103", "`B` is set twice (as docker reads it)", ("B=2", "^")),
        ]
    )


def test_line_ends_of_windows_are_a_difference() -> None:
    """Browsers don't pass them on, so that one says whether the file has them."""
    assert checked("A=1\n", "docker", "bash").sentence == snapshot("both programs read the one variable alike")
    page = checked("A=1\n", "docker", "bash", has_windows_lines=True)
    assert (page.sentence, list(readings(page))) == snapshot(
        ("the one variable is read differently", ["1 A", "  docker: '1'", "  bash: '1\\r'"])
    )


def test_the_example_shows_what_there_is_to_see() -> None:
    """Quotes, a comment, references, escapes, `export`: no line of it is read alike."""
    page = checked(EXAMPLE)
    assert not any(each.is_alike for each in page.variables)
    assert {each.code for each in page.findings} >= {"SP102", "SP104", "SP107", "SP203"}


def test_it_checks_against_a_schema_that_its_reader_may_know(service: Service) -> None:
    """For who has signed in; others are told of none."""
    checker = Checker(service.validator, service.store)
    page = checker.checked(actor(), Pasted("PORT=many\nAPI_KEI=1\n", ("docker",), app="billing"), here)
    assert page.apps == (("billing", "1.0"),)
    assert [(each.code, each.line and each.line.number) for each in page.findings] == snapshot(
        [("SP401", 1), ("SP301", 2)]
    )
    stranger = actor(ADA, Scope.CONFIG_READ, bounds=("other/*",))
    for somebody in (None, stranger):
        assert checker.empty(somebody).apps == ()
        with pytest.raises(NotFoundError):
            checker.checked(somebody, Pasted("PORT=1\n", app="billing"), here)


def test_what_is_pasted_is_in_no_repr_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """The page alone has it, and a value of it is a mask wherever somebody puts it in."""
    caplog.set_level(logging.DEBUG)
    page = checked(f"TOKEN='{CANARY}\nA={CANARY}\nB=${CANARY}\n")
    assert CANARY not in repr([page.pasted, page.variables[-1].readings, page.findings])
    assert CANARY not in "".join(each.message + each.hint for each in page.findings)
    assert CANARY not in caplog.text


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("A=B1\n\r '\"#$\\{}`x\té\u202e\ud800\0"), max_size=60))
def test_any_text_has_a_page(text: str) -> None:
    """Whatever is pasted, each finding is on a line that there is."""
    page = checked(text)
    lines = text.count("\n") + text.count("\r") + 1
    assert all(each.line is None or each.line.number <= lines for each in page.findings)
