"""gunicorn's configuration for the observed app: logging as the service's own configuration sets it up."""

import os

from observability.logs.configuration import logging_config

worker_class = "gevent"
workers = 1
graceful_timeout = 1
control_socket_disable = True
loglevel = os.environ.get("LOG_LEVEL", "INFO")
logconfig_dict = logging_config(os.environ.get("LOG_FORMAT", "json"), loglevel)
