"""Picks the errors of a value that may have one of several types: those of the type that was meant.

pydantic lists the errors of every member of a union. For a value that is a `bucket` with a bad port, the errors that a
`file` would have are irrelevant.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pydantic_core import ErrorDetails

from setpoint.validation.error_path import ErrorPath, Member, Step


class PlacedError(NamedTuple):
    """One of pydantic's errors, and where it is."""

    path: ErrorPath
    details: ErrorDetails


def of_meant_members(errors: Iterable[PlacedError]) -> list[PlacedError]:
    """Return `errors` except those of union members that are further from the given value than another one."""
    return _meant(list(errors), 0)


def _meant(errors: Sequence[PlacedError], depth: int) -> list[PlacedError]:
    """Return what is left of `errors`, which share their `depth` outermost members."""
    unions: dict[tuple[Step, ...], dict[Member, list[PlacedError]]] = {}
    kept: list[PlacedError] = []
    for each in errors:
        if len(each.path.members) > depth:
            member = each.path.members[depth]
            unions.setdefault(member.setting, {}).setdefault(member, []).append(each)
        else:
            kept.append(each)
    for place, members in unions.items():
        kept += _nearest(place, {member: _meant(inside, depth + 1) for member, inside in members.items()})
    return kept


def _nearest(place: tuple[Step, ...], members: Mapping[Member, Sequence[PlacedError]]) -> list[PlacedError]:
    """Return the errors of the member that is nearest to the value at `place`; of all, if it is like none of them."""
    given = {key for errors in members.values() for each in errors for key in _keys_given(each, place)}
    best = members[min(members, key=lambda member: _distance(member, members[member], given))]
    if all(each.path.setting == place for each in best):
        return [each for errors in members.values() for each in errors if each.path.setting == place]
    # What tells the members apart may be a word that none of them accepts.
    other_words = [
        each for errors in members.values() for each in errors if errors is not best and _is_of_same_word(each, best)
    ]
    return [*best, *other_words]


def _keys_given(error: PlacedError, place: tuple[Step, ...]) -> Iterable[Step]:
    """Return the keys of the value at `place`, as far as the error says them: one about a key that is missing does."""
    given = error.details["input"]
    is_inside = error.details["type"] == "missing" and error.path.setting[:-1] == place
    return given.keys() if is_inside and isinstance(given, Mapping) else ()


def _distance(member: Member, errors: Sequence[PlacedError], given: set[Step]) -> tuple[int, int, int]:
    """Return how much is of another kind than the member, how many keys it does not take, and what else is wrong."""
    of_other_kind = sum(_is_of_other_kind(each, member.setting) for each in errors)
    strange = len(given - member.keys) if member.keys else 0
    return of_other_kind, strange, len({each.path.setting for each in errors})


def _is_of_other_kind(error: PlacedError, place: tuple[Step, ...]) -> bool:
    kind = error.details["type"]
    return kind == "literal_error" or (error.path.setting == place and kind.endswith("_type"))


def _is_of_same_word(error: PlacedError, best: Sequence[PlacedError]) -> bool:
    return error.details["type"] == "literal_error" and any(
        each.path.setting == error.path.setting and each.details["type"] == "literal_error" for each in best
    )
