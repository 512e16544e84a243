"""`diff`: compare two env files, or one and the environment, as the settings class understands them."""

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import Any

from setpoint.application.gathering import beside_each_other, of_files
from setpoint.cli.fingerprint_option import add_fingerprint_option, fingerprint_key
from setpoint.cli.output import write_result
from setpoint.cli.shown_setting import fingerprint_of, origin_as_json, origin_in_words, visible
from setpoint.cli.source_options import add_source_options, contracts_of, subject_of_files
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.project import Project
from setpoint.resolution.difference import Change, Difference, Side, differences
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import ProcessEnvironment
from setpoint.text.escape import printable
from setpoint.text.fingerprint import FingerprintKey

VERSION = 1
_SIGNS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes to `parser`."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="two env files, the older one first, or one and `--environment`; `-` is standard input",
    )
    add_source_options(parser, "compare A with the process environment")
    parser.add_argument("--exit-code", action="store_true", help="exit with 1 if there is a difference")
    add_fingerprint_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the differences and return the exit status: 1 only with `--exit-code`."""
    if len(arguments.files) != (1 if arguments.environment else 2):
        message = "name two files, or one and `--environment`"
        raise UnableError(message)
    contracts, project = contracts_of(arguments)
    key = fingerprint_key(arguments)
    found = _found(*_sides(arguments, contracts, project))
    if arguments.format == "json":
        write_result(_json(contracts, found, key))
    else:
        write_result("".join(f"{line}\n" for old, new, each in found for line in _lines(old, new, each, key)))
    return int(bool(found) and arguments.exit_code)


def _sides(
    arguments: argparse.Namespace, contracts: Sequence[SettingsContract], project: Project
) -> tuple[list[Subject], list[Subject]]:
    """Return what each settings class reads on the old side, and on the new one."""
    only_files = argparse.Namespace(**{**vars(arguments), "environment": False})
    old, *others = (
        beside_each_other([subject_of_files([path], only_files, contract, project) for contract in contracts])
        for path in arguments.files
    )
    environment = ProcessEnvironment.of_this_process()
    new = others[0] if others else [of_files(contract, (), environment, project) for contract in contracts]
    return old, beside_each_other(new)


def _found(old: Sequence[Subject], new: Sequence[Subject]) -> list[tuple[Subject, Subject, Difference]]:
    """Return what differs, as the first class says that reads the variable, and then what none of them reads."""
    found: list[tuple[Subject, Subject, Difference]] = []
    unknown: list[tuple[Subject, Subject, Difference]] = []
    for before, after in zip(old, new, strict=True):
        told = {each.name for _, _, each in found}
        all_ = [(before, after, each) for each in differences(before, after)]
        found += [each for each in all_ if each[2].known and each[2].name not in told]
        # Names that no class reads are the same for each of them.
        unknown = [each for each in all_ if not each[2].known]
    return found + unknown


def _lines(old: Subject, new: Subject, each: Difference, key: FingerprintKey | None) -> Iterator[str]:
    notes = []
    if not each.known:
        notes.append("it names a file that is not here" if each.names_file else "no setting reads it")
    if each.secret and each.change is Change.CHANGED:
        notes.append("the values differ and are not shown")
    if each.compared_as_text:
        notes.append("compared as text, because the settings class does not take both values")
    yield f"{_SIGNS[each.change]} {printable(each.name)}" + (f" ({'; '.join(notes)})" if notes else "")
    for sign, subject, side in (("-", old, each.old), ("+", new, each.new)):
        if side is not None:
            fingerprint = fingerprint_of(subject, side.assignment, key)
            shown = visible(side.value) if fingerprint is None else f"{side.value} ({fingerprint})"
            yield f"    {sign} {shown}  {origin_in_words(side.assignment)}{_spelt(each, side)}"


def _spelt(each: Difference, side: Side) -> str:
    """Return how a side spells the variable, where that is not how the class does."""
    if not each.known or side.assignment.name == each.name:
        return ""
    return f" as {printable(side.assignment.name)}"


def _json(
    contracts: Sequence[SettingsContract],
    found: Sequence[tuple[Subject, Subject, Difference]],
    key: FingerprintKey | None,
) -> str:
    content = {
        "version": VERSION,
        "settings": ", ".join(each.reference for each in contracts),
        "differences": [
            {
                "name": printable(each.name),
                "change": str(each.change),
                "known": each.known,
                "secret": each.secret,
                "compared_as_text": each.compared_as_text,
                "old": _side(old, each.old, key),
                "new": _side(new, each.new, key),
            }
            for old, new, each in found
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _side(subject: Subject, side: Side | None, key: FingerprintKey | None) -> dict[str, Any] | None:
    if side is None:
        return None
    described = {"value": side.value, "origin": origin_as_json(side.assignment)}
    fingerprint = fingerprint_of(subject, side.assignment, key)
    return described if fingerprint is None else {**described, "fingerprint": fingerprint}
