"""`probe`: ask the service on this machine whether it is ready, where its own settings say that it listens."""

import argparse
import http.client
import sys
from http import HTTPStatus

from config.local_start import reachable_host
from config.settings import Settings
from setpoint import load

_READY, _NOT_READY = 0, 1
_SECONDS = 2.0


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add no arguments: the settings say where to ask."""


def run(_arguments: argparse.Namespace) -> int:
    """Ask `/readyz`; return 0 if the service is ready, and 1 with the reason if it is not."""
    settings = load(Settings)
    host = reachable_host(settings)
    connection = http.client.HTTPConnection(host, settings.port, timeout=_SECONDS)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except OSError as error:
        return _say(f"there is no answer on {host}:{settings.port}: {error.strerror or type(error).__name__}")
    except http.client.HTTPException:
        return _say(f"what answers on {host}:{settings.port} does not speak HTTP")
    finally:
        connection.close()
    return _READY if status == HTTPStatus.OK else _say(f"it is not ready (HTTP {status})")


def _say(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return _NOT_READY
