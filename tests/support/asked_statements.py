"""Notes which statements databases are asked, whether SQLAlchemy hands them to the driver or a prepared one does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from app.store import prepared

_BY_SQLALCHEMY = "before_cursor_execute"


@contextmanager
def asked_statements() -> Iterator[list[str]]:
    """Provide a list that grows with each statement."""
    asked: list[str] = []
    run = prepared._Compiled.run

    def note(*event: Any) -> None:
        asked.append(event[2])

    def noting(self: Any, *given: Any) -> Any:
        asked.append(self._text)
        return run(self, *given)

    sa.event.listen(sa.Engine, _BY_SQLALCHEMY, note)
    try:
        with pytest.MonkeyPatch.context() as patching:
            patching.setattr(prepared._Compiled, "run", noting)
            yield asked
    finally:
        sa.event.remove(sa.Engine, _BY_SQLALCHEMY, note)
