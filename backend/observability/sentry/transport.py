"""Send envelopes without what a client wrote on them."""

import re
from typing import Any

from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import HttpTransport

_TRACE_ID = re.compile("[0-9a-f]{32}")


class UnlabelledTransport(HttpTransport):
    """The SDK's transport, but for one header of envelopes.

    The SDK copies the `sentry-…` items of a client's `baggage` into the header `trace` of the envelope, past all
    hooks. What that header is for, sampling at Sentry by trace, needs our own data alone.
    """

    def capture_envelope(self, envelope: Envelope) -> None:
        """Send `envelope` with a header of our own."""
        theirs: Any = envelope.headers.pop("trace", {})
        trace_id = str(theirs.get("trace_id"))
        if self.parsed_dsn and _TRACE_ID.fullmatch(trace_id):
            own = {name: self.options[name] for name in ("environment", "release")}
            envelope.headers["trace"] = {"trace_id": trace_id, "public_key": self.parsed_dsn.public_key, **own}
        super().capture_envelope(envelope)
