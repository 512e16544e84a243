"""Makes given variables the environment of this process, for app code that reads it directly."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from threading import RLock
from typing import Any

_environment_lock = RLock()

_MOST_GIVEN_TO_THE_SYSTEM = 2_000
"""With more variables than this, the C library is not told: it searches all of them for each."""


@contextmanager
def process_environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Make `variables` the whole environment of this process for a moment.

    The app's own sources and validators read `os.environ` wherever they like, so nothing less
    shows what a process started with these variables would do. At a start, nothing changes: they are its environment.
    """
    if variables == os.environ:
        yield
        return
    with _environment_lock:
        if len(variables) > _MOST_GIVEN_TO_THE_SYSTEM:
            with _as_python_sees_it(variables):
                yield
            return
        saved = dict(os.environ)
        try:
            _become(variables)
            yield
        finally:
            _become(saved)


@contextmanager
def _as_python_sees_it(variables: Mapping[str, str]) -> Iterator[None]:
    """Make `variables` what `os.environ` and `os.getenv` know, and leave the C library's own list as it is."""
    environment: Any = os.environ
    saved = environment._data  # noqa: SLF001 - its own methods tell the C library of each variable
    given = {environment.encodekey(name): environment.encodevalue(value) for name, value in variables.items()}
    try:
        environment._data = given  # noqa: SLF001 - see above
        yield
    finally:
        environment._data = saved  # noqa: SLF001 - see above


def _become(variables: Mapping[str, str]) -> None:
    # `clear()` would search for the first of the rest once for each variable.
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)


@contextmanager
def silence() -> Iterator[tuple[StringIO, StringIO]]:
    """Capture what the app's code prints: it may be wrong values, and would be mixed into the report."""
    with redirect_stdout(StringIO()) as output, redirect_stderr(StringIO()) as talk:
        yield output, talk
