"""gunicorn's configuration for the observed app: logging as the service's own configuration sets it up."""

import os

from serving.log_records import gunicorn_logging

worker_class = "gevent"
workers = 1
graceful_timeout = 1
control_socket_disable = True
loglevel = os.environ.get("LOG_LEVEL", "INFO")
logconfig_dict = gunicorn_logging(os.environ.get("LOG_FORMAT", "json"), loglevel)
