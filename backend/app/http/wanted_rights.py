"""How rights are requested: roles and where they apply, or scopes and where all of them apply."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.domain.identity import Bound, Right, Scope, rights_within
from app.views.problem import Problem, ProblemItem

Parsed = TypeVar("Parsed")


class WantedRights(BaseModel):
    """What somebody is to be allowed."""

    model_config = ConfigDict(extra="forbid")

    roles: list[str] = Field(default_factory=list, max_length=100)
    """Each with where it holds: `editor@billing/staging`."""
    scopes: list[Scope] = Field(default_factory=list, max_length=20)
    bounds: list[str] = Field(default=["*/*"], min_length=1, max_length=100)
    """Where the scopes hold."""


def wanted_rights(wanted: WantedRights) -> frozenset[Right]:
    """Return the requested rights, in whichever of the two ways.

    Raises:
        Problem: 422 with each invalid role and bound.
    """
    items: list[ProblemItem] = []
    rights = {*_parsed(Right.parse, "roles", "role-not-allowed", wanted.roles, items)}
    bounds = _parsed(Bound.parse, "bounds", "bound-not-allowed", wanted.bounds, items)
    if items:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request has problems", errors=items)
    return frozenset(rights | rights_within(wanted.scopes, bounds)) if wanted.scopes else frozenset(rights)


def _parsed(
    parse: Callable[[str], Parsed], key: str, code: str, texts: list[str], items: list[ProblemItem]
) -> list[Parsed]:
    """Return what `texts` describe; invalid ones are added to `items`."""
    found = []
    for text in texts:
        try:
            found.append(parse(text))
        except ValueError as error:
            items.append(ProblemItem(key, code, str(error)))
    return found
