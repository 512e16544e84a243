"""Builds a settings class in part: with values in some of its fields that nobody can look at."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NoReturn

from pydantic import Field, create_model
from pydantic_settings import BaseSettings


class UnusableValueError(Exception):
    """A validator looked at the value of a field that has none."""


def with_unusable(settings_class: type[BaseSettings], names: Iterable[str]) -> type[BaseSettings]:
    """Return `settings_class` with an unusable value in each of the fields `names`, whatever the environment holds."""
    return _with_unusable(settings_class, frozenset(names))


@lru_cache(maxsize=128)
def _with_unusable(settings_class: type[BaseSettings], names: frozenset[str]) -> type[BaseSettings]:
    fields: dict[str, Any] = {name: (Any, Field(default_factory=_Unusable, validate_default=False)) for name in names}
    return create_model(
        settings_class.__name__, __base__=settings_class, __module__=settings_class.__module__, **fields
    )


class _Unusable:
    """Stands for the value of an invalid field: whoever looks at it learns that there is none."""

    def _refuse(self, *_: object) -> NoReturn:
        raise UnusableValueError

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __contains__ = __iter__ = __len__ = __getitem__ = __str__ = __repr__ = __int__ = __float__ = _refuse
    __call__ = __getattr__ = _refuse
