"""How gunicorn runs this service: each value with its reason; some come from the settings.

gunicorn executes this file again at each reload, in a master that keeps the modules it has imported. So our modules are
dropped first, and the few that a master needs are imported again as they now are on disk. Settings are read and
validated in a separate interpreter. Command-line flags override what this file says.
"""

import os
import resource
import sys
from pathlib import Path
from typing import Any

from gunicorn.config import Config  # type: ignore[import-untyped]  # has no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # has no types
from gunicorn.util import getcwd  # type: ignore[import-untyped]  # has no types

_BACKEND = str(Path(__file__).resolve().parent)
_STARTED_IN = getcwd()


def _forget_our_modules() -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] in {"app", "config", "observability", "run", "serving", "setpoint"}:
            del sys.modules[name]


_forget_our_modules()
if sys.path[0] != _BACKEND:
    sys.path.insert(0, _BACKEND)

from observability.exception_text import show_exception_texts  # noqa: E402 - what was imported before is forgotten
from serving.handover.environment import refuse_start, validated_environment  # noqa: E402
from serving.handover.handover import Handover  # noqa: E402
from serving.listening import why_not  # noqa: E402
from serving.log_records import gunicorn_logging  # noqa: E402
from serving.reload.guard import guard_reloads  # noqa: E402
from serving.shared_counts import forget_process, remove_counts, share_counts  # noqa: E402
from serving.temporary_directory import temporary_directory  # noqa: E402
from serving.welcome import ASKED_BY, welcome  # noqa: E402
from serving.worker.loading import end_worker, prepare_worker  # noqa: E402

# Connections beyond the streams: requests, probes, and clients whose stream is being refused.
_OTHER_CONNECTIONS = 256
# Listening sockets, logs, pipes, gevent's own, connections to Sentry.
_OTHER_FILES = 128


def _environment() -> dict[str, str]:
    """Return what workers have in their environment anyway: that of this process, and `gunicorn --env`."""
    parse = Config().parser().parse_known_args
    typed, from_variable = (parse(words)[0].raw_env for words in (sys.argv[1:], Config().get_cmd_args_from_env()))
    pairs: list[str] = typed or from_variable or []
    return {**os.environ, **dict(pair.partition("=")[::2] for pair in pairs)}  # noqa: TID251 - passed on unread


# After a rehearsed reload it is handed over: the values that were checked are the values that are used.
_accepted: str | None = globals().get("accepted_handover")
handover = Handover.from_json(_accepted) if _accepted else validated_environment(_environment())
_server = handover.server

# The app, so that `gunicorn` alone is enough in this folder.
wsgi_app = "run:application"
proc_name = "setpoint"

bind = f"[{_server.host}]:{_server.port}" if ":" in _server.host else f"{_server.host}:{_server.port}"
workers = _server.workers

# Thousands of idle streams in one process are greenlets.
worker_class = "gevent"

# At this number, gunicorn accepts connections and lets them hang without a word, probes included. So the app
# refuses streams long before that, at MAX_STREAMS.
worker_connections = _server.max_streams + _OTHER_CONNECTIONS

# An app that the master has loaded can't be reloaded, and its sockets are made before gevent patches them.
preload_app = False

# A worker whose event loop has been blocked for this long is replaced.
timeout = 30

worker_tmp_dir = temporary_directory()

# An orchestrator gives a process 10 seconds before it kills it. Streams end with `goaway` within one second; the rest
# is for requests under way and for the last events to Sentry.
graceful_timeout = 8

# Also the time that a client has to send its headers. An idle connection holds up the shutdown of a worker.
keepalive = 5

# None of our calls needs more; anything longer is refused before it costs memory.
limit_request_line = 4_094
limit_request_fields = 64
limit_request_field_size = 8_190

# All instances would share one path for it, and signals do everything that we need.
control_socket_disable = True

# The same formatter as in the workers. gunicorn's own access log is off: the app writes one that knows the route.
show_exception_texts(_server.exception_text)
logconfig_dict = gunicorn_logging(_server.log_format, _server.log_level)
loglevel = _server.log_level.lower()
accesslog = None


class logger_class(Logger):  # type: ignore[misc]  # noqa: N801 - the setting's name; gunicorn has no types
    """Gunicorn's logger without its access log, for which a log configuration would make it format each request."""

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
        refuse_start(f"`MAX_STREAMS` needs {wanted} open files, and the hard limit (`ulimit -Hn`) is {hard}")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


_allow_open_files(worker_connections + _OTHER_FILES)

# The memory of a worker holds keys and values, and a core dump would leave them on a disk.
resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _refuse_taken_address(server: Any) -> None:
    """Tell whoever has typed `make run` at once; gunicorn would try again for seconds, in case a service ends."""
    if server.LISTENERS or server.master_pid or not server.cfg.env_orig.get(ASKED_BY):
        return  # after a reload or SIGUSR2, the sockets are there already
    for problem in filter(None, map(why_not, server.cfg.address)):
        refuse_start(f"{problem}; `PORT=8001 make run` takes another port")


def on_starting(server: Any) -> None:
    """Rehearse every reload, which no gunicorn hook can stop, and let workers share their counters."""
    _refuse_taken_address(server)
    share_counts()
    guard_reloads(server, _STARTED_IN)


on_reload = on_starting


def when_ready(server: Any) -> None:
    """Print where the service is, if `make run` asks for it."""
    if server.cfg.env_orig.get(ASKED_BY):
        sys.stderr.write(welcome(server.LISTENERS))


def post_fork(server: Any, worker: Any) -> None:
    """Give a worker the values that were accepted, and let it import the code that is on disk."""
    prepare_worker(server, worker, handover)
    _forget_our_modules()


def post_worker_init(worker: Any) -> None:
    """Let a worker end its streams when it stops, word its refusals, and send an answer at once."""
    from gevent import sleep  # type: ignore[import-untyped]  # noqa: PLC0415 - has no types, and in the worker alone

    from serving.worker.draining import Draining  # noqa: PLC0415 - in the worker alone: it imports gevent
    from serving.worker.one_send import answer_in_one_send  # noqa: PLC0415 - in the worker alone
    from serving.worker.refusals import answer_with_problems, refuse_unclear_host  # noqa: PLC0415 - in the worker alone

    answer_with_problems()
    answer_in_one_send()
    worker.refuse_unclear_host = refuse_unclear_host
    worker.draining = Draining(worker)
    worker.let_others_go_first = sleep
    # gunicorn itself says only that a worker begins to start.
    worker.log.info("Worker ready (pid: %s)", worker.pid)


def pre_request(worker: Any, request: Any) -> None:
    """Refuse a request for no host, report which connections are in use, and keep a busy one from holding up others.

    gevent keeps serving a connection for as long as its next request has already arrived.
    """
    worker.refuse_unclear_host(request)
    worker.draining.begin(request)
    worker.let_others_go_first()


def post_request(worker: Any, request: Any, _environ: Any, _response: Any) -> None:
    """Report to the worker that a request has ended; gunicorn calls this however it ended."""
    worker.draining.end(request)


def ssl_context(config: Any, default_ssl_context_factory: Any) -> Any:
    """With `--certfile`, give up handshakes as early as headers, and keep those that fail from filling the log."""
    from serving.worker.handshakes import Handshakes  # noqa: PLC0415 - in the worker alone: it imports gevent

    return Handshakes(default_ssl_context_factory(), config.keepalive)


def child_exit(_server: Any, worker: Any) -> None:
    """Remove the gauges of a worker that has ended."""
    forget_process(worker.pid)


def on_exit(_server: Any) -> None:
    """Remove our files."""
    remove_counts()


worker_exit = end_worker
