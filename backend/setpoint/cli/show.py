"""`show`: print the values that a process would have, where each comes from and what it shadows."""

import argparse
import json
from collections.abc import Iterator, Sequence

from setpoint.application.importing import contracts_of
from setpoint.cli.deploy_options import add_deploy_options, add_service_options
from setpoint.cli.options import add_files, add_view_options, chosen_settings
from setpoint.cli.output import write_result
from setpoint.cli.shown_setting import (
    add_fingerprint_option,
    as_json,
    fingerprint_key,
    fingerprint_of,
    origin_as_json,
    origin_in_words,
    others_in_words,
    value_in_words,
    values_to_show,
    winner_in_words,
)
from setpoint.resolution.provenance import Provenance, provenances
from setpoint.resolution.subject import Subject
from setpoint.resolution.unread_variables import unread_variables
from setpoint.text.escape import printable
from setpoint.text.fingerprint import FingerprintKey

VERSION = 1
_WIDEST_VALUE = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    add_files(parser)
    add_view_options(parser, "apply the process environment over the files")
    add_service_options(parser)
    add_deploy_options(parser)
    add_fingerprint_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the values and return the exit status: 0 whatever they are, because judging them is up to `check`."""
    references, project = chosen_settings(arguments)
    contracts = contracts_of(references, project) if references or not project.deploys else ()
    key = fingerprint_key(arguments)
    subjects = values_to_show(arguments, contracts, project)
    if arguments.format == "json":
        write_result(_json(subjects, key))
    else:
        write_result("".join(f"{line}\n" for line in _lines(subjects, key)))
    return 0


def _json(subjects: Sequence[Subject], key: FingerprintKey | None) -> str:
    content = {
        "version": VERSION,
        "settings": ", ".join(subject.contract.reference for subject in subjects),
        "variables": [
            as_json(subject, each, key) | ({"settings": subject.contract.reference} if len(subjects) > 1 else {})
            for subject in subjects
            for each in provenances(subject)
        ],
        "unknown": [
            {"name": each.shown_name, "origin": origin_as_json(each.assignment)}
            for each in unread_variables(subjects[0])
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _lines(subjects: Sequence[Subject], key: FingerprintKey | None) -> Iterator[str]:
    for index, subject in enumerate(subjects):
        if len(subjects) > 1:
            yield from ([""] if index else [])
            yield f"{subject.contract.reference}:"
        yield from _variables(subject, list(provenances(subject)), key)
    unread = list(unread_variables(subjects[0]))
    if unread and len(subjects) > 1:
        yield ""
    for each in unread:
        where = f"{each.shown_name} at {origin_in_words(each.assignment)}"
        yield f"{where} names a file that does not exist here" if each.names_file else f"no setting reads {where}"


def _variables(subject: Subject, found: Sequence[Provenance], key: FingerprintKey | None) -> Iterator[str]:
    names = {id(each): printable(each.shown_name) for each in found}
    name_width = max(map(len, names.values()), default=0)
    values = {id(each): _value(subject, each, key) for each in found}
    value_width = max((len(each) for each in values.values() if len(each) <= _WIDEST_VALUE), default=0)
    for each in found:
        yield f"{names[id(each)]:{name_width}}  {values[id(each)]:{value_width}}  {winner_in_words(subject, each)}"
        yield from (f"{'':{name_width}}  {other}" for other in others_in_words(subject, each))


def _value(subject: Subject, provenance: Provenance, key: FingerprintKey | None) -> str:
    fingerprint = fingerprint_of(subject, provenance.winner, key)
    value = value_in_words(subject, provenance)
    return value if fingerprint is None else f"{value} ({fingerprint})"
