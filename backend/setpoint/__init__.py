"""Setpoint makes an app's typed settings class the contract for its configuration.

What `__all__` lists, here, in `setpoint.client` and in `setpoint.testing`, is the public API; nothing else is promised.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from setpoint._version import __version__

if TYPE_CHECKING:
    from setpoint.application.loading import load
    from setpoint.check.catalogue.app_rule import Violation, rule
    from setpoint.check.outcome import Severity
    from setpoint.contract.file_variables import FileVariables
    from setpoint.contract.guidance import Guidance, NamesEnvFile, PublicValueError
    from setpoint.errors import InvalidRuleError

_HOMES = {
    "FileVariables": "setpoint.contract.file_variables",
    "Guidance": "setpoint.contract.guidance",
    "InvalidRuleError": "setpoint.errors",
    "NamesEnvFile": "setpoint.contract.guidance",
    "PublicValueError": "setpoint.contract.guidance",
    "Severity": "setpoint.check.outcome",
    "Violation": "setpoint.check.catalogue.app_rule",
    "load": "setpoint.application.loading",
    "rule": "setpoint.check.catalogue.app_rule",
}

__all__ = [
    "FileVariables",
    "Guidance",
    "InvalidRuleError",
    "NamesEnvFile",
    "PublicValueError",
    "Severity",
    "Violation",
    "__version__",
    "load",
    "rule",
]


def __getattr__(name: str) -> object:
    """Import a name when it is first asked for: most commands get by without pydantic, which is slow to import."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
