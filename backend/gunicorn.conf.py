"""How gunicorn serves this service: each value with its reason, some from the settings.

Nothing of ours is imported here. gunicorn executes this file again at each reload, in a master whose imported
modules stay as they were, so the files of ours that it needs are executed again as well (`_fresh`), and the
settings are validated in an interpreter of their own. Flags of the command line win over what stands here.
"""

import functools
import os
import resource
import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.config import Config  # type: ignore[import-untyped]  # has no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # has no types
from gunicorn.util import getcwd  # type: ignore[import-untyped]  # has no types

_BACKEND = Path(__file__).resolve().parent
_STARTED_IN = getcwd()

# Connections beyond the streams: requests, probes, and clients whose stream is being refused.
_OTHER_CONNECTIONS = 256
# Listening sockets, logs, pipes, gevent's own, connections to Sentry.
_OTHER_FILES = 128


def _fresh(path: str) -> dict[str, Any]:
    return runpy.run_path(str(_BACKEND / path))


def _environment() -> dict[str, str]:
    """Return what workers have in their environment anyway: this process's own, and `gunicorn --env`."""
    parser = Config().parser()
    given = [parser.parse_known_args(words)[0].raw_env for words in (sys.argv[1:], Config().get_cmd_args_from_env())]
    pairs: list[str] = next(filter(None, given), [])
    return {**os.environ, **dict(pair.partition("=")[::2] for pair in pairs)}  # noqa: TID251 - passed on unread


# After a rehearsed reload it is given: the values that were checked are the values that are used.
handover: dict[str, Any] = globals().get("accepted_handover") or _fresh("serving/validated_environment.py")[
    "validated_environment"
](_BACKEND, _environment())
_server_values = handover["server"]
_host = _server_values["host"]

# What is served, so that `gunicorn` alone is enough in this folder.
wsgi_app = "run:application"
proc_name = "setpoint"

bind = f"[{_host}]:{_server_values['port']}" if ":" in _host else f"{_host}:{_server_values['port']}"
workers = _server_values["workers"]

# Thousands of idle streams in one process are greenlets.
worker_class = "gevent"

# At this number gunicorn accepts connections and lets them hang without a word, probes as well. So the app
# refuses streams long before, at MAX_STREAMS.
worker_connections = _server_values["max_streams"] + _OTHER_CONNECTIONS

# An app that the master has loaded can't be reloaded, and its sockets are made before gevent patches them.
preload_app = False

# A worker whose event loop has stood still for so long is replaced.
timeout = 30

# An orchestrator gives a process 10 seconds before it kills it. Streams end with `goaway` within one, the rest
# is for requests under way and for the last events to Sentry.
graceful_timeout = 8

# Also the time that a client has to send its headers; and an idle connection holds up the end of a worker.
keepalive = 5

# No call of ours needs more; what is longer is refused before it costs memory.
limit_request_line = 4_094
limit_request_fields = 64
limit_request_field_size = 8_190

# All instances would share one path for it, and signals do all that we need.
control_socket_disable = True

# The same formatter as in the workers. gunicorn's own access log is off: the app writes one that knows the route.
logconfig_dict = _fresh("observability/json_lines.py")["logging_config"](
    _server_values["log_format"], _server_values["log_level"]
)
loglevel = _server_values["log_level"].lower()
# A level in the log configuration would win over `--log-level`.
del logconfig_dict["loggers"]["gunicorn.error"]["level"]
accesslog = None


class logger_class(Logger):  # type: ignore[misc]  # noqa: N801 - the setting's name; gunicorn has no types
    """Gunicorn's logger, which takes a log configuration for a wish to log accesses, and collects for each request."""

    @property
    def access_log_enabled(self) -> bool:
        """Return whether `--access-logfile` asks for it."""
        return bool(self.cfg.accesslog)


def _allow_open_files(wanted: int) -> None:
    """Raise the soft limit of open files, which workers inherit: many systems begin with 1,024.

    Raises:
        SystemExit: With status 78 if the hard limit is lower; connections would hang once it is reached.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        problem = f"`MAX_STREAMS` needs {wanted} open files, and the hard limit (`ulimit -Hn`) is {hard}"
        sys.stderr.write(f"error: {problem}\n")
        ending = SystemExit(os.EX_CONFIG)
        ending.problems = [problem]  # type: ignore[attr-defined]  # for whoever rehearses a start
        raise ending
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


_allow_open_files(worker_connections + _OTHER_FILES)


_guard_reloads = _fresh("serving/guarded_reload.py")["guard_reloads"]


def on_starting(server: Any) -> None:
    """Have every reload rehearsed: no hook of gunicorn's can stop one."""
    _guard_reloads(server, _STARTED_IN)


on_reload = on_starting


def when_ready(server: Any) -> None:
    """Tell the people at the terminal where the service is, if `make run` asks for it."""
    told = _fresh("serving/welcome.py")
    if server.cfg.env_orig.get(told["ASKED_BY"]):
        sys.stderr.write(told["welcome"](server.LISTENERS))


def post_fork(server: Any, worker: Any) -> None:
    """Give a worker the values of the env file, as they were when the conf was accepted.

    Not as `raw_env`, which gunicorn prints when it logs its configuration.
    """
    os.environ.update(handover["variables"], SETPOINT_ORIGINS=handover["origins"])  # noqa: TID251 - it is written here
    worker.load_wsgi = functools.partial(_load_app, server, worker, worker.load_wsgi)


def _load_app(server: Any, worker: Any, load: Callable[[], None]) -> None:
    """Have a worker log why it can't load the app; gunicorn would print the text of the exception, with any value."""
    try:
        load()
    except Exception:
        worker.log.exception("The app could not be loaded")
        sys.exit(server.WORKER_BOOT_ERROR)


def post_worker_init(worker: Any) -> None:
    """Have a worker end its streams when it stops, and word its refusals; here, in the worker, modules are fresh."""
    from serving.draining import Draining  # noqa: PLC0415 - in the worker alone
    from serving.unreadable_requests import answer_with_problems  # noqa: PLC0415 - in the worker alone

    answer_with_problems()
    worker.draining = Draining(worker)
    # gunicorn itself says only that a worker begins to start.
    worker.log.info("Worker ready (pid: %s)", worker.pid)


def pre_request(worker: Any, request: Any) -> None:
    """Tell the worker which connections are in use."""
    worker.draining.begin(request)


def worker_exit(server: Any, worker: Any) -> None:
    """Let a worker that can't start end the server if it was the first, and nothing but itself if others serve.

    gunicorn starts it anew for ever after a SystemExit, and ends the whole server after any other exception.
    """
    ending = sys.exc_info()[1]
    if os.getpid() != worker.pid or worker.booted or not isinstance(ending, SystemExit) or not ending.code:
        return
    if not server.WORKERS:
        sys.exit(server.WORKER_BOOT_ERROR)
    # Not again at once: an attempt costs a processor the time of a start.
    time.sleep(1)
    sys.exit(1)
