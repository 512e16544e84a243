"""`explain`: explain one variable: what it is for, what it takes and where its value comes from."""

import argparse
import json
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from setpoint.application.importing import contracts_of
from setpoint.cli.deploy_options import add_deploy_options, add_service_options
from setpoint.cli.options import add_files, add_view_options, chosen_settings
from setpoint.cli.output import write_result
from setpoint.cli.shown_setting import (
    UNSET,
    as_json,
    others_in_words,
    shown_default,
    unknown_in,
    value_in_words,
    values_to_show,
    winner_in_words,
)
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.errors import UnableError
from setpoint.resolution.provenance import Provenance, provenances
from setpoint.resolution.subject import Subject
from setpoint.text.escape import printable
from setpoint.text.guarded import MASK
from setpoint.text.join import joined
from setpoint.text.suggest import allowed_steps, nearest

VERSION = 1
_WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument("name", metavar="NAME", help="the variable, or the setting: `SENTRY_DSN` or `sentry_dsn`")
    add_files(parser)
    add_view_options(parser, "apply the process environment over the files")
    add_service_options(parser)
    add_deploy_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation and return the exit status: 2 if no setting reads such a variable."""
    references, project = chosen_settings(arguments)
    contracts = contracts_of(references, project)
    contract, variable = _wanted(contracts, arguments.name)
    subject = next(each for each in values_to_show(arguments, contracts, project) if each.contract is contract)
    found = _about(list(provenances(subject)), variable.setting)
    if arguments.format == "json":
        write_result(_json(subject, variable, found))
    else:
        write_result("".join(f"{line}\n" for line in _lines(subject, variable, found)))
    return 0


def _wanted(contracts: Sequence[SettingsContract], name: str) -> tuple[SettingsContract, Variable]:
    """Return the first of `contracts` that reads the variable or has the setting `name`, and its variable."""
    found = next(_readers(contracts, name), None)
    if found is None:
        raise UnableError(_nobody_reads(contracts, name))
    return found


def _readers(contracts: Sequence[SettingsContract], name: str) -> Iterator[tuple[SettingsContract, Variable]]:
    """Yield the variables that are called `name`, and after them those of the settings that are."""
    yield from ((each, found) for each in contracts if (found := each.find(name)))
    for contract in contracts:
        for field, inside in contract.of_values:
            if found := inside.find(name):
                yield contract, found._replace(setting=(field, *found.setting))
    for contract in contracts:
        settings = ((".".join(each.setting), each) for each in contract.variables)
        yield from ((contract, each) for setting, each in settings if setting.casefold() == name.casefold())


def _nobody_reads(contracts: Sequence[SettingsContract], name: str) -> str:
    names = [variable.name for contract in contracts for variable in contract.variables]
    meant = nearest(name, names, max(1, allowed_steps(name)))
    advice = f"did you mean `{meant}`?" if meant else "`setpoint docs` lists what can be set"
    owners = joined([f"`{each.reference}`" for each in contracts])
    return f"{owners} {'reads' if len(contracts) == 1 else 'read'} no `{printable(name)}`; {advice}"


def _about(found: Sequence[Provenance], setting: tuple[str | int, ...]) -> Sequence[Provenance]:
    """Return those of `found` that are about `setting` or its parts; if none is, those about what is around it."""
    inside = [each for each in found if each.variable.setting[: len(setting)] == setting]
    around = [each for each in found if setting[: len(each.variable.setting)] == each.variable.setting]
    return inside or around[-1:]


def _lines(subject: Subject, variable: Variable, found: Sequence[Provenance]) -> Iterator[str]:
    yield variable.name
    if variable.field.description:
        yield ""
        yield from wrap(variable.field.description, _WIDTH)
    yield ""
    for title, words in _facts(subject.contract, variable).items():
        if words:
            yield from wrap(f"{title}: {words}", _WIDTH, subsequent_indent="  ", break_long_words=False)
    for each in found:
        yield ""
        yield f"{printable(each.shown_name)} is {_state(subject, each, variable)}"
        yield from (f"  {other}" for other in others_in_words(subject, each))
    if not found:
        yield from ("", f"{variable.name} is unset")


def _state(subject: Subject, provenance: Provenance, variable: Variable) -> str:
    where = winner_in_words(subject, provenance)
    is_unknown = unknown_in(subject, provenance) is not None
    if provenance.winner is None and (is_unknown or provenance.variable.required):
        return where
    if provenance.winner is not None:
        return f"{value_in_words(subject, provenance)} ({where})"
    if value_in_words(subject, provenance) == UNSET:
        return "unset"
    is_made = provenance.variable.has_computed_default and not variable.has_computed_default
    return "computed by code of the settings class" if is_made else "at its default"


def _facts(contract: SettingsContract, variable: Variable) -> dict[str, str | None]:
    """Return what the class says about `variable`, by title; None if it says nothing."""
    guidance = variable.guidance
    default = shown_default(Provenance(variable.name, variable.name, variable, None))
    spellings = [each.name for each in contract.variables if each.setting == variable.setting and each is not variable]
    is_empty = isinstance(variable.field.default, str) and not variable.field.default
    no_default = "computed" if variable.has_computed_default else "empty" if is_empty else "none"
    deprecation = variable.field.deprecation_message or ("yes" if variable.field.deprecated else None)
    return {
        "Setting": ".".join(variable.setting),
        "Also spelt": joined(spellings),
        "Value": variable.expected,
        "Default": variable.requirement or ("not shown" if default == MASK else default or no_default),
        "Secret": "yes, its value is never shown" if variable.secret else None,
        "Deprecated": deprecation,
        "Unset": guidance.unset,
        "Invalid": guidance.invalid,
        "To get a value": guidance.obtain,
        "Example": guidance.example,
    }


def _json(subject: Subject, variable: Variable, found: Sequence[Provenance]) -> str:
    content: dict[str, Any] = {
        "version": VERSION,
        "settings": subject.contract.reference,
        "name": variable.name,
        "description": variable.field.description,
        "expected": variable.expected,
        "default": shown_default(Provenance(variable.name, variable.name, variable, None)),
        "spellings": [each.name for each in subject.contract.variables if each.setting == variable.setting],
        "deprecated": bool(variable.field.deprecated),
        "guidance": {key: getattr(variable.guidance, key) for key in ("unset", "invalid", "obtain", "example")},
        "variables": [as_json(subject, each, None) for each in found],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
