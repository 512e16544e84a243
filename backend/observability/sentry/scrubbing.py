"""Rebuilds every event for Sentry from known parts, with every known secret masked.

What code sets on purpose (tags, contexts, user, extras) is sent. Of what the SDK adds by itself, only the parts that
are known to be needed are sent, so that what a new version of it adds stays here until someone has looked at it.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from sentry_sdk.utils import get_error_message

from observability.exception_text import public_text, related
from observability.known_secrets import masked, masked_to_the_piece
from observability.logs.bounded_values import text_of
from observability.logs.record_fields import message_of
from observability.sentry.tracing import is_traced

if TYPE_CHECKING:
    from sentry_sdk.types import Breadcrumb, Event, Hint

WITHHELD = "(text withheld)"
"""What is sent instead of the text of an exception that is not shown."""

_OUR_PACKAGES = frozenset({"app", "config", "observability", "serving", "setpoint"})

_EVENT_PARTS = (
    "breadcrumbs",
    "contexts",
    "environment",
    "event_id",
    "exception",
    "extra",
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
    "user",
)
_SET_BY_CODE = frozenset({"breadcrumbs", "contexts", "extra", "message", "tags", "user"})
"""Parts in which code may quote an error, and so a part of a secret."""

_KNOWN_HEADERS = frozenset(
    {"accept", "accept-encoding", "content-length", "content-type", "host", "user-agent", "x-request-id"}
)
_REQUEST_PARTS = ("env", "headers", "method", "url")
_EXCEPTION_PARTS = ("mechanism", "module", "stacktrace", "type", "value")
_BREADCRUMB_PARTS = ("category", "data", "level", "message", "timestamp", "type")
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
# Names given by Sentry are not secret, and without them it could not read the event.
_KNOWN_NAMES = frozenset(
    {
        *_EVENT_PARTS,
        *_REQUEST_PARTS,
        *_EXCEPTION_PARTS,
        *_BREADCRUMB_PARTS,
        *_FRAME_PARTS,
        *_MECHANISM_PARTS,
        *_SPAN_PARTS,
        *_SPAN_DATA,
        "formatted",
        "frames",
        "trace",
        "values",
    }
)

_logger = logging.getLogger(__name__)


def before_send(event: "Event", hint: "Hint") -> "Event | None":
    """Scrub an error event; never raise, because the SDK would drop the event silently."""
    return _safely(lambda: _scrubbed(event, hint))


def before_send_transaction(event: "Event", hint: "Hint") -> "Event | None":
    """Drop the transaction of a long-lived request; scrub any other."""
    return _safely(lambda: _scrubbed(event, hint) if is_traced(event) else None)


def before_breadcrumb(crumb: "Breadcrumb", hint: "Hint") -> "Breadcrumb | None":
    """Keep breadcrumbs that code leaves on purpose, and static texts of our own log lines; others may hold values."""
    record = hint.get("log_record")
    if record is None:
        return crumb
    if str(record.name).partition(".")[0] not in _OUR_PACKAGES or not isinstance(record.msg, str):
        return None
    return {**_only(crumb, ("category", "level", "timestamp", "type")), "message": record.msg}


def _safely(scrub: Callable[[], "Event | None"]) -> "Event | None":
    try:
        return scrub()
    except Exception:
        _logger.warning("an event for Sentry could not be scrubbed and was dropped", exc_info=True)
        return None


def _scrubbed(event: "Event", hint: "Hint") -> "Event":
    kept = _only(cast("Mapping[str, Any]", event), _EVENT_PARTS)
    for part, scrub in _PART_SCRUBBERS.items():
        if part in kept:
            kept[part] = scrub(kept[part])
    if "exception" in kept:
        texts = _public_texts(hint)
        kept["exception"] = _values(kept["exception"], lambda exception: _scrub_exception(exception, texts))
    if isinstance(record := hint.get("log_record"), logging.LogRecord):
        template = record.msg if isinstance(record.msg, str) else text_of(record.msg)
        kept["logentry"] = {"message": template, "formatted": masked_to_the_piece(message_of(record))}
    quoting = _SET_BY_CODE if event.get("type") != "transaction" else ()
    return cast(
        "Event",
        {name: _masked(part, masked_to_the_piece if name in quoting else masked) for name, part in kept.items()},
    )


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {
            name if name in _KNOWN_NAMES else mask(text_of(name)): _masked(part, mask) for name, part in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(part, mask) for part in value]
    if value is None or isinstance(value, (bool, float)):
        return value
    # A number can be a secret, and the text of any other object may hold any value.
    text = text_of(value)
    return value if isinstance(value, int) and mask(text) == text else mask(text)


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


def _public_texts(hint: "Hint") -> dict[str, str | None]:
    """Return what is shown of each exception, as in the log lines, by the text that the SDK found for it."""
    error = (hint.get("exc_info") or (None, None, None))[1]
    whole = related(error) if isinstance(error, BaseException) else ()
    return {get_error_message(each): public_text(each) for each in whole}


def _scrub_exception(exception: Mapping[str, Any], public_texts: Mapping[str, str | None]) -> dict[str, Any]:
    kept = _only(exception, _EXCEPTION_PARTS)
    if text := str(exception.get("value") or ""):
        kept["value"] = public_texts.get(text) or WITHHELD
    if stacktrace := kept.get("stacktrace"):
        kept["stacktrace"] = {"frames": [_only(frame, _FRAME_PARTS) for frame in stacktrace.get("frames") or []]}
    if mechanism := kept.get("mechanism"):
        kept["mechanism"] = _only(mechanism, _MECHANISM_PARTS)
    return kept


def _scrub_contexts(contexts: Mapping[str, Any]) -> dict[str, Any]:
    return {**contexts, "trace": _scrub_span(contexts["trace"])} if "trace" in contexts else dict(contexts)


def _scrub_span(span: Mapping[str, Any]) -> dict[str, Any]:
    return _only(span, _SPAN_PARTS) | {"data": _only(span.get("data") or {}, _SPAN_DATA)}


_PART_SCRUBBERS: Mapping[str, Callable[[Any], Any]] = {
    "breadcrumbs": lambda part: _values(part, lambda crumb: _only(crumb, _BREADCRUMB_PARTS)),
    "contexts": _scrub_contexts,
    # Texts that the SDK has formatted quote exceptions whole; `_scrubbed` formats the record anew.
    "logentry": lambda part: _only(part, ("message",)),
    "request": _scrub_request,
    "spans": lambda part: [_scrub_span(span) for span in part],
    "tags": dict,
}
