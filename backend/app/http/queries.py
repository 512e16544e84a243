"""What may come after the `?` of a request."""

from http import HTTPStatus
from typing import Literal, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field

from app.domain.session import State
from app.http.json_body import validated
from app.http.problem import Problem, ProblemItem
from setpoint.envfile.loaders import LOADERS

Query = TypeVar("Query", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PageQuery(_Strict):
    """Which part of a long list."""

    limit: int = Field(50, ge=1, le=200)
    before: int | None = Field(None, ge=1)


class AuditQuery(PageQuery):
    """Which part of the audit log."""

    app: str = ""
    environment: str = ""


class WriteQuery(_Strict):
    """How a write is meant."""

    message: str = ""
    dry_run: bool = False
    loader: Literal[tuple(LOADERS)] | None = None  # type: ignore[valid-type]  # it is the one list of them
    """Which program is to read the file, exactly; by default as python-dotenv, but so that no fault hides another."""
    path: str = Field("body", max_length=500)
    allow_dangerous_names: bool = False
    live: Literal["check", "ignore"] = "check"
    """Whether the schemas of live instances are asked too."""


class PromotionQuery(_Strict):
    """How a promotion is meant."""

    dry_run: bool = False
    live: Literal["check", "ignore"] = "check"
    """Whether the schemas of live instances are asked too."""


class ReadQuery(_Strict):
    """How the variables are wanted."""

    format: Literal["json", "env", "kubernetes"] = "json"
    loader: Literal[tuple(LOADERS)] = "python-dotenv"  # type: ignore[valid-type]  # it is the one list of them
    reveal: bool = False


class CurrentQuery(ReadQuery):
    """How the current variables are wanted."""

    schema_digest: str | None = Field(None, alias="schema")


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


class RotateQuery(_Strict):
    """How a token is replaced."""

    grace: int = Field(86_400, ge=0, le=2_592_000)
    """Seconds for which the old one goes on."""


def query(model: type[Query]) -> Query:
    """Return what comes after the `?`.

    Raises:
        Problem: 422 with everything that is wrong with it.
    """
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        known = {field.alias or name for name, field in model.model_fields.items()}
        items = [ProblemItem(each if each in known else None, "repeated", "it is given twice") for each in repeated]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request has problems", errors=items)
    return validated(model, request.args.to_dict())
