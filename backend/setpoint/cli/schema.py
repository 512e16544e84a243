"""`schema`: write the contract of a settings class as JSON Schema, or check it for drift."""

import argparse

from setpoint.cli import generated_file
from setpoint.contract.manifest import settings_manifest

add_arguments = generated_file.add_arguments


def run(arguments: argparse.Namespace) -> int:
    """Write, print or check the manifest; return the exit status."""
    return generated_file.run(arguments, settings_manifest, lambda project: project.schema)
