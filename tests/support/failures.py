"""Ways in which a program fails that has a secret in its hands, and forms in which it writes the secret then."""

import base64
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

import psycopg
import sqlalchemy as sa
from flask import request
from pydantic import BaseModel

_logger = logging.getLogger("failures")

FORMS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "repr": repr,
    "bytes": lambda text: repr(text.encode()),
    "json": json.dumps,
    "json-twice": lambda text: json.dumps(json.dumps({"a": text})),
    "percent": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "basic": lambda text: "Basic " + base64.b64encode(f"user:{text}".encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "piece": lambda text: text[3:-3],
    "url": lambda text: f"postgresql://user:{quote(text, safe='')}@db.internal:5432/shop?sslmode=require",
}


@dataclass
class _Holder:
    key: str

    def fail(self) -> None:
        """Fail with this object, and so with its representation, in the text."""
        message = f"can't use {self!r}"
        raise RuntimeError(message, self)


class _Port(BaseModel):
    port: int


def _raise(make: Callable[[str], BaseException]) -> Callable[[str], None]:
    def fail(text: str) -> None:
        raise make(text)

    return fail


_refuse = _raise(ValueError)


def _chained(text: str) -> None:
    try:
        _refuse(text)
    except ValueError as error:
        message = "the cause knows"
        raise RuntimeError(message) from error


def _while_handling(text: str) -> None:
    try:
        _refuse(text)
    except ValueError:
        int("another")


def _grouped(text: str) -> None:
    message = "two at once"
    raise ExceptionGroup(message, [ValueError(text), ExceptionGroup(text, [OSError(5, text, text)])])


def _noted(text: str) -> None:
    error = RuntimeError("see the note")
    error.add_note(text)
    raise error


def _sql(text: str) -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        connection.execute(sa.text(f"select {json.dumps(text)} from nowhere"), {"a": text})  # noqa: S608 - it fails


def _url(text: str) -> None:
    sa.create_engine(f"nowhere://user:{quote(text, safe='')}@host/name?key={quote(text, safe='')}")


def _connection(text: str) -> None:
    psycopg.connect(f"postgresql://user:{quote(text, safe='')}@127.0.0.1:1/name", connect_timeout=2)


def _option(text: str) -> None:
    psycopg.connect(f"host=127.0.0.1 password='{text}")


def _logged(text: str) -> None:
    _logger.warning("trying %s", text, extra={"tried": {"with": [text]}, text: text.encode()})
    _logger.error("failed: %r", ValueError(text))
    message = "see the lines"
    raise RuntimeError(message)


def _headers(text: str) -> None:
    message = f"{dict(request.headers)} {text}"
    raise RuntimeError(message)


CARRIERS: Mapping[str, Callable[[str], Any]] = {
    "text": _raise(RuntimeError),
    "key": _raise(KeyError),
    "file": _raise(lambda text: FileNotFoundError(2, "No such file", text)),
    "arguments": _raise(lambda text: RuntimeError("several", [{text: text}], text.encode())),
    "chained": _chained,
    "while-handling": _while_handling,
    "grouped": _grouped,
    "noted": _noted,
    "object": lambda text: _Holder(text).fail(),
    "pydantic": lambda text: _Port.model_validate({"port": text}),
    "json": lambda text: json.loads("{" + text),
    "unicode": lambda text: f"{text}\xff".encode("utf-16").decode("utf-8"),
    "number": lambda text: int(f"x{text}"),
    "command": lambda text: subprocess.run([sys.executable, "-c", "exit(3)", text], check=True),
    "sql": _sql,
    "url": _url,
    "connection": _connection,
    "option": _option,
    "logged": _logged,
    "headers": _headers,
}
