"""Compares what two subjects give to a settings class: by type if both are valid, otherwise as text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from setpoint.contract.app_code import AppCode
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.provenance import Provenance, provenances
from setpoint.resolution.subject import Setting, Subject
from setpoint.resolution.typed_value import TypedValues
from setpoint.resolution.unread_variables import UnreadVariable, unread_variables
from setpoint.text.guarded import MASK


class Change(StrEnum):
    """How the second subject differs from the first."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two values.

    Attributes:
        assignment: Where it comes from.
        value: Its text in a form that may be shown.
    """

    assignment: Assignment
    value: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One variable that differs between the two sides.

    Attributes:
        name: The variable if it may be shown, otherwise a mask; the sides may spell it differently.
        change: How it differs.
        old: The first value; None if it was added.
        new: The second value; None if it was removed.
        known: Whether a setting reads the variable.
        secret: Whether its values are not shown.
        compared_as_text: Whether the settings class has no value for one of the texts.
        names_file: Whether it names a file with the value of a known variable that does not exist here.
    """

    name: str
    change: Change
    old: Side | None
    new: Side | None
    known: bool = True
    secret: bool = False
    compared_as_text: bool = False
    names_file: bool = False


def differences(old: Subject, new: Subject) -> tuple[Difference, ...]:
    """Return what differs: known variables in the order of the class, then those that no setting reads."""
    return (*_of_settings(old, new), *_of_unread_variables(old, new))


def _of_settings(old: Subject, new: Subject) -> Iterator[Difference]:
    before, after = _set_in(old), _set_in(new)
    typed_before, typed_after = TypedValues(old), TypedValues(new)
    settings = dict.fromkeys(each.setting for each in old.contract.variables)
    order: dict[Setting, int] = {setting: index for index, setting in enumerate(settings)}
    for key in sorted({**before, **after}, key=lambda each: order.get(each[0], len(order))):
        one, other = before.get(key), after.get(key)
        as_text = False
        if one and other:
            if _text(one) == _text(other):
                continue
            is_same = _same(typed_before, one, typed_after, other)
            if is_same:
                continue
            as_text = is_same is None
        yield _difference(old, one, new, other, compared_as_text=as_text)


def _set_in(subject: Subject) -> Mapping[tuple[Setting, str], Provenance]:
    return {each.key: each for each in provenances(subject) if each.winner}


def _text(provenance: Provenance) -> str:
    return provenance.winner.value.raw if provenance.winner else ""


def _same(typed_before: TypedValues, one: Provenance, typed_after: TypedValues, other: Provenance) -> bool | None:
    """Return whether the class makes the same value of both; None if one has no value."""
    with AppCode():  # a type of its own compares as it likes
        before, after = typed_before.of(one), typed_after.of(other)
        return bool(type(before) is type(after) and before == after)
    return None


def _difference(
    old: Subject, one: Provenance | None, new: Subject, other: Provenance | None, *, compared_as_text: bool
) -> Difference:
    given = [(side, each.winner) for side, each in ((old, one), (new, other)) if each and each.winner]
    secret = not all(side.shown.shows(winner) for side, winner in given)
    change = Change.ADDED if one is None else Change.REMOVED if other is None else Change.CHANGED
    name = next(each.shown_name for each in (one, other) if each)
    before, after = _side(old, one, hidden=secret), _side(new, other, hidden=secret)
    return Difference(name, change, before, after, secret=secret, compared_as_text=compared_as_text)


def _side(subject: Subject, provenance: Provenance | None, *, hidden: bool) -> Side | None:
    if provenance is None or provenance.winner is None:
        return None
    winner = provenance.winner
    return Side(winner, MASK if hidden else subject.shown.text(winner))


def _of_unread_variables(old: Subject, new: Subject) -> Iterator[Difference]:
    before, after = _unread_in(old, new), _unread_in(new, old)
    for name in {**before, **after}:
        one, other = before.get(name), after.get(name)
        if one and other and one.assignment.value == other.assignment.value:
            continue
        either = next(each for each in (one, other) if each)
        change = Change.ADDED if one is None else Change.REMOVED if other is None else Change.CHANGED
        masked, new_masked = (Side(each.assignment, MASK) if each else None for each in (one, other))
        yield Difference(
            either.shown_name, change, masked, new_masked, known=False, secret=True, names_file=either.names_file
        )


def _unread_in(subject: Subject, other: Subject) -> Mapping[str, UnreadVariable]:
    """Return the unknown variables of files, and those of the process environment that a file of `other` sets."""
    found = {subject.contract.canonical(each.assignment.name): each for each in unread_variables(subject)}
    for each in unread_variables(other):
        name = other.contract.canonical(each.assignment.name)
        assignment = subject.assignments.get(name)
        if assignment is not None:
            found.setdefault(name, replace(each, assignment=assignment))
    return found
