"""Tables whose rows are much alike, and take a while each: `make test` tries a part, `make all-tests` all of them."""

from collections.abc import Iterable

import pytest


def sampled(rows: Iterable[tuple[object, ...]], one_in: int) -> list[object]:
    """Return `rows` for `pytest.mark.parametrize`, all but `one_in` so many of them marked as long."""
    return [pytest.param(*row, marks=pytest.mark.long if number % one_in else ()) for number, row in enumerate(rows)]
