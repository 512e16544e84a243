"""Exceptions whose texts usually quote their input, and what is shown instead: the one list.

They are recognised by name, so that nothing needs to be imported.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

_MOST_PLACES = 10

_REASONS_OF_LIBPQ = (
    "Connection refused",
    "Connection timed out",
    "No route to host",
    "Network is unreachable",
    "No such file or directory",
    "could not translate host name",
    "failed to resolve host",
    "timeout expired",
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "too many clients",
    "the database system is starting up",
    "the database system is shutting down",
    "server does not support SSL",
    "certificate verify failed",
    "server closed the connection unexpectedly",
    "the connection is closed",
    "the connection is lost",
)
"""Why there is no connection, in the words of libpq and psycopg, without the names around them."""


def told_instead(error: BaseException) -> str | None:
    """Return what may be shown of `error` if its text usually quotes its input; None if its text may be shown."""
    for kind in type(error).__mro__:
        if tell := _TOLD.get(f"{kind.__module__}.{kind.__qualname__}"):
            try:
                return tell(error)
            except Exception:  # noqa: BLE001 - an exception of any make can lack what its kind has
                return ""
    return None


def _pydantic(error: Any) -> str:
    """It shows the input of each field, secret or not, and texts of validators."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    places = (f"{'.'.join(map(str, each['loc'])) or 'the whole'}: {each['type']}" for each in problems[:_MOST_PLACES])
    return f"{error.error_count()} errors for {error.title}: {'; '.join(places)}"


def _json(error: Any) -> str:
    """The document is attached to it, and some libraries quote from it."""
    return f"{error.msg}: line {error.lineno} column {error.colno}"


def _unicode(error: Any) -> str:
    """It shows characters of the input."""
    return f"{error.encoding} fails at position {error.start}: {error.reason}"


def _json_schema(error: Any) -> str:
    """It shows the instance that does not fit."""
    return f"{error.validator} at {error.json_path}"


def _json_schema_rs(error: Any) -> str:
    """It shows the instance that does not fit."""
    return f"{'/'.join(map(str, error.schema_path))} at /{'/'.join(map(str, error.instance_path))}"


def _sqlalchemy(error: Any) -> str:
    """It shows the statement and all its parameters."""
    cause = error.orig
    told = told_instead(cause) if cause is not None else None
    name = f"{type(cause).__module__}.{type(cause).__qualname__}" if cause is not None else "a statement failed"
    return f"{name}: {told}" if told else name


def _postgresql(error: Any) -> str:
    """It shows values of columns, and where and as whom it could not connect."""
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    known = (("SQLSTATE", getattr(error, "sqlstate", None)), ("constraint", constraint))
    told = ", ".join(f"{name} {value}" for name, value in known if value)
    return told or "; ".join(reason for reason in _REASONS_OF_LIBPQ if reason in str(error))


def _sqlite(error: Any) -> str:
    """It shows parts of statements."""
    return str(getattr(error, "sqlite_errorname", ""))


def _command(error: Any) -> str:
    """It shows all arguments of the command."""
    words = error.cmd.split() if isinstance(error.cmd, str) else [os.fsdecode(word) for word in error.cmd]
    ending = getattr(error, "returncode", None)
    outcome = "did not end in time" if ending is None else f"ended with status {ending}"
    return f"{words[0]} {outcome}"


_TOLD: Mapping[str, Callable[[Any], str]] = {
    "pydantic_core._pydantic_core.ValidationError": _pydantic,
    "json.decoder.JSONDecodeError": _json,
    "builtins.UnicodeDecodeError": _unicode,
    "builtins.UnicodeEncodeError": _unicode,
    "jsonschema.exceptions.ValidationError": _json_schema,
    "jsonschema.exceptions.SchemaError": _json_schema,
    "jsonschema_rs.ValidationError": _json_schema_rs,
    "sqlalchemy.exc.StatementError": _sqlalchemy,
    "psycopg.Error": _postgresql,
    "sqlite3.Error": _sqlite,
    "pysqlite3.dbapi2.Error": _sqlite,
    "subprocess.CalledProcessError": _command,
    "subprocess.TimeoutExpired": _command,
}
