"""Performs the TLS handshakes of `gunicorn --certfile`, each within a few seconds, and counts those that fail."""

import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Any

import gevent  # type: ignore[import-untyped]  # has no types

_REPORT_EVERY_SECONDS = 60.0

_logger = logging.getLogger(__name__)


class Handshakes:
    """What gevent's server needs of an `ssl.SSLContext`.

    Anybody who reaches the port can make a handshake fail, by speaking plain HTTP or nothing at all, so failures are
    counted, and logged once a minute at most.
    """

    def __init__(self, context: ssl.SSLContext, patience: float, clock: Callable[[], float] = monotonic) -> None:
        """Count from nothing.

        Args:
            context: Encrypts connections.
            patience: Seconds that a client has for its handshake; it holds a connection of the worker meanwhile.
            clock: Seconds on a monotonic clock.
        """
        self._context = context
        self._patience = patience
        self._clock = clock
        self._failed = Counter[str]()
        self._reported_at = clock() - _REPORT_EVERY_SECONDS

    def wrap_socket(self, client: socket.socket, **options: Any) -> ssl.SSLSocket:
        """Return the encrypted connection.

        Raises:
            GreenletExit: The handshake has failed, and nothing more is to be said of the connection.
        """
        try:
            with gevent.Timeout(self._patience, TimeoutError):
                return self._context.wrap_socket(client, **options)
        except OSError as error:
            client.close()
            self._report(_reason(error))
            raise gevent.GreenletExit from None

    def _report(self, reason: str) -> None:
        """Count a failure, and log all that were counted, unless that was done within the last minute."""
        self._failed[reason] += 1
        now = self._clock()
        if now - self._reported_at < _REPORT_EVERY_SECONDS:
            return
        self._reported_at = now
        _logger.warning("TLS handshakes failed", extra={"handshakes": dict(self._failed)})
        self._failed.clear()


def _reason(error: OSError) -> str:
    """Return why a handshake has failed, in a word of OpenSSL or the name of the error; nothing that was sent."""
    reason = getattr(error, "reason", None)
    return reason.lower() if isinstance(reason, str) else type(error).__name__
