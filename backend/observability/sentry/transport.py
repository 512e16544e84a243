"""Sends envelopes without what a client wrote on them, and logs once a minute if they can't be delivered."""

import logging
import re
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import HttpTransport
from urllib3 import BaseHTTPResponse

_TRACE_ID = re.compile("[0-9a-f]{32}")
_SECONDS_BETWEEN_LINES = 60.0
_FIRST_ERROR_STATUS = 300

_logger = logging.getLogger(__name__)


class UnlabelledTransport(HttpTransport):
    """The SDK's transport, except for one header of envelopes, and for how failures are logged.

    The SDK copies the `sentry-…` items of a client's `baggage` into the header `trace` of the envelope, past all
    hooks. Its purpose, sampling by trace at Sentry, needs only our own data.
    """

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self._losses = Losses()
        # urllib3 warns about every attempt, three times for each event.
        logging.getLogger("urllib3.connectionpool").addFilter(_is_not_about_envelopes)

    def capture_envelope(self, envelope: Envelope) -> None:
        """Send `envelope` with our own header."""
        theirs: Any = envelope.headers.pop("trace", {})
        trace_id = str(theirs.get("trace_id"))
        if self.parsed_dsn and _TRACE_ID.fullmatch(trace_id):
            own = {name: self.options[name] for name in ("environment", "release")}
            envelope.headers["trace"] = {"trace_id": trace_id, "public_key": self.parsed_dsn.public_key, **own}
        super().capture_envelope(envelope)

    def _request(self, method: str, endpoint_type: Any, body: Any, headers: Mapping[str, str]) -> BaseHTTPResponse:
        try:
            response = super()._request(method, endpoint_type, body, headers)
        except Exception as error:
            self._losses.add(type(error).__name__)
            raise
        if response.status >= _FIRST_ERROR_STATUS:
            self._losses.add(f"HTTP {response.status}")
        return response

    def kill(self) -> None:
        """End the transport, and say what was lost since the last line: the process may end within its minute."""
        super().kill()
        self._losses.tell()


class Losses:
    """Counts what could not be delivered, and says so in the first line of each minute, and in the end.

    Args:
        clock: Seconds on a monotonic clock.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._count = 0
        self._reason = ""
        self._next_line_at = clock()

    def add(self, reason: str) -> None:
        """Count one envelope that was lost for `reason`."""
        self._count += 1
        self._reason = reason
        if self._clock() >= self._next_line_at:
            self.tell()

    def tell(self) -> None:
        """Log how many were lost since the last line, if any were."""
        if self._count:
            _logger.warning("Sentry does not accept what is sent", extra={"lost": self._count, "reason": self._reason})
            self._count, self._next_line_at = 0, self._clock() + _SECONDS_BETWEEN_LINES


def _is_not_about_envelopes(record: logging.LogRecord) -> bool:
    return not (isinstance(record.args, tuple) and any(str(arg).endswith("/envelope/") for arg in record.args))
