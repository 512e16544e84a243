"""The page on which people edit an environment: its own variables as an env file, checked while they type."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol, TypeVar

from app.domain.difference import Change
from app.domain.errors import ConflictError, DestroyedError, InvalidError, NotFoundError, StaleError
from app.domain.identity import Actor
from app.domain.place import Place
from app.domain.proposal import Proposal
from app.domain.revision import Revision
from app.service.approvals.proposing import Proposing
from app.service.history import Compared, History
from app.service.pages.typed_lines import ShownFault, shown_fault
from app.service.reading import Reading
from app.service.writing.changes import replaced
from app.service.writing.file_faults import FileFault, faults_of, placed
from app.service.writing.intent import Intent, Revised
from app.service.writing.revising import Revising
from app.service.writing.typed_file import read_typed, text_to_edit
from setpoint.sources.env_file import DEFAULT_LOADER, EnvFile
from setpoint.text.join import counted, joined

T = TypeVar("T")


class Apart(Protocol):
    """Does slow work without holding up other requests."""

    def __call__(self, work: Callable[[], T], /) -> T:
        """Return what `work` returns, or raise what it raises."""
        ...


@dataclass(frozen=True, slots=True)
class Typed:
    """What the user has typed.

    Attributes:
        text: The env file, in which `UNCHANGED` keeps the existing value of a variable.
        base: The number of the revision that it is based on; None if there was none.
        loader: The program to read it as.
        message: Why.
        ignores_live: Whether to store what the schemas of live instances refuse.
        allows_dangerous: Whether to allow names that make programs run other code.
        applies_itself: Whether it is applied with the last approval, if it needs any.
    """

    text: str = field(repr=False)
    base: int | None
    loader: str = DEFAULT_LOADER
    message: str = ""
    ignores_live: bool = False
    allows_dangerous: bool = False
    applies_itself: bool = False


class Standing(StrEnum):
    """How the typed text relates to what is stored."""

    UNCHANGED = "unchanged"
    READY = "ready"
    REFUSED = "refused"
    STALE = "stale"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class NameChange:
    """What saving would do to one variable."""

    name: str
    change: Change


@dataclass(frozen=True, slots=True)
class EditPage:
    """What the page shows.

    Attributes:
        place: The environment.
        typed: What is in its fields.
        standing: How that relates to what is stored.
        sentence: The same for people.
        findings: Everything that is wrong.
        changes: What saving would change, by name.
        meanwhile: What somebody else has changed since; None if nobody has.
        inherited: The revision of a base that each inherited variable, which is not in the text, comes from.
        approvals: How many approvals saving it needs; if not 0, it is proposed.
    """

    place: Place
    typed: Typed
    standing: Standing
    sentence: str
    findings: tuple[ShownFault, ...] = ()
    changes: tuple[NameChange, ...] = ()
    meanwhile: Compared | None = None
    inherited: Mapping[str, str] = field(default_factory=dict)
    approvals: int = 0


@dataclass(frozen=True, slots=True)
class _Base:
    """What is stored, and what `UNCHANGED` means in each of the environment's own variables."""

    current: Revision | None
    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def number(self) -> int | None:
        return self.current.number if self.current else None


@dataclass(frozen=True, slots=True)
class Editor:
    """Shows, checks and saves what people type."""

    reading: Reading
    history: History
    revising: Revising
    proposing: Proposing

    def opened(self, actor: Actor, place: Place, loader: str, apart: Apart) -> EditPage:
        """Return the page with what is stored now, as `loader` reads it, with `UNCHANGED` for secrets.

        Raises:
            ConflictError: A variable can't be written so that `loader` reads it.
        """
        base = self._base(place)
        if base.current is None:
            sentence = f"`{place}` has no revision yet: what you save here becomes the first one"
            return EditPage(place, Typed("", None, loader), Standing.UNCHANGED, sentence)
        content = self.reading.read(actor, place, base.current.number)
        text = apart(lambda: text_to_edit(content, loader))
        typed = Typed(text, base.current.number, loader)
        return EditPage(
            place,
            typed,
            Standing.UNCHANGED,
            f"this is revision {base.current.number}",
            inherited=base.current.origins,
            approvals=self.proposing.approvals_needed(place),
        )

    def checked(self, actor: Actor, place: Place, typed: Typed, apart: Apart) -> EditPage:
        """Return the page with everything that would prevent `typed` from being saved, and what saving would change.

        Raises:
            NotFoundError: The app has no schema to check it against.
        """
        return self._tried(actor, place, typed, apart)[0]

    def saved(self, actor: Actor, place: Place, typed: Typed, apart: Apart) -> Revised | Proposal | EditPage:
        """Store `typed` as the next revision, or propose it if others must approve; return the page if neither works.

        Raises:
            NotFoundError: The app has no schema to check it against.
        """
        page, file = self._tried(actor, place, typed, apart)
        if file is None or page.standing not in {Standing.READY, Standing.UNCHANGED}:
            return page
        intent, change = _intent(place, typed), replaced(file.variables)
        try:
            if page.approvals:
                proposed = self.proposing.propose(actor, intent, change, applies_itself=typed.applies_itself)
                return proposed.proposal
            return self.revising.revise(actor, intent, change)
        except StaleError:  # somebody else was a moment faster
            return self._stale(place, typed, self._base(place))
        except ConflictError as error:
            return replace(page, standing=Standing.BLOCKED, sentence=str(error))

    def _tried(self, actor: Actor, place: Place, typed: Typed, apart: Apart) -> tuple[EditPage, EnvFile | None]:
        base = self._base(place)
        if base.number != typed.base:
            return self._stale(place, typed, base), None
        check, approvals = self.revising.check_of(place), self.proposing.approvals_needed(place)

        def look() -> tuple[EnvFile, list[FileFault]]:
            read = read_typed(typed.text, typed.loader, base.values)
            return read, faults_of(read, check, allow_dangerous=typed.allows_dangerous)

        file, faults = apart(look)
        revised, standing, sentence = None, Standing.REFUSED, ""
        try:
            revised = self.revising.replace(actor, replace(_intent(place, typed), dry_run=True), file.variables)
        except InvalidError as error:
            faults += _untold(faults, placed(file, error.problems))
        except ConflictError as error:
            standing, sentence = Standing.BLOCKED, str(error)
        if any(each.is_refused for each in faults):
            standing, sentence = Standing.REFUSED, _refusal(faults)
        elif revised is not None:
            standing, sentence = _acceptance(revised, base, approvals)
        page = EditPage(
            place,
            typed,
            standing,
            sentence,
            tuple(shown_fault(each, file.source) for each in faults),
            tuple(_changes(base.values, file.variables)),
            inherited=base.current.origins if base.current else {},
            approvals=approvals,
        )
        return page, file

    def _base(self, place: Place) -> _Base:
        try:
            revision = self.history.one(place)
        except NotFoundError:
            return _Base(None)
        return _Base(revision, self.reading.own_values(revision))

    def _stale(self, place: Place, typed: Typed, base: _Base) -> EditPage:
        """Return the page on which the typed text is now based on what is stored."""
        if base.current is None:
            sentence = f"`{place}` is at no revision, and your text was made from revision {typed.base}"
            return EditPage(place, replace(typed, base=None), Standing.STALE, sentence)
        sentence = (
            f"revision {base.number} was written while you were typing: look at what it changed, take over what you"
            " want to keep, and save again"
        )
        meanwhile = None
        with suppress(NotFoundError, DestroyedError):
            meanwhile = self.history.difference(place, typed.base, place, base.number) if typed.base else None
        made_anew = replace(typed, base=base.number)
        return EditPage(
            place,
            made_anew,
            Standing.STALE,
            sentence,
            meanwhile=meanwhile,
            inherited=base.current.origins,
            approvals=self.proposing.approvals_needed(place),
        )


def _intent(place: Place, typed: Typed) -> Intent:
    return Intent(
        place,
        typed.base,
        typed.message,
        allow_dangerous=typed.allows_dangerous,
        ignore_live=typed.ignores_live,
    )


def _untold(told: list[FileFault], more: Iterable[FileFault]) -> list[FileFault]:
    known = {(each.variable, each.code, each.message) for each in told}
    return [each for each in more if (each.variable, each.code, each.message) not in known]


def _refusal(faults: list[FileFault]) -> str:
    return f"{counted(sum(each.is_refused for each in faults), 'problem')}, and nothing is stored"


def _acceptance(revised: Revised, base: _Base, approvals: int) -> tuple[Standing, str]:
    if not revised.changed:
        return Standing.UNCHANGED, f"nothing differs from revision {base.number}"
    sentence = f"nothing is wrong: saving makes revision {(base.number or 0) + 1}"
    if approvals:
        sentence = f"nothing is wrong: it needs {counted(approvals, 'approval')} by somebody else to become a revision"
    if names := revised.validation.unchecked:
        sentence += f"; only the app's own class checks {joined([*names])}"
    return Standing.READY, sentence


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[NameChange]:
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            yield NameChange(name, Change.REMOVED)
        elif name not in old:
            yield NameChange(name, Change.ADDED)
        elif old[name] != new[name]:
            yield NameChange(name, Change.CHANGED)
