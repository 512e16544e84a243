"""`read`: print what a program would read from an env file, or what each process in a deploy file would get."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

from setpoint.application.shown_reading import REVEALED, Judgement, ShownReading, by_looks
from setpoint.check.catalogue.rule_documentation import RuleDocumentation, documented_rules
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.cli.deploy_options import add_deploy_options, deploy_request
from setpoint.cli.options import add_set, add_settings_option, given_path, judging_contracts
from setpoint.cli.output import say, write_result
from setpoint.envfile.loaders import LOADERS
from setpoint.envfile.problem import Problem, ProblemKind
from setpoint.errors import UnableError
from setpoint.sources.callers_environment import callers_environment
from setpoint.sources.env_file import EnvFile, read_env_file, refuse_unreadable
from setpoint.text.escape import printable

VERSION = 1
_RUNS_SOMETHING = {ProblemKind.COMMAND_SUBSTITUTION, ProblemKind.NOT_STATIC}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "files", nargs="*", type=given_path, metavar="FILE", help="the env file, or deploy files; `-` is standard input"
    )
    add_set(parser)
    parser.add_argument("--loader", choices=LOADERS, metavar="NAME", help=f"one of {', '.join(LOADERS)}")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the output format")
    parser.add_argument("--reveal", action="store_true", help="show the values of secrets")
    add_settings_option(parser)
    parser.add_argument("--environment", action="store_true", help="add the process environment to what `--set` sets")
    add_deploy_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the result and return the exit status: 1 if the program refuses the file or would run something."""
    if arguments.loader is None:
        request = deploy_request(arguments, arguments.files)
        if request is None:
            message = "name the program that reads the file: `--loader NAME`, or `--kind NAME` for a deploy file"
            raise UnableError(message)
        from setpoint.cli import read_deploy  # noqa: PLC0415 - env files need nothing of it

        knows_caller = request.knows_caller or bool(arguments.set) or request.kind == "compose"
        return read_deploy.run(arguments, request._replace(knows_caller=knows_caller))
    if len(arguments.files) != 1 or arguments.kind:
        message = "`--loader` is for one env file and `--kind` for deploy files; use one of them"
        raise UnableError(message)
    file = read_env_file(arguments.files[0], _set(arguments), arguments.loader)
    refuse_unreadable([file])
    shown = ShownReading(file, REVEALED if arguments.reveal else _judgement(arguments, file))
    rule_of = {rule.problem: rule for rule in documented_rules()}
    diagnostics = [_diagnostic(shown, problem, rule_of[problem.kind]) for problem in file.reading.problems]
    if arguments.format == "json":
        write_result(json.dumps(_as_json(shown, diagnostics), ensure_ascii=True, indent=2) + "\n")
    else:
        write_result("".join(_lines(shown)))
        say("".join(_line(file, diagnostic) for diagnostic in diagnostics))
    return int(file.reading.refused or any(each.kind in _RUNS_SOMETHING for each in file.reading.problems))


def _set(arguments: argparse.Namespace) -> dict[str, str]:
    return {**(callers_environment() if arguments.environment else {}), **dict(arguments.set)}


def _judgement(arguments: argparse.Namespace, file: EnvFile) -> Judgement:
    """Return what decides which values may be shown: the project's settings class; without one, names and looks."""
    contracts = judging_contracts(arguments)
    if not contracts:
        return by_looks(file, _set(arguments))
    from setpoint.application.judged_reading import by_classes  # noqa: PLC0415 - it imports pydantic-settings

    return by_classes(file, contracts, _set(arguments))


def _as_json(shown: ShownReading, diagnostics: list[Diagnostic]) -> dict[str, Any]:
    from setpoint.formats.json_report import diagnostic_as_json  # noqa: PLC0415 - people mostly read text

    return {
        "version": VERSION,
        "loader": shown.file.loader,
        "variables": {name: value for name, value, _ in shown.lines()},
        "diagnostics": [diagnostic_as_json(each) for each in diagnostics],
    }


def _lines(reading: ShownReading) -> Iterator[str]:
    """Yield a line per variable; values are quoted as in JSON, so that blanks and quotes can be seen."""
    for name, value, is_shown in reading.lines():
        shown = "" if value is None else json.dumps(value, ensure_ascii=False) if is_shown else value
        yield f"{printable(name)}{'' if value is None else '='}{printable(shown)}\n"


def _line(file: EnvFile, diagnostic: Diagnostic) -> str:
    place = diagnostic.location
    where = f"{place.path}:{place.line}:{place.column}" if place else printable(file.path)
    hint = f"; {diagnostic.hint}" if diagnostic.hint else ""
    return f"{where}: {diagnostic.severity}[{diagnostic.code}] {diagnostic.message}{hint}\n"


def _diagnostic(shown: ShownReading, problem: Problem, rule: RuleDocumentation) -> Diagnostic:
    return Diagnostic(
        rule.code,
        rule.name,
        Severity(rule.severity),
        problem.message,
        None if problem.name is None else printable(shown.name(problem.name)),
        hint=problem.hint,
        location=shown.location(problem.span),
    )
