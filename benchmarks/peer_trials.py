"""What checkers are tried on: one question a row, answered by what a program does and says."""

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from faulty_files import (
    ACROSS,
    ASKED,
    AT_ONCE,
    BEHIND_ANOTHER_NAME,
    DEEP,
    FAULTS,
    GOOD,
    LEAKS,
    MISREAD,
    MISSPELT,
    PLACES,
    TOGETHER,
    VALUES,
    WITH_MALFORMED,
    Fault,
    good_but,
    pieces,
)
from peer_programs import Command, Outcome, Peer, lay_out, run

_MISSPELT_IN_ENVIRONMENT = {"SENTRY_DNS": "https://9c1c7e2f@o1.ingest.sentry.io/42"}
_PROGRAMS = re.compile(r"\b(docker|compose|systemd|bash|dash|kubectl|node)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """An answer.

    Attributes:
        answer: `yes`, `partly` or `no`.
        detail: What was counted or seen, in a few words; empty if there is nothing to add.
    """

    answer: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.answer}: {self.detail}" if self.detail else self.answer


def passes(peer: Peer) -> Cell:
    """Does a good file pass?"""
    return Cell("yes" if _said(peer, peer.check, GOOD).status == 0 else "no")


def at_once(peer: Peer) -> Cell:
    """Does one run report all the faults that are found if each stands alone?"""
    return _together(peer, TOGETHER)


def beside_a_malformed_line(peer: Peer) -> Cell:
    """Does it still do so if there is a line that nothing can read?"""
    return _together(peer, WITH_MALFORMED)


def place(peer: Peer) -> Cell:
    """Does a finding say the file, the line and the column?"""
    shown = "\n".join(_said(peer, command, DEEP).output for command in (peer.check, *peer.reports.values()))
    if any(
        re.search(rf"\b{line}(:|\D{{1,30}}col\D{{0,10}}){column}\b", shown, re.IGNORECASE) for line, column in PLACES
    ):
        return Cell("yes")
    if any(re.search(rf"\b{line}\b", shown) for line, _ in PLACES):
        return Cell("partly", "line and caret" if "^^^" in shown else "line")
    return Cell("no")


def misspelt_in_file(peer: Peer) -> Cell:
    """Is a misspelt name in a file reported with the name that was meant?"""
    if not _finds(peer, MISSPELT):
        return Cell("no")
    lines = _said(peer, peer.check, MISSPELT.content).output
    return Cell("yes") if _suggests(lines) else Cell("partly", "no suggestion")


def misspelt_in_environment(peer: Peer) -> Cell:
    """Is a misspelt name in the process environment reported with the name that was meant?"""
    content = good_but("SENTRY_DSN", None).replace("production", "staging")
    said = _said(peer, peer.check_environment or peer.check, content, tuple(_MISSPELT_IN_ENVIRONMENT.items()))
    if not re.search("SENTRY_DNS", said.output, re.IGNORECASE):
        return Cell("no")
    return Cell("yes") if _suggests(said.output) else Cell("partly", "no suggestion")


def values(peer: Peer) -> Cell:
    """Are wrong types, numbers out of range and wrong choices found?"""
    return _counted(sum(_finds(peer, fault) for fault in VALUES), len(VALUES))


def across(peer: Peer) -> Cell:
    """Are rules found broken that hold between variables?"""
    # What is reported all the same where the rule does not hold is no word about the rule.
    elsewhere = [replace(fault, content=fault.content.replace("production", "staging")) for fault in ACROSS]
    found = sum(_finds(peer, fault) and not _finds(peer, other) for fault, other in zip(ACROSS, elsewhere, strict=True))
    return _counted(found, len(ACROSS))


def loaders(peer: Peer) -> Cell:
    """Is it known what docker, compose, systemd, shells and kubectl make of a file that works on the desk?"""
    good = _said(peer, peer.check, GOOD)
    found = []
    for name, content in MISREAD:
        said = _said(peer, peer.check_loaders or peer.check, content)
        if said.status != 0 and good.status == 0:
            found.append((name, bool(_PROGRAMS.search(said.output))))
    if len(found) == len(MISREAD) and all(named for _, named in found):
        return Cell("yes")
    return Cell("partly", "refuses " + ", ".join(name for name, _ in found)) if found else Cell("no")


def secrets(peer: Peer) -> Cell:
    """Does no output hold any part of a secret, whatever is wrong or asked?"""
    told = [str(number) for number, fault in enumerate(LEAKS, 1) if _leaks(peer, fault)]
    if peer.origins and _shows(_said(peer, peer.origins("SENTRY_DSN"), ASKED)):
        told.append(str(len(LEAKS) + 1))
    return Cell("no", "case " + ", ".join(told)) if told else Cell("yes")


def secrets_behind_other_names(peer: Peer) -> Cell:
    """Does it stay hidden if it was put behind the name of a setting that is none?"""
    return Cell("no" if _leaks(peer, BEHIND_ANOTHER_NAME) else "yes")


def start(peer: Peer) -> Cell:
    """Does the app's start give the answer of the check?"""
    if peer.start is None:
        return Cell("no", "has no part in it")
    files = [GOOD, TOGETHER, *(fault.content for fault in FAULTS)]
    same = sum(
        (_said(peer, peer.check, each).status == 0) == (_said(peer, peer.start, each).status == 0) for each in files
    )
    return _counted(same, len(files))


def origins(peer: Peer) -> Cell:
    """Does something say where a value comes from, and what it shadows?"""
    if peer.origins is None:
        return Cell("no")
    content, command = "PORT=8000\n" + good_but("PORT", None), peer.origins("PORT")
    said = _said(peer, command, content, (("PORT", "9000"),)).output
    # What it says of a value that the environment does not hold tells nothing of the environment.
    always = _said(peer, command, content).output
    seen = [
        bool(re.search(peer.winner, said)) > bool(re.search(peer.winner, always)),
        bool(re.search(peer.shadowed, said)),
    ]
    if all(seen):
        return Cell("yes")
    return Cell("partly", "source only" if seen[0] else "file only") if any(seen) else Cell("no")


def reports(peer: Peer) -> Cell:
    """Which reports for CI are there, and can a program read them?"""
    read = [name for name, command in peer.reports.items() if _is_report(name, _said(peer, command, TOGETHER).result)]
    return Cell("yes" if len(read) > 3 else "partly", ", ".join(read)) if read else Cell("no")


ROWS: Mapping[str, Callable[[Peer], Cell]] = {
    "A good file passes": passes,
    "Everything wrong at once": at_once,
    "… beside a line that nothing can read": beside_a_malformed_line,
    "File, line and column": place,
    "Misspelt name in a file, with what was meant": misspelt_in_file,
    "Misspelt name in the process environment": misspelt_in_environment,
    "Types, ranges, choices": values,
    "Rules across variables": across,
    "What docker, compose, systemd, shells and kubectl will read": loaders,
    "Never shows a secret": secrets,
    "… nor one under another setting's name": secrets_behind_other_names,
    "Same answer at the app's start": start,
    "Where a value comes from, what it shadows": origins,
    "Reports for CI": reports,
}


def leaking(peer: Peer) -> list[str]:
    """Return the faults and commands with which a part of the secret was shown."""
    every = (*LEAKS, BEHIND_ANOTHER_NAME)
    return [f"{fault.name}: {', '.join(_leaks(peer, fault))}" for fault in every if _leaks(peer, fault)]


def _leaks(peer: Peer, fault: Fault) -> list[str]:
    commands = {"check": peer.check, "start": peer.start if peer.starts else None, **peer.reports}
    return [name for name, command in commands.items() if command and _shows(_said(peer, command, fault.content))]


def _shows(outcome: Outcome) -> bool:
    return any(piece in outcome.output for piece in pieces())


def _together(peer: Peer, content: str) -> Cell:
    alone = [fault for fault in AT_ONCE if _finds(peer, fault)]
    if len(alone) < 2:
        return Cell("no", f"knows {len(alone)}")
    return _counted(sum(_finds(peer, fault, content) for fault in alone), len(alone))


def _counted(found: int, of: int) -> Cell:
    word = "yes" if found == of else "partly" if found else "no"
    return Cell(word, f"{found} of {of}")


def _suggests(output: str) -> bool:
    """Return whether the known name stands near the misspelt one, and not only as one that is missing."""
    return bool(re.search(r"(did you mean|resembles|similar|typo)", output, re.IGNORECASE)) and "SENTRY_DSN" in output


def _is_report(kind: str, output: str) -> bool:
    if kind == "GitHub":
        return output.startswith(("::error ", "::warning "))
    try:
        if kind == "JUnit":
            return ET.fromstring(output).tag in {"testsuite", "testsuites"}  # noqa: S314 - a report that we had written
        return bool(json.loads(output))
    except (ValueError, ET.ParseError):
        return False


@cache
def _said(peer: Peer, command: Command, content: str, variables: tuple[tuple[str, str], ...] = ()) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        lay_out(peer, Path(folder), content)
        return run(command, Path(folder), dict(variables))


def _finds(peer: Peer, fault: Fault, content: str | None = None) -> bool:
    """Return whether a check says something of the fault's variable that it does not say of the good file."""
    good = _said(peer, peer.check, GOOD)
    bad = _said(peer, peer.check, content or fault.content)
    usual = set(good.output.splitlines())
    # varlock lists the variables that are well, too.
    news = [line for line in bad.output.splitlines() if line not in usual and not line.startswith("✅")]
    named = any(re.search(rf"\b{fault.variable}\b", line, re.IGNORECASE) for line in news)
    return named or (content is None and good.status == 0 and bad.status != 0)
