"""Makes a master refuse a reload that would fail: gunicorn itself would stop, or lose all its workers."""

import os
import queue
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from serving.reload.conf_file import execute_conf
from serving.reload.record import open_record, write_record
from serving.reload.rehearsal import MasterStart, rehearse

# gunicorn has no types: this is its Arbiter.
Server = Any

_ENDINGS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}


def guard_reloads(server: Server, directory: str) -> None:
    """Replace gunicorn's own handler of SIGHUP in the master `server`.

    Args:
        server: The master.
        directory: Where it was started. gunicorn would start a successor (SIGUSR2) in the directory that it
            has changed to (`--chdir`), where a relative path to the conf leads nowhere.
    """
    server.START_CTX["cwd"] = directory
    server.reload_guard = ReloadGuard(server, directory, getattr(server, "reload_guard", None))
    server.handle_hup = server.reload_guard.reload


class ReloadGuard:
    """Decides what a master does on SIGHUP.

    Args:
        server: The master.
        directory: Where it was started.
        predecessor: The guard that was in place until this reload.
    """

    def __init__(self, server: Server, directory: str, predecessor: "ReloadGuard | None") -> None:
        self._server = server
        self._directory = directory
        self.reloads: int = predecessor.reloads if predecessor else 0
        self.record: int | None = predecessor.record if predecessor else open_record()
        if predecessor is None:
            self._publish("started")

    def reload(self) -> None:
        """Rehearse a start; reload with exactly the values that were rehearsed, or say why not and change nothing."""
        pending = _PendingSignals(self._server.SIG_QUEUE)
        try:
            rehearsed = rehearse(self._start_of_master(), interrupted=pending.hold_an_ending)
        finally:
            pending.put_back()
        if rehearsed is None:
            return
        if rehearsed.handover is None:
            self._refuse(list(rehearsed.problems))
        else:
            self._accept(rehearsed.handover)

    def _start_of_master(self) -> MasterStart:
        return MasterStart(
            arguments=list(sys.argv),
            directory=self._directory,
            environment=self._server.cfg.env_orig,
            addresses=[str(address) for address in self._server.cfg.address],
        )

    def _accept(self, handover: str) -> None:
        """Reload with `handover`, which is passed on unread: only the current conf knows its form."""
        app, newest = self._server.app, self._server.worker_age
        before, directory = dict(vars(app)), Path.cwd()
        os.chdir(self._directory)
        app.get_config_from_filename = partial(execute_conf, accepted=handover)
        try:
            type(self._server).handle_hup(self._server)
        except SystemExit:
            # A new worker also ends like this, in the process that was forked for it; and once the conf is
            # taken over, there is nothing left to go back to.
            if os.getpid() != self._server.pid or self._server.cfg is app.cfg:
                raise
            vars(app).clear()
            vars(app).update(before)
            os.chdir(directory)
            self._refuse(["the conf has changed since it was checked"])
        else:
            del app.get_config_from_filename
            self._publish("accepted", replaced_up_to=newest)

    def _refuse(self, problems: list[str]) -> None:
        self._server.log.error("reload refused; the old workers keep serving", extra={"diagnostics": problems})
        self._publish("refused", problems)

    def _publish(self, outcome: str, problems: list[str] | None = None, replaced_up_to: int = 0) -> None:
        """Record the result of a reload, for the command `reload`."""
        guard = getattr(self._server, "reload_guard", self)
        guard.reloads += outcome != "started"
        start = self._start_of_master()
        workers = [(pid, worker.age) for pid, worker in self._server.WORKERS.items()]
        content = {
            "pid": self._server.pid,
            "arguments": start.arguments,
            "directory": start.directory,
            "addresses": start.addresses,
            "interpreter": start.interpreter,
            "reloads": guard.reloads,
            "outcome": outcome,
            "problems": problems or [],
            "workers": [pid for pid, age in workers if age > replaced_up_to],
            "leaving": [pid for pid, age in workers if age <= replaced_up_to],
        }
        write_record(self.record, content)


class _PendingSignals:
    """The signals that reach a master while it waits for something else."""

    def __init__(self, signals: "queue.SimpleQueue[int]") -> None:
        self._signals = signals
        self._taken: list[int] = []

    def hold_an_ending(self) -> bool:
        """Return whether the master has been told to stop."""
        with suppress(queue.Empty):
            while True:
                self._taken.append(self._signals.get_nowait())
        return not _ENDINGS.isdisjoint(self._taken)

    def put_back(self) -> None:
        """Leave the signals to gunicorn's own loop."""
        for number in self._taken:
            self._signals.put_nowait(number)
