"""The queries of requests."""

from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import Literal, TypeVar, get_origin

from flask import request
from pydantic import BaseModel, ConfigDict, Field

from app.domain.canary import LONGEST_BAKE, USUAL_BAKE, Plan, Size
from app.domain.revision import LONGEST_MESSAGE
from app.domain.session import State
from app.http.json_body import names_of, validated
from app.views.problem import Problem, ProblemItem
from setpoint.envfile.loaders import LOADERS
from setpoint.sources.env_file import DEFAULT_LOADER

Query = TypeVar("Query", bound=BaseModel)


SIZE = "[1-9][0-9]{0,5}|(100|[1-9][0-9]?)%"
"""How many instances: a number, or a share of them."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class PageQuery(_Strict):
    """Which part of a long list."""

    limit: int = Field(50, ge=1, le=200)
    before: int | None = Field(None, ge=1)


class AuditQuery(PageQuery):
    """Which part of the audit log."""

    app: str = ""
    environment: str = ""


class TriedQuery(_Strict):
    """How a revision is tried before everyone is offered it."""

    canary: str | None = Field(None, pattern=rf"^(off|{SIZE})$")
    """How many instances are offered it first, `3` or `10%`; `off` for none, whatever the plan of the environment."""
    bake: int | None = Field(None, ge=0, le=int(LONGEST_BAKE.total_seconds()))
    """For how many seconds all of them must serve it; 30 by default."""

    @property
    def plan(self) -> Plan | None:
        """Return how it is tried; None if the request does not say, or says that it is not; raises as `plan_of`."""
        return plan_of(None if self.canary == "off" else self.canary, self.bake)

    @property
    def is_at_once(self) -> bool:
        """Return whether everyone is to be offered it at once."""
        return self.canary == "off"


class BreakGlassQuery(_Strict):
    """Why a write can't wait for approvals."""

    break_glass: str = Field("", max_length=LONGEST_MESSAGE)
    """If others must approve a change: why this one can't wait for them. It needs `config:break-glass`."""


class ChangeQuery(TriedQuery):
    """How a change is meant."""

    message: str = ""
    base: bool | None = None
    """Whether the environment exists to be extended, and may lack what the schema requires; kept by default."""
    allow_dangerous_names: bool = False
    live: Literal["check", "ignore"] = "check"
    """Whether the schemas of live instances are also asked."""


class FileQuery(ChangeQuery):
    """How a change is meant that may be sent as an env file."""

    loader: Literal[tuple(LOADERS)] | None = None  # type: ignore[valid-type]  # it is the one list of them
    """The program to read the file as, exactly; by default python-dotenv, but so that no fault hides another."""
    path: str = Field("body", max_length=500)


class PatchQuery(ChangeQuery, BreakGlassQuery):
    """How a merge patch is meant."""

    dry_run: bool = False


class WriteQuery(FileQuery, PatchQuery):
    """How a write is meant."""


class ProposalQuery(FileQuery):
    """How a proposal is meant."""

    apply: Literal["by-hand", "with-last-approval"] = "by-hand"
    """When it becomes a revision."""


class ProposalsQuery(PageQuery):
    """Which proposals."""

    state: Literal["open", "all"] = "open"


class CopyQuery(BreakGlassQuery):
    """How a change is meant that is made of what is stored."""

    dry_run: bool = False
    live: Literal["check", "ignore"] = "check"
    """Whether the schemas of live instances are also asked."""


class RollbackQuery(TriedQuery, CopyQuery):
    """How a rollback is meant; it is tried on canaries only if the request says so."""


class PromotionQuery(TriedQuery, CopyQuery):
    """How a promotion is meant."""

    allow_dangerous_names: bool = False


class ReadQuery(_Strict):
    """How the variables are wanted."""

    format: Literal["json", "env", "kubernetes"] | None = None
    """By default JSON, or an env file if `loader` says who reads it; no other format has a `loader`."""
    loader: Literal[tuple(LOADERS)] | None = None  # type: ignore[valid-type]  # it is the one list of them
    reveal: bool = False
    reason: str = ""
    """Why secrets are revealed, for the audit log."""

    @property
    def form(self) -> str:
        """Return the format."""
        return self.format or ("env" if self.loader else "json")

    @property
    def reader(self) -> str:
        """Return the program that reads the env file."""
        return str(self.loader or DEFAULT_LOADER)


class CurrentQuery(ReadQuery):
    """How the current variables are wanted, and for whom."""

    schema_digest: str | None = Field(None, alias="schema")
    session: str | None = Field(None, max_length=100)
    """The session of the instance that asks: a canary is offered a different revision."""


class SchemaQuery(_Strict):
    """What a schema belongs to."""

    release: str
    compatibility: Literal["full", "none"] = "full"


class DiffQuery(_Strict):
    """What to compare with."""

    other: str = Field(alias="with")


class SessionsQuery(_Strict):
    """Which running instances."""

    environment: str
    state: Literal[tuple(map(str, State))] | None = None  # type: ignore[valid-type]  # it is the one list of them
    limit: int = Field(100, ge=1, le=1_000)
    after: str | None = Field(None, max_length=100)


class StreamQuery(_Strict):
    """What to follow."""

    environment: list[str] = Field(default_factory=list, max_length=100)
    """`app/environment`, repeated for more; without any, only heartbeats are sent, and no token is needed."""


class LimitsQuery(_Strict):
    """Whose limits."""

    app: str | None = Field(None, max_length=63)


class RotateQuery(_Strict):
    """How a token, or the secret of a webhook, is replaced."""

    grace: int = Field(86_400, ge=0, le=2_592_000)
    """Seconds for which the old one keeps working."""


def plan_of(canary: str | None, bake: int | None) -> Plan | None:
    """Return how a revision is tried, from the number of instances and of seconds; None for not at all.

    Raises:
        Problem: 422 for a bake time without canaries.
    """
    if canary is not None:
        return Plan(Size.parse(canary), USUAL_BAKE if bake is None else timedelta(seconds=bake))
    if bake is not None:
        detail = "`bake` needs a `canary`, the instances that must serve the revision for that long"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return None


class DeliveriesQuery(_Strict):
    """How many deliveries."""

    limit: int = Field(50, ge=1, le=200)


def query(model: type[Query]) -> Query:
    """Return the query.

    Raises:
        Problem: 422 with everything that is wrong with it.
    """
    return _sent(model) if request.query_string else _empty(model)


@cache
def _empty(model: type[Query]) -> Query:
    """Return the query of a request that has none, as most requests; nobody can change it."""
    return validated(model, {})


def _sent(model: type[Query]) -> Query:
    sent, lists = dict(request.args.lists()), _lists_of(model)
    repeated = [name for name, values in sent.items() if len(values) > 1 and name not in lists]
    if repeated:
        known = names_of(model)
        items = [ProblemItem(each if each in known else None, "repeated", "it is given twice") for each in repeated]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request has problems", errors=items)
    return validated(model, {name: values if name in lists else values[0] for name, values in sent.items()})


@cache
def _lists_of(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of what may be given more than once."""
    return frozenset(name for name, field in model.model_fields.items() if get_origin(field.annotation) is list)
