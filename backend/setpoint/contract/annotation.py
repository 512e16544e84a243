"""Takes type annotations apart."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin


def alternatives(annotation: Any) -> Iterator[Any]:
    """Yield the members of a union, or the annotation itself, without `Annotated` and names around them."""
    if isinstance(annotation, type):
        yield annotation
        return
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif hasattr(annotation, "__value__"):
        yield from alternatives(annotation.__value__)
    elif isinstance(annotation, NewType):
        yield from alternatives(annotation.__supertype__)
    elif origin is Union or origin is UnionType:
        for each in get_args(annotation):
            yield from alternatives(each)
    else:
        yield annotation


def values(annotation: Any) -> list[Any]:
    """Return the alternatives other than None."""
    return [part for part in alternatives(annotation) if part is not NoneType]


def arguments(annotation: Any) -> tuple[Any, ...]:
    """Return the types inside `annotation`."""
    if hasattr(annotation, "__value__"):
        return (annotation.__value__,)
    if isinstance(annotation, NewType):
        return (annotation.__supertype__,)
    if get_origin(annotation) is Literal:
        return ()
    return get_args(annotation)


def is_class(candidate: Any, bases: tuple[type, ...]) -> bool:
    """Return whether `candidate` is one of `bases` or derived from one, with or without type arguments."""
    base = candidate if isinstance(candidate, type) else get_origin(candidate)
    return isinstance(base, type) and issubclass(base, bases)
