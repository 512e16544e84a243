"""Validates the environment in an interpreter of its own, and hands what it holds to the parent over a pipe."""

import json
import os
import sys
from typing import Any

from config.settings import Settings
from setpoint.application.loading import EX_CONFIG, look, to_hand_over
from setpoint.check.report import Report
from setpoint.errors import UnableError
from setpoint.formats import concise, full
from setpoint.formats.style import Style


def main() -> int:
    """Write the handover to standard output as JSON, or say on standard error why there is none.

    The pipe to the parent is the only way that a secret takes: arguments show in the list of
    processes, and files outlive those who wrote them.

    Returns:
        0, or 78 for an environment with which nothing can start.
    """
    try:
        loaded = look(Settings, dict(os.environ))
    except UnableError as error:
        return _refuse(f"error: {error}\n", [str(error)])
    if not isinstance(loaded.settings, Settings):
        return _refuse(full.render(loaded.report, Style(colored=False)), _one_line_each(loaded.report))
    accepted = {
        "server": _server_values(loaded.settings),
        "variables": dict(loaded.variables),
        "origins": to_hand_over(loaded.origins),
    }
    json.dump(accepted, sys.stdout)
    return 0


def _server_values(settings: Settings) -> dict[str, Any]:
    """Return what the server has to know before there is an app."""
    return {
        "host": settings.host,
        "port": settings.port,
        "workers": settings.web_concurrency,
        "max_streams": settings.max_streams,
        "log_format": settings.log_format,
        "log_level": settings.log_level,
    }


def _one_line_each(report: Report) -> list[str]:
    return concise.render(report, Style(colored=False), quiet=True).splitlines()


def _refuse(text: str, problems: list[str]) -> int:
    sys.stderr.write(text)
    json.dump({"problems": problems}, sys.stdout)
    return EX_CONFIG


if __name__ == "__main__":
    sys.exit(main())
