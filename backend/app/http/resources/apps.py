"""`/v1/apps`, `/v1/apps/{app}/environments`, `/v1/me`: what there is, as far as a token may know about it."""

from typing import Any

from flask import Blueprint

from app.domain.errors import NotFoundError
from app.domain.identity import Actor, Scope
from app.domain.revision import Revision
from app.http.answers import AnswerModel, PrincipalAnswer, TokenAnswer, principal_json, token_json, when
from app.service.approvals.protecting import Protecting
from app.service.history import History
from app.views.authentication import actor
from app.views.labels import checked_label
from app.views.marks import Mark, marked


class EnvironmentAnswer(AnswerModel):
    """An environment with the number of its current revision."""

    name: str
    revision: int
    schema_digest: str | None
    bases: list[str]
    is_base: bool
    approvals: int | None
    """How many approvals a change needs; null where the environment is not protected."""
    updated_at: str


class EnvironmentsAnswer(AnswerModel):
    """The environments of an app."""

    environments: list[EnvironmentAnswer]


class AppAnswer(EnvironmentsAnswer):
    """An app with its environments."""

    name: str


class AppsAnswer(AnswerModel):
    """The apps."""

    apps: list[AppAnswer]


class MeAnswer(AnswerModel):
    """Who is asking."""

    principal: PrincipalAnswer
    token: TokenAnswer


def apps(history: History, protecting: Protecting) -> Blueprint:
    """Return the resource that lists apps and environments."""
    blueprint = Blueprint("apps", __name__)

    @blueprint.get("/v1/me")
    @marked(Mark("Return who the caller is", needs_token=True, answers={200: {"application/json": MeAnswer}}))
    def me() -> dict[str, Any]:
        token = actor().token
        return {"principal": principal_json(token.principal), "token": token_json(token)}

    @blueprint.get("/v1/apps")
    @marked(Mark("List the apps", needs_token=True, answers={200: {"application/json": AppsAnswer}}))
    def list_apps() -> dict[str, Any]:
        asking = actor()
        visible = [app for app in history.apps() if asking.token.allows_somewhere(Scope.CONFIG_READ, app)]
        return {
            "apps": [{"name": app, "environments": _environments(history, protecting, asking, app)} for app in visible]
        }

    @blueprint.get("/v1/apps/<app>/environments")
    @marked(
        Mark(
            "List the environments of an app", needs_token=True, answers={200: {"application/json": EnvironmentsAnswer}}
        )
    )
    def list_environments(app: str) -> dict[str, Any]:
        asking = actor()
        checked_label("app", app)
        if not asking.token.allows_somewhere(Scope.CONFIG_READ, app) or app not in history.apps():
            message = f"there is no app `{app}`"
            raise NotFoundError(message)
        return {"environments": _environments(history, protecting, asking, app)}

    return blueprint


def _environments(history: History, protecting: Protecting, asking: Actor, app: str) -> list[dict[str, Any]]:
    approvals = protecting.everywhere()
    return [
        _environment_json(revision, approvals.get(revision.place))
        for revision in history.environments(app)
        if asking.token.allows(Scope.CONFIG_READ, app, revision.place.environment)
    ]


def _environment_json(revision: Revision, approvals: int | None) -> dict[str, Any]:
    return {
        "name": revision.place.environment,
        "revision": revision.number,
        "schema_digest": revision.schema or None,
        "bases": list(map(str, revision.bases)),
        "is_base": revision.is_base,
        "approvals": approvals,
        "updated_at": when(revision.made_at),
    }
