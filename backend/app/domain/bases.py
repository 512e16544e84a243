"""Bases: what an environment inherits from others, and where each of its variables comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.place import Place
from app.domain.variables import Variables

MOST_BASES = 10
"""How many environments one may extend directly."""

DEEPEST = 4
"""How many environments may extend one another in a row."""

Origins = Mapping[str, str]
"""For each variable that comes from a base, by name: the revision that has it as its own, `shared/smtp@3`."""


@dataclass(frozen=True, slots=True)
class Own:
    """What an environment has of its own.

    Attributes:
        variables: Its own variables; they win over those of its bases.
        bases: What it extends; later ones override earlier ones.
    """

    variables: Variables
    bases: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Effective:
    """All that an environment has, with what it inherits.

    Attributes:
        variables: All of them, those of bases first.
        origins: Where those come from that are not its own.
    """

    variables: Variables
    origins: Origins = field(default_factory=dict)

    def has_same_origins(self, other: Origins) -> bool:
        """Return whether each variable comes from the same environment, whatever its revision."""
        return {name: _place(each) for name, each in self.origins.items()} == {
            name: _place(each) for name, each in other.items()
        }


@dataclass(frozen=True, slots=True)
class Layer:
    """A base as it is now.

    Attributes:
        revision: Its revision.
        variables: All of its variables.
        origins: Where those come from that are not its own.
    """

    revision: str
    variables: Variables
    origins: Origins


def effective(own: Variables, layers: Sequence[Layer]) -> Effective:
    """Return all that an environment has: its own variables over those of its bases, later bases over earlier ones."""
    if not layers:
        return Effective(own)
    texts: dict[str, str] = {}
    origins: dict[str, str] = {}
    for layer in layers:
        for name, text in layer.variables.items():
            texts[name] = text
            origins[name] = layer.origins.get(name, layer.revision)
    for name, text in own.items():
        texts[name] = text
        origins.pop(name, None)
    return Effective(Variables(texts), origins)


def own_variables(variables: Variables, origins: Origins) -> Variables:
    """Return those of `variables` that come from no base."""
    return Variables({name: text for name, text in variables.items() if name not in origins})


def _place(revision: str) -> str:
    return revision.partition("@")[0]
