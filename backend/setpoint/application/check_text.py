"""Checks an env file that a stranger has sent."""

from setpoint.check.checking import check
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered


def check_text(contract: SettingsContract, path: str, content: bytes) -> Report:
    """Check the bytes of an env file that is known under the name `path`.

    Nothing is opened, the settings class gets its own variables alone, and the environment of this process stays
    as it is: other requests are answered meanwhile.
    """
    return check(Subject(contract, Gathered((parse_env_file(path, content, {}),)), only_known=True))
