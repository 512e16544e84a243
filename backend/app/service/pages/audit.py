"""Who did what: the audit log, page by page, of everything or of one app or environment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.audit import Action, AuditEntry
from app.domain.errors import NotFoundError
from app.domain.identity import ANY, Actor, PrincipalKind, Scope
from app.service.access import require
from app.service.ports import Store

ON_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to show.

    Attributes:
        app: Those about one app; empty for all.
        environment: Those about one environment; empty for all.
        action: Those of one kind; empty for all.
        before: Those below this id; None for the newest.
    """

    app: str = ""
    environment: str = ""
    action: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Something that was done.

    Attributes:
        id: Its place in the log.
        at: When.
        who: Who did it.
        kind: The kind of principal: a person, a machine or an instance.
        token: The public part of the token that it was done with.
        action: What was done.
        app: The app; empty where it concerns none.
        environment: The environment; empty where it concerns a whole app or none.
        details: Numbers, names and reasons, each with a label.
        request_id: The id of the request in the logs.
        address: Where the request came from.
    """

    id: int
    at: datetime
    who: str
    kind: PrincipalKind
    token: str
    action: Action
    app: str
    environment: str
    details: tuple[tuple[str, str], ...]
    request_id: str
    address: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A part of the log.

    Attributes:
        wanted: Which entries to show.
        actions: The actions to choose from.
        entries: The entries, newest first.
        next: The id below which the next page begins; None if there is none.
    """

    wanted: Filter
    actions: tuple[Action, ...]
    entries: tuple[AuditRow, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class AuditShown:
    """What the page of the audit log shows."""

    store: Store

    def of(self, actor: Actor, wanted: Filter) -> AuditPage:
        """Return a page of what `actor` may see.

        Raises:
            ForbiddenError: The token does not allow it there.
            NotFoundError: There is no such place, or no such action.
        """
        if wanted.action and wanted.action not in {*Action}:
            message = "there is no such action"
            raise NotFoundError(message)
        require(actor.token, Scope.AUDIT_READ, wanted.app or ANY, wanted.environment or ANY)
        action = Action(wanted.action) if wanted.action else None
        found = self.store.read(
            lambda each: each.audit.page(wanted.before, ON_A_PAGE + 1, wanted.app, wanted.environment, action)
        )
        more = found[ON_A_PAGE - 1].id if len(found) > ON_A_PAGE else None
        return AuditPage(wanted, tuple(Action), tuple(_row(each) for each in found[:ON_A_PAGE]), more)


def _row(entry: AuditEntry) -> AuditRow:
    return AuditRow(
        id=entry.id,
        at=entry.at,
        who=entry.principal.name,
        kind=entry.principal.kind,
        token=entry.token_id,
        action=entry.action,
        app=entry.app,
        environment=entry.environment,
        details=tuple(_details(entry.detail)),
        request_id=entry.request_id,
        address=entry.address,
    )


def _details(detail: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in detail.items():
        if value not in (None, "", [], {}, False):
            yield name.replace("_", " "), _text(value)


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_text(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return "yes" if value is True else str(value)
