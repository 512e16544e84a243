"""Composes an environment from its own variables and those of its bases, and finds what extends it."""

from collections.abc import Iterator

from app.domain.bases import DEEPEST, MOST_BASES, Effective, Layer, Own, effective, own_variables
from app.domain.errors import InvalidError
from app.domain.identity import Scope, Token
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.validation import Fault
from app.domain.variables import Variables
from app.service.access import require
from app.service.ports import SchemaValidator, Transaction
from app.service.secrecy import shown_names


def own_part(found: Transaction, revision: Revision | None) -> Own:
    """Return the own variables of a revision; none for None.

    Raises:
        DestroyedError: Its values are gone.
    """
    if revision is None:
        return Own(Variables({}))
    return Own(own_variables(found.revisions.variables(revision), revision.origins), revision.bases)


def composed(found: Transaction, place: Place, own: Own) -> Effective:
    """Return all that `place` has, including what its bases have now.

    Raises:
        InvalidError: A base does not exist, or extends `place` itself, or too many extend one another.
    """
    if problems := tuple(_problems(found, place, own.bases)):
        raise InvalidError(problems)
    return effective(own.variables, [_layer(found, base) for base in own.bases])


def refuse_hidden_secrets(
    found: Transaction, validator: SchemaValidator, token: Token, own: Own, newest: Revision | None
) -> None:
    """Refuse to extend a base whose secrets `token` may not reveal, because it could then read them elsewhere.

    What the environment already extends was allowed before.

    Raises:
        ForbiddenError: A new base has secrets.
    """
    for base in set(own.bases).difference(newest.bases if newest else ()):
        current = _current(found, base)
        if not shown_names(found, validator, current).issuperset(current.names):
            require(token, Scope.CONFIG_REVEAL, base.app, base.environment)


def extending(found: Transaction, place: Place) -> list[Place]:
    """Return everything that extends `place`, directly or not; each after what it extends itself."""
    ordered: list[Place] = []

    def visit(each: Place) -> None:
        for above in reversed(found.revisions.extending(each)):
            if above not in ordered:
                visit(above)
        if each != place:
            ordered.append(each)

    visit(place)
    return ordered[::-1]


def _layer(found: Transaction, base: Place) -> Layer:
    current = _current(found, base)
    return Layer(str(current), found.revisions.variables(current), current.origins)


def _current(found: Transaction, base: Place) -> Revision:
    current = found.revisions.current(base)
    if current is None:
        raise InvalidError((_problem(f"there is no `{base}`"),))
    return current


def _problems(found: Transaction, place: Place, bases: tuple[Place, ...]) -> Iterator[Fault]:
    if len(bases) > MOST_BASES:
        yield _problem(f"there are {len(bases)} bases; the limit is {MOST_BASES}")
        return
    for base in dict.fromkeys(bases):
        if bases.count(base) > 1:
            yield _problem(f"`{base}` is named twice")
        if base == place or place in _below(found, base):
            yield _problem(f"`{base}` can't be a base of `{place}`, because it extends `{place}`")
        elif found.revisions.current(base) is None:
            yield _problem(f"there is no `{base}`")
        elif 1 + _height(found, base) + _storeys_above(found, place) > DEEPEST:
            yield _problem(f"with `{base}`, more than {DEEPEST} environments would extend one another")


def _below(found: Transaction, place: Place) -> set[Place]:
    current = found.revisions.current(place)
    bases = set(current.bases) if current else set()
    return bases.union(*(_below(found, base) for base in bases))


def _height(found: Transaction, place: Place) -> int:
    """Return how many environments extend one another up to `place`, including itself."""
    current = found.revisions.current(place)
    return 1 + max((_height(found, base) for base in current.bases), default=0) if current else 1


def _storeys_above(found: Transaction, place: Place) -> int:
    return max((1 + _storeys_above(found, above) for above in found.revisions.extending(place)), default=0)


def _problem(message: str) -> Fault:
    return Fault("bases", "base-not-allowed", message)
