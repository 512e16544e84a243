"""`read` of deploy files: what each service, unit or container gets."""

import argparse
import json
from collections.abc import Iterator, Mapping

from setpoint.application.deploys.reading import Shown, problems_of, shown_processes
from setpoint.check.diagnostic import Diagnostic
from setpoint.cli.options import judging_contracts
from setpoint.cli.output import say, write_result
from setpoint.formats.json_report import diagnostic_as_json
from setpoint.sources.deploys import DeployRequest, read_deploy
from setpoint.text.escape import printable
from setpoint.text.guarded import MASK

VERSION = 1


def run(arguments: argparse.Namespace, request: DeployRequest) -> int:
    """Print what the processes get and return the exit status: 1 if the program refuses the files."""
    deployment = read_deploy(request)
    contracts = () if arguments.reveal else judging_contracts(arguments)
    services = shown_processes(deployment, contracts, request.environment, reveal=arguments.reveal)
    problems = problems_of(deployment)
    if arguments.format == "json":
        content = {
            "version": VERSION,
            "kind": str(deployment.kind),
            "services": services,
            "diagnostics": [diagnostic_as_json(each) for each in problems],
        }
        write_result(json.dumps(content, ensure_ascii=True, indent=2) + "\n")
    else:
        write_result("".join(_lines(services)))
        say("".join(map(_line, problems)))
    return int(deployment.refused)


def _lines(services: Mapping[str, Shown]) -> Iterator[str]:
    """Yield a line per service and a line per variable; values are quoted as in JSON, so that blanks can be seen."""
    for name, variables in services.items():
        yield f"{printable(name)}:\n"
        for variable, value in variables.items():
            yield f"  {printable(variable)}{_value(value)}\n"


def _value(value: str | dict[str, str] | None) -> str:
    if value is None:
        return " has no value"
    if isinstance(value, dict):
        return f" comes from {printable(value['unknown'])}"
    return f"={value if value == MASK else printable(json.dumps(value, ensure_ascii=False))}"


def _line(diagnostic: Diagnostic) -> str:
    place = diagnostic.location
    where = f"{place.path}:{place.line}:{place.column}: " if place else ""
    hint = f"; {diagnostic.hint}" if diagnostic.hint else ""
    return f"{where}{diagnostic.severity}[{diagnostic.code}] {diagnostic.message}{hint}\n"
