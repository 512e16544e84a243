"""Take out of every event for Sentry what could hold a secret.

An event is built anew from the parts that are known to be needed, so that what a new version of the SDK adds
stays here until someone has looked at it.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from observability.exception_text import public_text, with_causes
from observability.logs.formatters import MASK
from observability.sentry.tracing import EVENT_STREAM_TAG, is_traced

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

WITHHELD = "(text withheld)"

_EVENT_PARTS = (
    "breadcrumbs",
    "contexts",
    "environment",
    "event_id",
    "exception",
    "fingerprint",
    "level",
    "logentry",
    "logger",
    "message",
    "platform",
    "release",
    "request",
    "sdk",
    "server_name",
    "spans",
    "start_timestamp",
    "tags",
    "timestamp",
    "transaction",
    "transaction_info",
    "type",
)
_KNOWN_HEADERS = frozenset(
    {"accept", "accept-encoding", "content-length", "content-type", "host", "user-agent", "x-request-id"}
)
_REQUEST_PARTS = ("env", "headers", "method", "url")
_EXCEPTION_PARTS = ("mechanism", "module", "stacktrace", "type", "value")
_BREADCRUMB_PARTS = ("category", "level", "message", "timestamp", "type")
_FRAME_PARTS = (
    "abs_path",
    "context_line",
    "filename",
    "function",
    "in_app",
    "lineno",
    "module",
    "post_context",
    "pre_context",
)
_CONTEXTS = ("runtime", "trace")
_MECHANISM_PARTS = (
    "exception_id",
    "handled",
    "is_exception_group",
    "parent_id",
    "source",
    "synthetic",
    "type",
)
_SPAN_PARTS = (
    "description",
    "exclusive_time",
    "op",
    "origin",
    "parent_span_id",
    "same_process_as_parent",
    "span_id",
    "start_timestamp",
    "status",
    "timestamp",
    "trace_id",
)
_SPAN_DATA = (
    "http.method",
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "http.status_code",
    "thread.id",
    "url",
    "url.full",
    "url.path",
)
_TAGS = ("http.status_code", "request_id", EVENT_STREAM_TAG)
_URL_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_URL_QUERY = re.compile(r"(://[^\s?#\"'<>]*)[?#][^\s\"'<>]*")

_logger = logging.getLogger(__name__)


class Scrubber:
    """The SDK's two hooks for events; neither ever raises, because the SDK would drop all events silently."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Take the texts that are masked wherever they stand."""
        self._secrets = tuple(secrets)

    def before_send(self, event: "Event", hint: "Hint") -> "Event | None":
        """Scrub an error event."""
        return self._safely(lambda: self._scrubbed(event, hint))

    def before_send_transaction(self, event: "Event", hint: "Hint") -> "Event | None":
        """Drop the transaction of a long-lived request; scrub any other."""
        return self._safely(lambda: self._scrubbed(event, hint) if is_traced(event) else None)

    def _safely(self, scrub: Callable[[], "Event | None"]) -> "Event | None":
        try:
            return scrub()
        except Exception:
            _logger.warning("an event for Sentry could not be scrubbed and was dropped", exc_info=True)
            return None

    def _scrubbed(self, event: "Event", hint: "Hint") -> "Event":
        kept = _only(cast("Mapping[str, Any]", event), _EVENT_PARTS)
        for part, scrub in _PART_SCRUBBERS.items():
            if part in kept:
                kept[part] = scrub(kept[part])
        if "exception" in kept:
            texts = _public_texts(hint)
            kept["exception"] = _values(kept["exception"], lambda exception: _scrub_exception(exception, texts))
        if isinstance(getattr(hint.get("log_record"), "msg", None), BaseException):
            kept["logentry"] = {"message": WITHHELD}
        return cast("Event", self._masked(kept))

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._masked_text(value)
        if isinstance(value, Mapping):
            return {name: self._masked(part) for name, part in value.items()}
        return [self._masked(part) for part in value] if isinstance(value, (list, tuple)) else value

    def _masked_text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return _URL_QUERY.sub(r"\1", _URL_USERINFO.sub(f"{MASK}@", text)) if "://" in text else text


def _only(whole: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: whole[name] for name in names if name in whole}


def _values(part: Any, scrub: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    values = part.get("values", []) if isinstance(part, Mapping) else part
    return {"values": [scrub(value) for value in values]}


def _scrub_request(request: Mapping[str, Any]) -> dict[str, Any]:
    kept = _only(request, _REQUEST_PARTS)
    headers = kept.get("headers") or {}
    kept["headers"] = {name: value for name, value in headers.items() if name.lower() in _KNOWN_HEADERS}
    return kept


def _public_texts(hint: "Hint") -> dict[str, str]:
    """Return what may be said instead of the text of an exception, where anything may, as in the log lines."""
    error = (hint.get("exc_info") or (None, None, None))[1]
    whole = with_causes(error) if isinstance(error, BaseException) else ()
    return {str(each): text for each in whole if (text := public_text(each)) is not None}


def _scrub_exception(exception: Mapping[str, Any], public_texts: Mapping[str, str]) -> dict[str, Any]:
    kept = _only(exception, _EXCEPTION_PARTS)
    kept["value"] = public_texts.get(str(exception.get("value")), WITHHELD)
    if stacktrace := kept.get("stacktrace"):
        kept["stacktrace"] = {"frames": [_only(frame, _FRAME_PARTS) for frame in stacktrace.get("frames") or []]}
    if mechanism := kept.get("mechanism"):
        kept["mechanism"] = _only(mechanism, _MECHANISM_PARTS)
    return kept


def _scrub_contexts(contexts: Mapping[str, Any]) -> dict[str, Any]:
    kept = _only(contexts, _CONTEXTS)
    return kept | {"trace": _scrub_span(kept["trace"])} if "trace" in kept else kept


def _scrub_span(span: Mapping[str, Any]) -> dict[str, Any]:
    return _only(span, _SPAN_PARTS) | {"data": _only(span.get("data") or {}, _SPAN_DATA)}


_PART_SCRUBBERS: Mapping[str, Callable[[Any], Any]] = {
    "breadcrumbs": lambda part: _values(part, lambda crumb: _only(crumb, _BREADCRUMB_PARTS)),
    "contexts": _scrub_contexts,
    # The template alone: what was put into it is in the log, under the same request id.
    "logentry": lambda part: _only(part, ("message",)),
    "request": _scrub_request,
    "spans": lambda part: [_scrub_span(span) for span in part],
    "tags": lambda part: _only(dict(part), _TAGS),
}
