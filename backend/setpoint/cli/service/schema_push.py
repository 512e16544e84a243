"""`schema push`: store the contract of the app's settings class in the service, with its release."""

import argparse
import json

from setpoint.application.importing import contracts_of
from setpoint.cli.options import chosen_settings
from setpoint.cli.output import write_result
from setpoint.cli.service.service_command import with_service, write_json
from setpoint.client.place import parse_app
from setpoint.client.release import release_of
from setpoint.client.service import Service
from setpoint.contract.document.manifest import settings_manifest
from setpoint.errors import UnableError
from setpoint.text.escape import printable


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Push the contract and return the exit status: 1 if a current revision does not satisfy it."""
    if arguments.app is None:
        message = "name the app that the contract is for: `--app APP`"
        raise UnableError(message)
    app = parse_app(arguments.app)
    references, project = chosen_settings(arguments)
    contracts = contracts_of(references, project)
    if len(contracts) > 1:
        message = "a contract describes one settings class; name it with `--settings MODULE:CLASS`"
        raise UnableError(message)
    contract = settings_manifest(contracts[0])
    document = json.loads(contract)
    release = arguments.release or release_of(project.root)
    answer = service.push_schema(app, contract.encode(), document["digest"], release, arguments.compatibility)
    if arguments.json:
        write_json(answer)
    else:
        write_result(f"{app} is now checked against the schema of release {printable(release)}\n")
    return 0
