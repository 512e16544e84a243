"""Executes gunicorn's conf as gunicorn does, but raises what goes wrong in it, and can hand it accepted values."""

import importlib.util
import sys
from typing import Any

ACCEPTED = "accepted_handover"
"""The name under which the conf finds the handover of a successful rehearsal, as JSON."""

_MODULE = "__config__"


def execute_conf(filename: str, accepted: str | None = None) -> dict[str, Any]:
    """Return the names of the conf at `filename`, once it is executed.

    Args:
        filename: Its path.
        accepted: The handover to use; without it, the conf gets one itself.
    """
    spec = importlib.util.spec_from_file_location(_MODULE, filename)
    if spec is None or spec.loader is None:
        message = f"the configuration file must be named `….py`, and this one is `{filename}`"
        raise ImportError(message)
    conf = importlib.util.module_from_spec(spec)
    setattr(conf, ACCEPTED, accepted)
    sys.modules[_MODULE] = conf
    spec.loader.exec_module(conf)
    return vars(conf)
