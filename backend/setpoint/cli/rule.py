"""`rule`: explain a rule: what it looks for, why, a bad and a good example; without a rule, list them all."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from textwrap import wrap

from setpoint.check.catalogue.rule_documentation import Example, RuleDocumentation, as_json, documented_rules
from setpoint.cli.output import say, write_result
from setpoint.generate.rules_reference import as_read, rules_reference
from setpoint.text.escape import printable
from setpoint.text.suggest import allowed_steps, nearest

_WIDTH = 100
_LONGEST_SLIP = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "rule", nargs="?", metavar="CODE|NAME", help="`SP301` or `unknown-variable`; by default all rules"
    )
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text", help="the output format")


def run(arguments: argparse.Namespace) -> int:
    """Print the rule, or the list of rules, and return the exit status: 2 if there is no such rule."""
    rules: Sequence[RuleDocumentation] = documented_rules()
    if arguments.rule is None:
        write_result(_rendered([*rules, *_rules_of_project()], arguments))
        return 0
    wanted = arguments.rule.strip().casefold()
    chosen = _called(wanted, rules)
    if not chosen:
        rules = [*rules, *_rules_of_project()]
        chosen = _called(wanted, rules)
    if not chosen:
        say(_unknown(arguments.rule, wanted, rules))
        return 2
    write_result(_rendered(chosen, arguments))
    return 0


def _called(wanted: str, rules: Iterable[RuleDocumentation]) -> list[RuleDocumentation]:
    return [each for each in rules if wanted in {each.code.casefold(), each.name}]


def _rules_of_project() -> list[RuleDocumentation]:
    """Return the app's own rules, for which its modules must be imported."""
    from setpoint.project import find_project  # noqa: PLC0415 - most people ask for a built-in rule

    project = find_project(Path.cwd())
    if not project.rules:
        return []
    from setpoint.application.importing import (  # noqa: PLC0415 - importing it imports pydantic
        UnusableSettingsError,
        import_rules,
        import_settings_classes,
    )
    from setpoint.check.catalogue.rule import CATALOGUE  # noqa: PLC0415 - importing it imports pydantic

    with suppress(UnusableSettingsError):
        # The rules import the classes from their modules, which may fail if settings can't be built.
        for reference in project.settings:
            import_settings_classes(reference, project.pythonpath)
    import_rules(project.rules, project.pythonpath)
    return [each.documentation for code, each in sorted(CATALOGUE.items()) if not code.startswith("SP")]


def _unknown(written: str, wanted: str, rules: Iterable[RuleDocumentation]) -> str:
    meant = nearest(wanted, (each.name for each in rules), min(_LONGEST_SLIP, allowed_steps(wanted)))
    advice = f"did you mean `{meant}`?" if meant else "`setpoint rule` lists them"
    return f"error: there is no rule `{printable(written)}`; {advice}\n"


def _rendered(rules: Sequence[RuleDocumentation], arguments: argparse.Namespace) -> str:
    if arguments.format == "json":
        return as_json(rules)
    if arguments.format == "markdown":
        return rules_reference(rules, f"{arguments.program} rule --format markdown")
    return "".join(f"{line}\n" for line in (_list(rules) if arguments.rule is None else _page(rules[0])))


def _list(rules: Sequence[RuleDocumentation]) -> Iterator[str]:
    width = max(len(each.name) for each in rules)
    for each in rules:
        yield f"{each.code}  {each.name:{width}}  {each.severity:7}  {each.summary}"


def _page(rule: RuleDocumentation) -> Iterator[str]:
    yield f"{rule.code} {rule.name} ({rule.severity}{', only with `check --deploy`' if rule.for_deploy else ''})"
    yield ""
    yield from wrap(rule.summary, _WIDTH)
    yield ""
    if rule.why:
        yield from wrap(f"Why it matters: {rule.why}", _WIDTH)
    yield from _example("Bad", rule.bad)
    yield from _example("Good", rule.good)


def _example(title: str, example: Example | None) -> Iterator[str]:
    if example is not None:
        yield ""
        yield f"{title}{as_read(example)}:"
        yield from (f"    {line}" for line in example.text.splitlines())
