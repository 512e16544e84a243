"""Requests of unclear length: what one reader takes for the body of the first, another may take for a second one."""

_HEAD = b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
_HIDDEN = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
_CHUNKED = b"0\r\n\r\n" + _HIDDEN
REQUESTS = {
    "a length and chunks": _HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + _CHUNKED,
    "chunks and a length": _HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + _CHUNKED,
    "an unknown coding": _HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + _CHUNKED,
    "chunks that are not last": _HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + _CHUNKED,
    "two codings": _HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + _CHUNKED,
    "two lengths": _HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + _CHUNKED,
    "a length with a sign": _HEAD + b"Content-Length: +5\r\n\r\n" + _CHUNKED,
    "a length with an underscore": _HEAD + b"Content-Length: 5_0\r\n\r\n" + _CHUNKED,
    "a space before the colon": _HEAD + b"Transfer-Encoding : chunked\r\n\r\n" + _CHUNKED,
    "a folded header": _HEAD + b"X: a\r\n Transfer-Encoding: chunked\r\n\r\n" + _CHUNKED,
    "bare line feeds": _HEAD.replace(b"\r\n", b"\n") + b"Transfer-Encoding: chunked\n\n" + _CHUNKED,
    "chunks before HTTP/1.1": _HEAD.replace(b"/1.1", b"/1.0") + b"Transfer-Encoding: chunked\r\n\r\n" + _CHUNKED,
}
