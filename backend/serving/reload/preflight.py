"""Goes through a start as a worker does, up to the first request, and reports what went wrong.

The program `python -m serving.reload.preflight LIMIT ADDRESSES GUNICORN [ARGUMENT…]`. It takes the same steps in the
same order as gunicorn does: the conf first, then gevent's patches, the environment, the app.
"""

import importlib
import json
import math
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from observability.exception_text import show_exception_texts
from serving.cause import cause_of
from serving.handover.environment import RefusedStartError
from serving.handover.handover import Handover
from serving.listening import why_not
from serving.reload.conf_file import execute_conf
from serving.unread_values import mask_unread_values

_LONGEST_EXCUSE = 4_000
_SETTING_MARK = "_setpoint_setting"
"""The attribute of an exception that says which of gunicorn's settings it concerns."""


def main() -> None:
    """Write the result to standard output as JSON: `problems`, and the `handover` of the conf."""
    limit, addresses = float(sys.argv[1]), json.loads(sys.argv[2])
    del sys.argv[:3]
    # If nobody is left to stop this process, it stops by itself.
    signal.alarm(math.ceil(limit) + 1)
    mask_unread_values(os.environ)  # noqa: TID251 - nobody knows yet what of it is secret
    answer = os.dup(sys.stdout.fileno())
    with _unnamed_file() as talk:
        os.dup2(talk.fileno(), sys.stdout.fileno())
        os.dup2(talk.fileno(), sys.stderr.fileno())
        rehearsed = _rehearsed(addresses, talk)
        with os.fdopen(answer, "w") as pipe:
            json.dump(rehearsed, pipe)
    # Whatever the app would do at its exit (such as sending events): it was never started.
    os._exit(0)


def _unnamed_file() -> IO[bytes]:
    """Return a file in memory if that is possible, because the disk may be read-only."""
    return os.fdopen(os.memfd_create("talk"), "w+b") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()


def _rehearsed(addresses: list[str], talk: IO[bytes]) -> dict[str, Any]:
    try:
        return {"problems": [], "handover": _start(addresses)}
    except SystemExit as ending:
        problems = getattr(ending, "problems", None) or [_excuse(ending, talk)]
    except BaseException as error:  # noqa: BLE001 - whatever goes wrong here would go wrong in a worker
        setting = getattr(error, _SETTING_MARK, None)
        problems = [f"gunicorn does not accept `{setting}`: {cause_of(error)}" if setting else cause_of(error)]
    return {"problems": problems, "handover": None}


def _excuse(ending: SystemExit, talk: IO[bytes]) -> str:
    """Return in one line why the app ended: what `load` printed, which anybody may see, or otherwise just a number."""
    if ending.code != os.EX_CONFIG:
        return f"it ended with status {ending.code if isinstance(ending.code, int) else 1}"
    sys.stdout.flush()
    sys.stderr.flush()
    talk.seek(0)
    return " / ".join(talk.read(_LONGEST_EXCUSE).decode(errors="backslashreplace").split("\n")).strip(" /")


def _start(addresses: list[str]) -> str:
    """Do what a start does, and return the handover of the conf as JSON."""
    application, conf = _configured_application()
    cfg = application.cfg
    sys.path[:0] = [str(Path(path).absolute()) for path in (cfg.pythonpath or "").split(",") if path]
    _check_new_addresses(cfg.address, addresses)
    worker = SimpleNamespace(alive=True, wsgi=None, cfg=cfg, pid=os.getpid(), log=cfg.logger_class(cfg), load_wsgi=None)
    with _about("worker_class"):
        worker_class = cfg.worker_class
    handover: Handover = conf["handover"]
    cfg.post_fork(None, worker)
    mask_unread_values(os.environ)  # noqa: TID251 - with the values of the env file
    show_exception_texts(handover.server.exception_text)
    if "gevent" in worker_class.__module__:
        importlib.import_module("gevent.monkey").patch_all()
    os.environ.update(cfg.env)  # noqa: TID251 - as a worker does for `gunicorn --env`
    worker.wsgi = application.wsgi()
    cfg.post_worker_init(worker)
    return handover.to_json()


def _configured_application() -> tuple[Any, dict[str, Any]]:
    """Return gunicorn's application and its executed conf; what goes wrong is raised rather than printed."""
    application: Any = importlib.import_module("gunicorn.app.wsgiapp").WSGIApplication
    conf: dict[str, Any] = {}

    class Rehearsal(application):  # type: ignore[misc]  # gunicorn has no types
        def do_load_config(self) -> None:
            self.load_default_config()
            self.cfg.set = partial(_set, self.cfg.set)
            self.load_config()
            self.cfg.validate()

        def get_config_from_filename(self, filename: str) -> dict[str, Any]:
            conf.update(execute_conf(filename))
            return conf

    return Rehearsal("%(prog)s [OPTIONS] [APP_MODULE]"), conf


def _set(set_value: Callable[[str, object], None], name: str, value: object) -> None:
    with _about(name):
        set_value(name, value)


@contextmanager
def _about(setting: str) -> Iterator[None]:
    """Mark an exception as one about gunicorn's `setting`."""
    try:
        yield
    except Exception as error:
        setattr(error, _SETTING_MARK, setting)
        raise


def _check_new_addresses(wanted: list[Any], present: list[str]) -> None:
    """Refuse an address that can't be used: a master closes its old sockets before it opens the new ones.

    Raises:
        RefusedStartError: With the problem.
    """
    for address in wanted:
        if str(address) not in present and (problem := why_not(address)):
            raise RefusedStartError([problem], 1)


if __name__ == "__main__":
    main()
