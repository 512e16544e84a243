"""Reads and validates the environment of this process, and hands over what it holds."""

import json
import os
import sys

from config.settings import Settings
from serving.handover.handover import Handover, ServerValues
from setpoint.application.loading import EX_CONFIG, look, to_hand_over
from setpoint.check.report import Report
from setpoint.errors import UnableError
from setpoint.formats import concise, full
from setpoint.formats.for_people import Style


def hand_over() -> int:
    """Write the handover to standard output as JSON, or say on standard error why there is none.

    Secrets travel only through the pipe to the parent: arguments show in the list of
    processes, and files outlive those who wrote them.

    Returns:
        0, or 78 for an environment with which nothing can start.
    """
    try:
        loaded = look(Settings, dict(os.environ))  # noqa: TID251 - all of it is what is to be validated
    except UnableError as error:
        return _refuse(f"error: {error}\n", [str(error)])
    if not isinstance(loaded.settings, Settings):
        return _refuse(full.render(loaded.report, Style(colored=False)), _one_line_each(loaded.report))
    server = _server_values(loaded.settings)
    sys.stdout.write(Handover(server, dict(loaded.variables), to_hand_over(loaded.origins)).to_json())
    return 0


def _server_values(settings: Settings) -> ServerValues:
    return ServerValues(
        host=settings.host,
        port=settings.port,
        workers=settings.web_concurrency,
        max_streams=settings.max_streams,
        log_format=settings.log_format,
        log_level=settings.log_level,
        exception_text=settings.exception_text,
    )


def _one_line_each(report: Report) -> list[str]:
    return concise.render(report, Style(colored=False), quiet=True).splitlines()


def _refuse(text: str, problems: list[str]) -> int:
    sys.stderr.write(text)
    json.dump({"problems": problems}, sys.stdout)
    return EX_CONFIG
