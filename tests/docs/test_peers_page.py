"""The tables that compare Setpoint with other programs are of the versions that are pinned, and agree."""

import json
import re
from pathlib import Path

import setpoint
from docs.documents import ROOT


def _table(page: Path) -> dict[str, list[str]]:
    """Return the cells of each row of the table between the marks on `page`, under the row's title."""
    between = page.read_text(encoding="utf-8").partition("<!-- tried -->")[2].partition("<!-- end of tried -->")[0]
    lines = [line.split("|")[1:-1] for line in between.splitlines() if line.startswith("| ")]
    return {title.strip(): [cell.strip() for cell in cells] for title, *cells in lines if title.strip() != "---"}


def _pinned() -> dict[str, str]:
    """Return the versions that `make peers` installs."""
    python = (ROOT / "requirements" / "peers.txt").read_text(encoding="utf-8")
    node = json.loads((ROOT / "benchmarks" / "peers" / "package.json").read_text(encoding="utf-8"))
    return {**dict(re.findall(r"^([a-z-]+)==([^ ]+)", python, re.MULTILINE)), **node["dependencies"]}


def test_what_is_pinned_is_what_was_tried() -> None:
    """Whoever pins another version tries it, too: `make peers`."""
    tried = dict(name.split(" ") for name in _table(ROOT / "docs" / "peers.md")[""])
    pinned = {"Setpoint": setpoint.__version__, **_pinned()}
    assert tried == {name: pinned[name] for name in tried}


def test_the_readme_says_what_the_page_says() -> None:
    """Its table is the beginning of each answer, for the same programs in the same order."""
    page, readme = _table(ROOT / "docs" / "peers.md"), _table(ROOT / "README.md")
    assert len(readme) > 5
    for title, cells in readme.items():
        assert cells == [re.split("[: ]", cell)[0] for cell in page[title]], title
