"""Copies variables of one environment to another: those that are not secret, or only those that are named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.errors import InvalidError
from app.domain.identity import Actor, Scope
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.validation import Fault
from app.service.access import require
from app.service.history import History
from app.service.reading import Content, Reading
from app.service.writing.changes import Change, promoted
from app.service.writing.intent import Intent, Revised
from app.service.writing.revising import Revising


@dataclass(frozen=True, slots=True)
class Promotion:
    """What to copy, and from where.

    Attributes:
        source: The environment.
        number: Its revision; None for the newest.
        only: The names of the variables; if empty, all that are not secret.
    """

    source: Place
    number: int | None = None
    only: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """What will be copied.

    Attributes:
        source: The revision that the variables come from.
        change: The change of the target.
        withheld: The secrets that the source has, the target lacks, and nobody named.
    """

    source: Revision
    change: Change
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promoted:
    """The answer to a promotion.

    Attributes:
        source: The revision that the variables come from.
        revised: The result.
        withheld: The secrets that the source has, the target lacks, and nobody named.
    """

    source: Revision
    revised: Revised
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promoting:
    """Makes the next revision of one environment with variables of another."""

    reading: Reading
    history: History
    revising: Revising

    def promote(self, actor: Actor, intent: Intent, wanted: Promotion) -> Promoted:
        """Store the variables of `wanted` in the environment of `intent`; raises as `brought` and `Revising` do."""
        brought = self.brought(actor, intent.place, wanted)
        return Promoted(brought.source, self.revising.revise(actor, intent, brought.change), brought.withheld)

    def brought(self, actor: Actor, target: Place, wanted: Promotion) -> Brought:
        """Return the change that copies the variables of `wanted` to `target`; what only the target has is kept.

        A named variable that the source lacks is removed from the target. Whoever copies a secret must
        be allowed to reveal it in the source, because they could then read it in the target.

        Raises:
            NotFoundError: There is no such revision.
            ForbiddenError: A named secret may not be revealed with the token.
            DestroyedError: The values of the source are gone.
            InvalidError: A name is in neither environment.
        """
        content = self._content(actor, wanted)
        held = frozenset(self.history.names(target))
        _refuse_unknown(wanted, target, held.union(content.revision.names))
        withheld = tuple(name for name in content.secrets if name not in held and name not in wanted.only)
        detail = {"from": str(content.revision), "names": sorted(wanted.only or content.variables)}
        change = promoted(_patch(content.variables, wanted.only), detail)
        return Brought(content.revision, change, withheld)

    def _content(self, actor: Actor, wanted: Promotion) -> Content:
        content = self.reading.read(actor, wanted.source, wanted.number)
        if not set(wanted.only).intersection(content.secrets):
            return content
        require(actor.token, Scope.CONFIG_REVEAL, wanted.source.app, wanted.source.environment)
        return self.reading.read(actor, wanted.source, content.revision.number, reveal=True)


def _patch(texts: Mapping[str, str], only: Sequence[str]) -> Mapping[str, str | None]:
    return {name: texts.get(name) for name in only} if only else texts


def _refuse_unknown(wanted: Promotion, target: Place, known: frozenset[str]) -> None:
    message = f"neither `{wanted.source}` nor `{target}` has it"
    problems = tuple(Fault(name, "unknown-name", message) for name in wanted.only if name not in known)
    if problems:
        raise InvalidError(problems)
