"""Bases: what an environment takes over from others, and from where each of its variables is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.place import Place
from app.domain.variables import Variables

MOST_BASES = 10
"""How many environments one may extend directly."""

DEEPEST = 4
"""How many environments may stand on one another by extending the next."""

Origins = Mapping[str, str]
"""By the name of each variable that is from a base, the revision that has it as its own: `shared/smtp@3`."""


@dataclass(frozen=True, slots=True)
class Own:
    """What an environment has by itself.

    Attributes:
        variables: Its own ones; they win over those of its bases.
        bases: What it extends; later ones win over earlier ones.
    """

    variables: Variables
    bases: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Effective:
    """What an environment has in all, with what it takes over.

    Attributes:
        variables: All of them; those of bases first.
        origins: From where those are that it has not by itself.
    """

    variables: Variables
    origins: Origins = field(default_factory=dict)

    def has_same_origins(self, other: Origins) -> bool:
        """Return whether each variable is from the same environment, whatever its revision."""
        return {name: _place(each) for name, each in self.origins.items()} == {
            name: _place(each) for name, each in other.items()
        }


@dataclass(frozen=True, slots=True)
class Layer:
    """A base as it is now.

    Attributes:
        revision: Which revision of it.
        variables: All that it has.
        origins: From where those are that it has not by itself.
    """

    revision: str
    variables: Variables
    origins: Origins


def effective(own: Variables, layers: Sequence[Layer]) -> Effective:
    """Return what an environment has in all: its own variables over those of its bases, later ones over earlier."""
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
    """Return those of `variables` that are from no base."""
    return Variables({name: text for name, text in variables.items() if name not in origins})


def _place(revision: str) -> str:
    return revision.partition("@")[0]
