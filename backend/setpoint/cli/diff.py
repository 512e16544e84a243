"""`diff`: compare two env files, or one and the environment, as the settings class understands them."""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from setpoint.application.importing import contracts_of
from setpoint.application.show_values import Compared, compare, values_of_files
from setpoint.cli.deploy_options import add_deploy_options, deploy_request
from setpoint.cli.options import add_set, add_view_options, chosen_settings, given_path
from setpoint.cli.output import write_result
from setpoint.cli.shown_setting import (
    add_fingerprint_option,
    fingerprint_key,
    fingerprint_of,
    note_problems,
    origin_as_json,
    origin_in_words,
    visible,
)
from setpoint.client.place import find_place
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.project import Project
from setpoint.resolution.difference import Change, Difference, Side
from setpoint.resolution.subject import Subject
from setpoint.sources.gathered import ProcessEnvironment
from setpoint.text.escape import printable
from setpoint.text.fingerprint import FingerprintKey

VERSION = 1
_SIGNS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "files",
        nargs="+",
        type=given_path,
        metavar="FILE",
        help="two env files, the older one first, or one and `--environment`; `-` is standard input; a service of a "
        "deploy: `compose.yaml#web`; or revisions of the service: `billing/production@1...2`, or `billing/production "
        "billing/staging`",
    )
    add_view_options(parser, "compare FILE with the process environment")
    parser.add_argument("--exit-code", action="store_true", help="exit with 1 if they differ")
    add_fingerprint_option(parser)
    add_set(parser)
    add_deploy_options(parser)
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="the same as `--format json`")


def run(arguments: argparse.Namespace) -> int:
    """Print the differences and return the exit status: 1 only with `--exit-code`."""
    if _are_in_the_service(arguments):
        from setpoint.cli.service import service_diff  # noqa: PLC0415 - it imports HTTP, which files don't need

        return service_diff.run(arguments)
    if len(arguments.files) != (1 if arguments.environment else 2):
        message = "name two files, or one and `--environment`"
        raise UnableError(message)
    references, project = chosen_settings(arguments)
    contracts = contracts_of(references, project)
    key = fingerprint_key(arguments)
    found = compare(*_sides(arguments, contracts, project))
    if arguments.format == "json":
        write_result(_json(contracts, found, key))
    else:
        write_result("".join(f"{line}\n" for old, new, each in found for line in _lines(old, new, each, key)))
    return int(bool(found) and arguments.exit_code)


def _are_in_the_service(arguments: argparse.Namespace) -> bool:
    """Return whether to compare revisions of environments rather than files on this machine."""
    return all(find_place(word) and not Path(word).exists() for word in arguments.files)


def _sides(
    arguments: argparse.Namespace, contracts: Sequence[SettingsContract], project: Project
) -> tuple[list[Subject], list[Subject]]:
    """Return what each settings class reads on the old side, and on the new one."""
    options: dict[str, Any] = {"loader": arguments.loader, "directories": arguments.secrets_dir}
    old, *others = (
        _of_service(arguments, contracts, project, path) or values_of_files(contracts, [path], project, **options)
        for path in arguments.files
    )
    note_problems([each for side in (old, *others) for each in side], arguments.program)
    if others:
        return old, others[0]
    return old, values_of_files(contracts, (), project, environment=ProcessEnvironment.of_this_process())


def _of_service(
    arguments: argparse.Namespace, contracts: Sequence[SettingsContract], project: Project, word: str
) -> list[Subject]:
    """Return what the service that `word` names (`compose.yaml#web`) gets from a deploy; None for an env file."""
    path, mark, service = word.partition("#")
    if Path(word).exists():
        path, mark = word, ""
    request = deploy_request(arguments, [path])
    if request is None:
        return []
    from setpoint.application.deploys.services import WantedDeploy  # noqa: PLC0415 - env files need nothing of it
    from setpoint.application.deploys.showing import values_of_deploy  # noqa: PLC0415 - likewise

    wanted = WantedDeploy(request, (service,) if mark else ())
    return values_of_deploy(contracts, wanted, project, arguments.secrets_dir)


def _lines(old: Subject, new: Subject, each: Difference, key: FingerprintKey | None) -> Iterator[str]:
    notes = []
    if not each.known:
        notes.append("it names a file that does not exist here" if each.names_file else "no setting reads it")
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
    """Return how a side spells the variable, if the class spells it differently."""
    if not each.known or side.assignment.shown_name == each.name:
        return ""
    return f" as {printable(side.assignment.shown_name)}"


def _json(
    contracts: Sequence[SettingsContract],
    found: Sequence[Compared],
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
