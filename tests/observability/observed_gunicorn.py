"""gunicorn's configuration for the observed app: logging as the service's own configuration sets it up."""

import os
import runpy
from pathlib import Path

_json_lines = runpy.run_path(str(Path(__file__).parents[2] / "backend" / "observability" / "json_lines.py"))

worker_class = "gevent"
workers = 1
graceful_timeout = 1
control_socket_disable = True
loglevel = os.environ.get("LOG_LEVEL", "INFO")
logconfig_dict = _json_lines["logging_config"](os.environ.get("LOG_FORMAT", "json"), loglevel)
