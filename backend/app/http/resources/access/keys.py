"""`/v1/keys`: the keys that encrypt what is stored, by their ids."""

from typing import Any

from flask import Blueprint

from app.domain.identity import Scope
from app.http.answers import AnswerModel
from app.service.keys import EncryptionKeys, KeyStatus
from app.views.authentication import actor
from app.views.marks import Mark, marked


class KeyAnswer(AnswerModel):
    """A key, and how many keys of apps it wraps."""

    id: str
    wrapped: int


class KeysAnswer(AnswerModel):
    """The keys in use."""

    current: str
    keys: list[KeyAnswer]
    pending: int


def keys(use_cases: EncryptionKeys) -> Blueprint:
    """Return the resource of the keys."""
    blueprint = Blueprint("keys", __name__)

    @blueprint.get("/v1/keys")
    @marked(Mark("List the keys in use", scope=Scope.ADMIN, answers={200: {"application/json": KeysAnswer}}))
    def status() -> dict[str, Any]:
        return _json(use_cases.status())

    @blueprint.post("/v1/keys/rotate")
    @marked(
        Mark(
            "Rewrap the keys of some apps with the first key; `pending` says how many are left",
            scope=Scope.ADMIN,
            answers={200: {"application/json": KeysAnswer}},
        )
    )
    def rotate() -> dict[str, Any]:
        use_cases.rotate(actor())
        return _json(use_cases.status())

    return blueprint


def _json(status: KeyStatus) -> dict[str, Any]:
    old = sorted(set(status.outdated.values()))
    counts = [{"id": each, "wrapped": list(status.outdated.values()).count(each)} for each in old]
    return {
        "current": status.first,
        "keys": [{"id": status.first, "wrapped": len(status.current)}, *counts],
        "pending": len(status.outdated),
    }
