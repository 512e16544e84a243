"""Records the values that modules pass to settings while they are imported: `db: Db = Db(port=1)` in a class body."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

from pydantic_settings import BaseSettings

_OF_A_MODEL = ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
_made: dict[int, tuple[BaseSettings, Mapping[str, Any]]] = {}


def values_given_to(settings: BaseSettings) -> Mapping[str, Any]:
    """Return with which values of its own a module has made `settings`, as far as that was watched."""
    made, values = _made.get(id(settings), (None, {}))
    return values if made is settings else {}


@contextmanager
def watched(*, leaves_blank: bool = False) -> Iterator[None]:
    """Remember, for a moment, with which values settings are made.

    Args:
        leaves_blank: Whether settings that their class can't make have its defaults and nothing else. What it really
            makes is asked once there is something to make it of.
    """
    make = BaseSettings.__init__

    @wraps(make)
    def make_watched(self: BaseSettings, /, *arguments: Any, **values: Any) -> None:
        try:
            make(self, *arguments, **values)
        except KeyboardInterrupt:
            raise
        except BaseException:  # - code of the app's may raise anything
            if not leaves_blank:
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
