"""The variables of an app side by side, without any HTML."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from app.domain.errors import NotFoundError
from app.domain.identity import Scope
from app.service.pages.variables import Cell, Row, VariablesOverview
from app.service.writing.intent import Intent
from app.store.sqlite.store import SqliteStore
from app.store.testing.session_contract import add, session
from support.configuration_service import ADA, CONTRACT, PRODUCTION, STAGING, Service, actor
from support.small_contract import contract

CANARY = "c4n4ry0fTh3M4tr1x"
NEW = contract(PORT="integer!", DEBUG="truth", API_KEY="secret", NAME="text", LD_PRELOAD="text", NEW="text!")


@pytest.fixture
def overview(service: Service) -> VariablesOverview:
    return VariablesOverview(service.store, service.validator)


def _shown(cell: Cell) -> str:
    words = [str(cell.state), "secret" if cell.is_secret else "", cell.value or "", cell.source]
    return " ".join([*filter(None, words), *(["may reveal"] if cell.may_reveal else [])])


def shown(row: Row) -> list[str]:
    return [row.name, row.described.expected if row.described else "nothing reads it", *map(_shown, row.cells)]


def test_each_environment_says_what_it_has(service: Service, overview: VariablesOverview) -> None:
    """Its own, inherited, by default or missing; and no value of a secret."""
    service.write(STAGING, PORT="1", API_KEY=CANARY)
    service.revising.extend(actor(), Intent(PRODUCTION, None), [STAGING])
    service.push(NEW, "2.0", compatible=False)
    page = overview.of(actor(), "billing")
    assert [(each.environment, each.revision) for each in page.columns] == [("production", 1), ("staging", 1)]
    assert [shown(each) for each in page.rows] == snapshot(
        [
            ["API_KEY", "a string", "inherited secret billing/staging@1 may reveal", "set secret may reveal"],
            ["DEBUG", "`true` or `false`", "default unset", "default unset"],
            ["LD_PRELOAD", "a string", "default unset", "default unset"],
            ["NAME", "a string", "default unset", "default unset"],
            ["NEW", "a string", "missing", "missing"],
            ["PORT", "an integer", "inherited 1 billing/staging@1", "set 1"],
        ]
    )
    assert CANARY not in repr(page)


def test_a_row_says_which_release_reads_the_variable(service: Service, overview: VariablesOverview) -> None:
    """The one that writes are checked against, and those that instances really run."""
    service.write(PORT="1")
    assert isinstance(service.store, SqliteStore)
    found = session()
    add(service.store, replace(found, instance=replace(found.instance, schema=CONTRACT.digest)))
    service.push(NEW, "2.0", compatible=False)
    readers = {
        row.name: [(each.release, each.instances, each.is_current) for each in row.readers]
        for row in overview.of(actor(), "billing").rows
    }
    assert (readers["NEW"], readers["PORT"]) == ([("2.0", 0, True)], [("2.0", 0, True), ("1.0", 1, False)])


def test_it_shows_what_its_reader_may_see(service: Service, overview: VariablesOverview) -> None:
    """Other environments are not there, and nothing is offered to reveal that may not be."""
    service.write(PORT="1", API_KEY=CANARY)
    service.write(STAGING, PORT="2", API_KEY=CANARY)
    page = overview.of(actor(ADA, Scope.CONFIG_READ, bounds=("billing/staging",)), "billing")
    assert [each.environment for each in page.columns] == ["staging"]
    assert not any(cell.may_reveal for row in page.rows for cell in row.cells)


@pytest.mark.parametrize("bound", ["other/*", "*/*"])
def test_an_app_that_is_not_there_and_one_that_is_hidden_look_alike(
    service: Service, overview: VariablesOverview, bound: str
) -> None:
    """Both are not found."""
    service.write(PORT="1")
    app = "billing" if bound == "other/*" else "absent"
    with pytest.raises(NotFoundError, match=f"there is no app `{app}`"):
        overview.of(actor(ADA, Scope.CONFIG_READ, bounds=(bound,)), app)
