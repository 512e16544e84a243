"""Tries Setpoint and its peers, and writes what came out into the tables of docs/peers.md and README.md."""

import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import setpoint
from peer_programs import CONTRACTS, Peer, peers
from peer_trials import ROWS, Cell, leaking
from peers import cost

ROOT = CONTRACTS.parents[1]
COST = "CPU time of a check, in ms"
_BETWEEN = re.compile(r"(?<=<!-- tried -->\n).*(?=<!-- end of tried -->)", re.DOTALL)
_SHORT = (
    "Everything wrong at once",
    "File, line and column",
    "Misspelt name in a file, with what was meant",
    "Misspelt name in the process environment",
    "What docker, compose, systemd, shells and kubectl will read",
    "Never shows a secret",
    "… nor one under another setting's name",
    "Same answer at the app's start",
    "Where a value comes from, what it shadows",
    COST,
)
Answers = Mapping[str, Sequence[Cell | str]]


def main() -> None:
    """Try everything, and write the tables."""
    every, pinned = peers(), versions()
    missing = sorted(pinned.keys() - {peer.name for peer in every})
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}; dature needs Python 3.12: make clean peers PYTHON=python3.12")
    answers = _answers(every)
    tried = f"Tried on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} and Node.js {_node()}."
    names = [f"{peer.name} {pinned[peer.name]}" for peer in every]
    whole = markdown(names, {title: list(map(str, row)) for title, row in answers.items()})
    _write(ROOT / "docs" / "peers.md", f"{tried}\n\n{whole}")
    short = {title: [_word(cell) for cell in answers[title]] for title in _SHORT}
    _write(ROOT / "README.md", f"{tried}\n\n{markdown([peer.name for peer in every], short)}")
    for peer in every:
        for line in leaking(peer):
            print(f"{peer.name} showed a secret: {line}")


def versions() -> dict[str, str]:
    """Return the version of every program, as it is pinned."""
    pinned = (ROOT / "requirements" / "peers.txt").read_text(encoding="utf-8")
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    group = re.search(r"^peers = \[(.*?)^\]", declared, re.DOTALL | re.MULTILINE)
    names = re.findall(r'^ +"([a-z-]+)', group[1], re.MULTILINE) if group else []
    python = dict(re.findall(r"^([a-z-]+)==([^ ]+)", pinned, re.MULTILINE))
    node = json.loads((CONTRACTS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return {"Setpoint": setpoint.__version__, **{name: python[name] for name in names}, **node}


def markdown(names: Iterable[str], rows: Mapping[str, Sequence[str]]) -> str:
    """Return a table with a column for each name."""
    lines = [["", *names], ["---", *("---" for _ in names)], *([title, *cells] for title, cells in rows.items())]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _answers(every: Sequence[Peer]) -> Answers:
    answers: dict[str, Sequence[Cell | str]] = {}
    for title, row in ROWS.items():
        answers[title] = [row(peer) for peer in every]
        print(title, *(f"  {peer.name}: {cell}" for peer, cell in zip(every, answers[title], strict=True)), sep="\n")
    figures = cost()
    answers[COST] = [f"{figures[peer.name]:.0f}" for peer in every]
    return answers


def _word(cell: Cell | str) -> str:
    return cell if isinstance(cell, str) else cell.answer


def _node() -> str:
    node = Path(sys.executable).with_name("node")
    return subprocess.run([node, "--version"], capture_output=True, check=True, text=True).stdout.strip().lstrip("v")


def _write(page: Path, table: str) -> None:
    """Put `table` between the marks on `page`."""
    content, count = _BETWEEN.subn(lambda _: f"\n{table}\n", page.read_text(encoding="utf-8"))
    if count != 1:
        sys.exit(f"{page} has no place for the table")
    page.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
