"""What a loader reads in an env file: bindings, variables, problems."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from setpoint.envfile.source_text import Span

if TYPE_CHECKING:
    from setpoint.envfile.problem import Problem


class Binding(NamedTuple):
    """One `NAME=value` of an env file.

    Attributes:
        name: The variable, as this loader understands its name.
        value: What this loader hands to the app; None if that can't be known from the file
            (a bare name, or something that a shell would have to run).
        name_span: Where the name is.
        value_span: Where the value is as written, including its quotes; an empty span
            right after the `=` if nothing is written.
    """

    name: str
    value: str | None
    name_span: Span
    value_span: Span


@dataclass(eq=False, repr=False)
class Reading:
    """What one loader reads in one file.

    Attributes:
        bindings: Every binding that the loader understands, in the file's order, names that it meets
            twice included; a refused file has them too, so that their values can be looked at.
        variables: What the app gets: one value per name, by this loader's rule for duplicates,
            without names whose value is not known; nothing from a refused file. A byte that is
            not UTF-8 and that the loader passes on is a lone surrogate.
        problems: In the file's order.
        refused: Whether the program rejects the file as a whole (and so hands over nothing).
        referred: Names whose value in the file is used by a reference in it.
        valueless: Names that the program knows without a value, as python-dotenv gives
            None to a bare name.
    """

    bindings: tuple[Binding, ...]
    variables: Mapping[str, str]
    problems: "tuple[Problem, ...]"
    refused: bool = False
    valueless: tuple[str, ...] = ()
    referred: frozenset[str] = frozenset()

    @cached_property
    def bindings_by_name(self) -> Mapping[str, tuple[Binding, ...]]:
        """The bindings of each name, in the file's order; looking them up in `bindings` would take quadratic time."""
        found: dict[str, list[Binding]] = {}
        for binding in self.bindings:
            found.setdefault(binding.name, []).append(binding)
        return {name: tuple(bindings) for name, bindings in found.items()}


Loader = Callable[[str, Mapping[str, str]], Reading]
"""A program that reads env files its own way.

It is given the file, with lone surrogates for bytes that are not UTF-8, and the process environment that references may
use.
"""
