"""A placeholder for the value of an invalid field; nothing can be done with it."""

from typing import NoReturn


class UnusableValueError(Exception):
    """A validator read the value of a field that has none."""


class Unusable:
    """The value of an invalid field: any use of it raises."""

    def _refuse(self, *_: object) -> NoReturn:
        raise UnusableValueError

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __contains__ = __iter__ = __len__ = __getitem__ = __str__ = __repr__ = __int__ = __float__ = _refuse
    __call__ = __getattr__ = _refuse
