"""`schema`: write the contract of a settings class as JSON Schema, or check it for drift."""

import argparse
from collections.abc import Sequence

from setpoint.cli import generated_file
from setpoint.contract.document.manifest import settings_manifest
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError

add_arguments = generated_file.add_arguments


def run(arguments: argparse.Namespace) -> int:
    """Write, print or check the manifest; return the exit status."""
    return generated_file.run(arguments, _schema, lambda project: project.schema)


def _schema(contracts: Sequence[SettingsContract], command: str) -> str:
    if len(contracts) > 1:
        message = "a contract is about one settings class; name it with `--settings MODULE:CLASS`"
        raise UnableError(message)
    return settings_manifest(contracts[0], command)
