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


def taken_by_alias(contract: SettingsContract, asked: Record, name: str) -> Variable | None:
    """Return the variable that the class takes `name` in an env file for, although it does not read it by that.

    The source hands on what it does not know, without the prefix, and that may be an alias.
    """
    top = asked.top
    key, prefix = (name.lower(), contract.prefix.lower()) if contract.ignores_case else (name, contract.prefix)
    for source in (each for each in (top.sources if top else ()) if each.kind is SourceKind.ENV_FILE):
        for rest in (each for each in (key.removeprefix(prefix), key) if each in source.values):
            for field in contract.settings_class.model_fields:
                if path_taken(contract.settings_class, field, source.values, ignores_case=False) == [rest]:
                    return next(iter(contract.variables_at((field,))), None)
    return None


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
