"""Checks an env file that was sent by a stranger."""

from setpoint.check.checking import check
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered


def check_text(contract: SettingsContract, path: str, content: bytes) -> Report:
    """Check the bytes of an env file that is known under the name `path`.

    No file is opened, the settings class gets only its own variables, and the environment of this process stays
    as it is, because other requests are being answered at the same time.
    """
    return check(Subject(contract, Gathered((parse_env_file(path, content, {}),)), only_known=True))
