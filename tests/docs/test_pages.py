"""What the pages show is what happens."""

import re
import tomllib
from pathlib import Path

import pytest

from docs.conftest import MakeRun
from docs.documents import ROOT, Block, blocks, pages
from docs.typing_session import typed
from setpoint.envfile.loaders import find_loader
from support.prepared_python import prepared_program

_LINK = re.compile(r"\[[^\]]*\]\((?!https?://)([^)#]*)(?:#([^)]+))?\)")
_LINK_TEXT = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def _is_typed(page: Path) -> bool:
    return any(block.language == "console" for block in blocks(page))


def _databases(page: Path) -> set[str]:
    """Return on which databases of the service a page is typed; none if it needs no service."""
    return {word for block in blocks(page) for word in block.marks.get("service", "").split() if word != "and"}


def _same_time(text: str) -> str:
    """Return `text` with the same time everywhere: it is another one whenever somebody types."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD HH:MM:SS", text)


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of `page`."""
    headings = re.findall(r"^#+ (.*)$", _CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", _LINK_TEXT.sub(r"\1", each).lower()).replace(" ", "-") for each in headings}


def _leads_somewhere(page: Path, target: str, anchor: str) -> bool:
    there = page.parent / target if target else page
    return there.exists() and (not anchor or anchor in _anchors(there))


def _type(page: Path, clone: Path, *programs: str) -> None:
    session = typed(page, clone, *programs)
    assert session
    for command, expected, printed in session:
        assert _same_time(printed) == _same_time(expected), command


@pytest.mark.parametrize(
    "page",
    [page for page in pages() if _is_typed(page) and not _databases(page)],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_a_page_typed_from_top_to_bottom_prints_what_it_shows(page: Path, clone: Path) -> None:
    """At the root of a clone, in one shell, with each file saved when the page shows it; the program runs in forks."""
    _type(page, clone, prepared_program(clone.parent))


@pytest.mark.parametrize(
    ("page", "database"),
    [
        pytest.param(
            page,
            database,
            id=f"{page.relative_to(ROOT)}-{database}",
            marks=() if (page, database) == (ROOT / "README.md", "sqlite") else pytest.mark.long,
        )
        for page in pages()
        for database in sorted(_databases(page))
    ],
)
def test_a_page_on_the_service_prints_what_it_shows(
    page: Path, database: str, clone: Path, make_run: MakeRun, request: pytest.FixtureRequest
) -> None:
    """With `make run` in another terminal, whichever database the service has.

    The README is typed on two workers and on both databases, on SQLite with the program itself; everything else, which
    is dozens of commands, with a program that runs in forks.
    """
    url = request.getfixturevalue(f"new_{database}")
    is_readme = page.parent == ROOT
    programs = [] if is_readme and database == "sqlite" else [prepared_program(clone.parent)]
    with make_run(DATABASE_URL=url, WEB_CONCURRENCY="2" if is_readme else "1"):
        _type(page, clone, *programs)


def test_the_readme_is_typed() -> None:
    """The pattern that finds transcripts does find some: a test over none of them proves nothing."""
    assert _is_typed(ROOT / "README.md")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """A relative link names a file or a folder of the repository, and after a `#` a heading in it."""
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    assert [f"{target}#{anchor}" for target, anchor in links if not _leads_somewhere(page, target, anchor)] == []


def test_no_page_installs_setpoint_by_its_name() -> None:
    """No package index has it: what has that name there is somebody else's."""
    assert [page.name for page in pages() if re.search(r"install setpoint\b", page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "block",
    [block for page in pages() for block in blocks(page) if block.language == "toml"],
    ids=lambda block: f"{block.page}-{block.line}",
)
def test_toml_on_a_page_is_valid(block: Block) -> None:
    """A reader can paste every TOML block."""
    assert tomllib.loads(block.text)


def test_every_decision_is_numbered_once_without_a_gap() -> None:
    """Decision records count from 1, so that a number names one record."""
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_each_deployment_on_the_readme_reads_the_file_that_it_shows() -> None:
    """What systemd, compose and docker make of the file on the page is what the page says it holds."""
    shown = list(blocks(ROOT / "README.md"))
    file = next(block for block in shown if block.file == "deploy.env")
    loaders = [block.marks["loader"] for block in shown if "loader" in block.marks]
    expected = dict(line.split("=", 1) for line in file.text.splitlines())
    assert loaders == ["systemd", "compose", "docker"]
    for loader in loaders:
        reading = find_loader(loader).read(file.text, {})
        assert (dict(reading.variables), reading.problems) == (expected, ()), loader
