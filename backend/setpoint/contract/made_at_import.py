"""Records the values that modules pass to settings while being imported: `db: Db = Db(port=1)` in a class body."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

from pydantic_settings import BaseSettings

_OF_A_MODEL = ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
_made: dict[int, tuple[BaseSettings, Mapping[str, Any]]] = {}


def values_given_to(settings: BaseSettings) -> Mapping[str, Any]:
    """Return the values with which a module has built `settings`, if that was recorded."""
    made, values = _made.get(id(settings), (None, {}))
    return values if made is settings else {}


@contextmanager
def watched(*, leaves_blank: bool = False) -> Iterator[None]:
    """Record the values with which settings are built, while this is active.

    Args:
        leaves_blank: Whether settings that their class can't build get only its defaults. What it really
            builds is asked once there are values to build it from.
    """
    make = BaseSettings.__init__

    @wraps(make)
    def make_watched(self: BaseSettings, /, *arguments: Any, **values: Any) -> None:
        try:
            make(self, *arguments, **values)
        except BaseException as error:
            if not leaves_blank or isinstance(error, KeyboardInterrupt):
                raise
            blank = type(self).model_construct()
            for each in _OF_A_MODEL:
                object.__setattr__(self, each, getattr(blank, each))
        _made[id(self)] = (self, values)

    BaseSettings.__init__ = make_watched  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        BaseSettings.__init__ = make  # type: ignore[method-assign]
