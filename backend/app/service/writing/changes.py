"""What can be changed in an environment: each change works out its result in the transaction, from what is stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.audit import Action
from app.domain.bases import Own
from app.domain.errors import InvalidError, NotFoundError
from app.domain.identity import Principal
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.validation import Fault
from app.domain.variables import Variables, limit_problems
from app.service.ports import Transaction
from app.service.writing.composing import own_part
from setpoint.contract.limits import MOST_VARIABLES

Edit = Callable[[Transaction, Revision | None], Own]
"""Returns the environment's new own variables, from what is stored now."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an environment.

    Attributes:
        edit: Its new own variables.
        written: The variables that it writes itself: whatever else the environment has was allowed before.
        action: What the audit log is to call it.
        detail: What the audit log is to tell beside the number.
        copied_from: The revision that it restores.
        author: Who proposed it; None if that is who makes it.

    Raises:
        InvalidError: It writes more variables than any environment may have.
    """

    edit: Edit
    written: Mapping[str, str] = field(default_factory=dict, repr=False)
    action: Action = Action.CONFIG_WRITE
    detail: Mapping[str, object] = field(default_factory=dict)
    copied_from: int | None = None
    author: Principal | None = None

    def __post_init__(self) -> None:
        """Refuse too much before it is merged and looked at, while others wait to write."""
        if len(self.written) > MOST_VARIABLES:
            raise InvalidError(limit_problems(self.written))


def replaced(variables: Mapping[str, str]) -> Change:
    """Return the change that sets exactly `variables`; bases are kept."""

    def edit(_: Transaction, newest: Revision | None) -> Own:
        return Own(Variables(variables), newest.bases if newest else ())

    return Change(edit, variables)


def merged(patch: Mapping[str, str | None]) -> Change:
    """Return the change that a merge patch (RFC 7396) makes: texts by name; None removes a variable."""

    def edit(found: Transaction, newest: Revision | None) -> Own:
        own = own_part(found, newest)
        if newest and (taken := [name for name, text in patch.items() if text is None and name in newest.origins]):
            raise InvalidError(tuple(_inherited(name, newest.origins[name]) for name in taken))
        return replace(own, variables=own.variables.merged(patch))

    return Change(edit, _texts(patch))


def promoted(patch: Mapping[str, str | None], detail: Mapping[str, object]) -> Change:
    """Return the change that copies variables of another environment; what a base already has stays the base's."""

    def edit(found: Transaction, newest: Revision | None) -> Own:
        held = found.revisions.variables(newest) if newest and newest.origins else {}
        from_bases = {name for name, text in patch.items() if newest and name in newest.origins and held[name] == text}
        others = {name: text for name, text in patch.items() if name not in from_bases}
        return merged(others).edit(found, newest)

    return Change(edit, _texts(patch), Action.CONFIG_PROMOTE, detail)


def extended(bases: Sequence[Place]) -> Change:
    """Return the change that lets an environment extend `bases`, later ones over earlier; it keeps its variables."""

    def edit(found: Transaction, newest: Revision | None) -> Own:
        return Own(own_part(found, newest).variables, tuple(bases))

    return Change(edit, action=Action.CONFIG_EXTEND, detail={"bases": list(map(str, bases))})


def brought_back(place: Place, number: int) -> Change:
    """Return the change that restores the own variables that revision `number` of `place` had.

    Its edit raises `NotFoundError` if there is no such revision, and `DestroyedError` if its values are gone.
    """

    def edit(found: Transaction, _: Revision | None) -> Own:
        revision = found.revisions.numbered(place, number)
        if revision is None:
            message = f"there is no `{place}@{number}`"
            raise NotFoundError(message)
        return own_part(found, revision)

    return Change(edit, action=Action.CONFIG_ROLLBACK, detail={"from": number}, copied_from=number)


def _texts(patch: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in patch.items() if text is not None}


def _inherited(name: str, origin: str) -> Fault:
    message = f"`{name}` is from `{origin}` and can't be removed here; override it, or remove it there"
    return Fault(name, "inherited", message)
