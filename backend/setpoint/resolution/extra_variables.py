"""How a settings class treats variables for which it has no setting: it keeps or forbids them."""

from collections.abc import Callable, Container, Iterator, Mapping

from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.given_value import path_taken
from setpoint.sources.entry import Entry
from setpoint.sources.env_file import SourceKind
from setpoint.validation.record import Record
from setpoint.validation.refusal import Refusal
from setpoint.validation.validate import Validated


def kept(
    contract: SettingsContract, asked: Record, validated: Validated, assignment_of: Callable[[Entry], Assignment]
) -> Mapping[str, Assignment]:
    """Return what the class keeps (`extra="allow"`), or would if it refused nothing, by canonical name."""
    keeps = contract.settings_class.model_config.get("extra") == "allow"
    extra = getattr(validated.settings, "model_extra", None)
    found: dict[str, Assignment] = {}
    for source in (each for made in asked.builds[:1] for each in made.sources if each.kind is SourceKind.ENV_FILE):
        given = {contract.canonical(each.name): each for each in source.entries}
        for key in extra if extra is not None else source.values if keeps else ():
            # With and without the prefix, two names are one key, of which the first one counts.
            names = (contract.canonical(f"{prefix}{key}") for prefix in (contract.prefix, ""))
            name = next((each for each in names if each in given and not contract.find(each)), None)
            if name and key not in found:
                found[key] = assignment_of(given[name])._replace(variable=Variable.of_extra(name, key))
    return {contract.canonical(each.name): each for each in found.values()}


def taken_by_alias(contract: SettingsContract, asked: Record) -> Mapping[str, Variable]:
    """Return what the class takes names in env files for by which it does not read it, by their canonical names.

    The source hands on what it does not know, without the prefix, and that may be an alias.
    """
    found: dict[str, Variable] = {}
    for source in (each for each in (asked.top.sources if asked.top else ()) if each.kind is SourceKind.ENV_FILE):
        for field in contract.settings_class.model_fields:
            match path_taken(contract.settings_class, field, source.values, ignores_case=False):
                case [str(key)] if key in source.values:
                    for variable in contract.variables_at((field,))[:1]:
                        found.setdefault(contract.canonical(contract.prefix + key), variable)
                        found.setdefault(contract.canonical(key), variable)
    return found


def forbidden(contract: SettingsContract, validated: Validated, known: Container[str]) -> frozenset[str]:
    """Return the canonical names that the class refuses, among those that some source has."""
    refused = (each for each in validated.refusals if each.forbids_key)
    names = {name for each in refused for name in names_of(contract, each)}
    return frozenset(name for name in names if name in known and not contract.find(name))


def names_of(contract: SettingsContract, refusal: Refusal) -> Iterator[str]:
    """Yield the canonical names of variables that could set the key that the class refuses in `refusal`."""
    setting = refusal.setting
    if len(setting) == 1:
        yield from (contract.canonical(f"{prefix}{setting[0]}") for prefix in ("", contract.prefix))
    for depth in range(1, len(setting)) if contract.delimiter else ():
        for variable in contract.variables_at(setting[:depth]):
            yield contract.canonical(contract.delimiter.join(map(str, (variable.name, *setting[depth:]))))
