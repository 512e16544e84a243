"""The mark on each view: who may call it, what it takes and answers. The API's description is generated from these."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask
from pydantic import BaseModel
from werkzeug.routing import Rule

from app.domain.identity import Scope

Taken = type[BaseModel] | str
"""A body: a model for JSON, or a sentence about other content."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a view declares about itself.

    Attributes:
        summary: What it does, in one sentence without a full stop.
        scope: The scope that the token needs; None if no token is needed.
        anywhere: Whether it is enough to be allowed it in one environment, of the app if the path names one; where the
            path does not name the environment, the view asks anew.
        needs_token: Whether a live token is needed, whatever its rights.
        query: The model of the query.
        body: What it takes, by media type.
        answers: What it answers, by status and media type; problem documents are added to it.
        headers: The request headers that it reads, each with a sentence.
        refusals: The statuses of the problems that it can answer with, beyond those of every view.
        is_page: Whether it is for people, in a signed-in browser, and not part of the API.
    """

    summary: str
    scope: Scope | None = None
    anywhere: bool = False
    needs_token: bool = False
    query: type[BaseModel] | None = None
    body: Mapping[str, Taken] = field(default_factory=dict)
    answers: Mapping[int, Mapping[str, Taken]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[HTTPStatus, ...] = ()
    is_page: bool = False

    @property
    def is_open(self) -> bool:
        """Return whether anybody may call it."""
        return self.scope is None and not self.needs_token


View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE = "setpoint_mark"


def marked(mark: Mark) -> Callable[[View], View]:
    """Put `mark` on the decorated view."""

    def put(view: View) -> View:
        setattr(view, _ATTRIBUTE, mark)
        return view

    return put


def mark_of(view: Callable[..., Any] | None) -> Mark | None:
    """Return the mark on `view`, if it has one."""
    return getattr(view, _ATTRIBUTE, None)


def marked_views(application: Flask) -> Iterator[tuple[Rule, Mark]]:
    """Yield every route with the mark of its view.

    Raises:
        LookupError: A view has none, so the service does not start.
    """
    for rule in application.url_map.iter_rules():
        mark = mark_of(application.view_functions.get(rule.endpoint))
        if mark is None:
            message = f"the view `{rule.endpoint}` says neither who may call it nor what it answers"
            raise LookupError(message)
        yield rule, mark


def views_of_the_api(application: Flask) -> Iterator[tuple[Rule, Mark]]:
    """Yield every route that is for programs, with the mark of its view."""
    return ((rule, mark) for rule, mark in marked_views(application) if not mark.is_page)
