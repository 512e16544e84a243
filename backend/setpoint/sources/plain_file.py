"""Decides whether anything in an env file needs a full check, whatever the settings are."""

from setpoint.sources.env_file import DEFAULT_LOADER, EnvFile
from setpoint.text.placeholder import is_placeholder_of_secret

_MARK_OF_SUPPRESSIONS = "setpoint:"


def reads_plainly(file: EnvFile) -> bool:
    """Return whether the file holds nothing but one value per name, and comments that mean nothing to a check."""
    reading = file.reading
    return not (
        file.trouble
        or file.undecodable
        or file.loader != DEFAULT_LOADER
        or reading.problems
        or reading.referred
        or reading.valueless
        or len(reading.bindings) != len(reading.variables)
        or any(each in file.source.text for each in ("\0", _MARK_OF_SUPPRESSIONS))
        or any(not text or is_placeholder_of_secret(text) for text in file.variables.values())
    )
