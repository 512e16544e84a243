"""What can be changed in an environment: each change finds in the transaction what it makes of what is there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.audit import Action
from app.domain.bases import Own
from app.domain.errors import InvalidError, NotFoundError
from app.domain.identity import Principal
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.validation import Problem
from app.domain.variables import Variables
from app.service.ports import Transaction
from app.service.writing.composing import own_part

Edit = Callable[[Transaction, Revision | None], Own]
"""Returns what the environment is to have by itself, from what is there now."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of an environment.

    Attributes:
        edit: What it is to have by itself.
        action: What the audit log is to call it.
        detail: What the audit log is to tell beside the number.
        copied_from: The revision that it brings back.
        author: Who has proposed it; None where that is who makes it.
    """

    edit: Edit
    action: Action = Action.CONFIG_WRITE
    detail: Mapping[str, object] = field(default_factory=dict)
    copied_from: int | None = None
    author: Principal | None = None


def replaced(variables: Mapping[str, str]) -> Change:
    """Return the change that leaves `variables` and no others; bases stay."""

    def edit(_: Transaction, newest: Revision | None) -> Own:
        return Own(Variables(variables), newest.bases if newest else ())

    return Change(edit)


def merged(patch: Mapping[str, str | None]) -> Change:
    """Return the change that a merge patch (RFC 7396) makes: texts by name; None removes a variable."""

    def edit(found: Transaction, newest: Revision | None) -> Own:
        own = own_part(found, newest)
        if newest and (taken := [name for name, text in patch.items() if text is None and name in newest.origins]):
            raise InvalidError(tuple(_inherited(name, newest.origins[name]) for name in taken))
        return replace(own, variables=own.variables.merged(patch))

    return Change(edit)


def promoted(patch: Mapping[str, str | None], detail: Mapping[str, object]) -> Change:
    """Return the change that brings variables of another environment; what a base has just so stays the base's."""

    def edit(found: Transaction, newest: Revision | None) -> Own:
        held = found.revisions.variables(newest) if newest and newest.origins else {}
        from_bases = {name for name, text in patch.items() if newest and name in newest.origins and held[name] == text}
        others = {name: text for name, text in patch.items() if name not in from_bases}
        return merged(others).edit(found, newest)

    return Change(edit, Action.CONFIG_PROMOTE, detail)


def extended(bases: Sequence[Place]) -> Change:
    """Return the change that has an environment extend `bases`, later ones over earlier; its own variables stay."""

    def edit(found: Transaction, newest: Revision | None) -> Own:
        return Own(own_part(found, newest).variables, tuple(bases))

    return Change(edit, Action.CONFIG_EXTEND, {"bases": list(map(str, bases))})


def brought_back(place: Place, number: int) -> Change:
    """Return the change that gives `place` what its revision `number` had by itself.

    Its edit raises `NotFoundError` where there is no such revision, and `DestroyedError` where its values are gone.
    """

    def edit(found: Transaction, _: Revision | None) -> Own:
        revision = found.revisions.numbered(place, number)
        if revision is None:
            message = f"there is no `{place}@{number}`"
            raise NotFoundError(message)
        return own_part(found, revision)

    return Change(edit, Action.CONFIG_ROLLBACK, {"from": number}, number)


def _inherited(name: str, origin: str) -> Problem:
    message = f"`{name}` is from `{origin}` and can't be removed here; override it, or remove it there"
    return Problem(name, "inherited", message)
