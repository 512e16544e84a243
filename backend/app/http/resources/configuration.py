"""`/v1/apps/{app}/environments/{environment}/config`: the variables of an environment, read and written."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Literal

from flask import Blueprint, Response, after_this_request, jsonify, request
from pydantic import RootModel, TypeAdapter, ValidationError

from app.domain.identity import Scope
from app.domain.place import Place
from app.http.answers import AnswerModel, RepresentedAnswer, WrittenAnswer, canary_json, revision_json
from app.http.conditions import CONDITION_HEADERS, CONDITION_REFUSALS, expected_revision
from app.http.json_body import details_of, read_json_of_variables
from app.http.queries import CurrentQuery, PatchQuery, WriteQuery, query
from app.http.repeated_reads import may_be_repeated
from app.http.representations import answered
from app.http.sent_file import refuse_faulty_file, refuse_file_options
from app.service.access import require
from app.service.reading import Content, Reading
from app.service.trials import Trials
from app.service.writing.intent import Intent, Revised
from app.service.writing.revising import Revising
from app.views.authentication import actor
from app.views.labels import checked_place
from app.views.marks import Mark, Taken, marked
from app.views.problem import Problem, ProblemItem
from app.views.request_body import read_body
from observability.metrics import count_write
from setpoint.contract.limits import is_variable_name


class FirstTryAnswer(AnswerModel):
    """The answer to a dry run of the first revision of an environment, about which nothing else is known yet."""

    revision: Literal[1]
    variables: None
    validation: str
    unchecked: list[str]
    changed: Literal[True]
    dry_run: Literal[True]
    canary: None


class TriedOrWrittenAnswer(RootModel[WrittenAnswer | FirstTryAnswer]):
    """A revision after a write, or what a dry run of the first one found."""


LARGEST_BODY = 1 << 20
_ENV_FILE = "an env file"
_VARIABLES = 'an object of strings: `{"NAME": "text"}`'
_PATCH = "a merge patch (RFC 7396) of strings; null removes a variable"
_READ: Mapping[str, Taken] = {
    "application/json": RepresentedAnswer,
    "text/plain": "an env file in the dialect of `loader`",
}
_WRITTEN: Mapping[int, Mapping[str, Taken]] = {
    200: {"application/json": TriedOrWrittenAnswer},
    201: {"application/json": WrittenAnswer},
}
_OUTCOMES: Mapping[int, str] = {
    HTTPStatus.CREATED: "written",
    HTTPStatus.OK: "unchanged",
    HTTPStatus.PRECONDITION_FAILED: "stale",
    HTTPStatus.UNPROCESSABLE_ENTITY: "refused",
    HTTPStatus.TOO_MANY_REQUESTS: "limited",
}

_TEXTS = TypeAdapter(dict[str, str])
_TEXTS_OR_NULL = TypeAdapter(dict[str, str | None])


def configuration(reading: Reading, revising: Revising, trials: Trials) -> Blueprint:
    """Return the resource of the variables."""
    blueprint = Blueprint("configuration", __name__)

    @blueprint.get("/v1/apps/<app>/environments/<environment>/config")
    @marked(
        Mark(
            "Return the current variables",
            scope=Scope.CONFIG_READ,
            query=CurrentQuery,
            answers={200: _READ, 304: {}},
            headers={"If-None-Match": "the `ETag` of what the client has"},
            refusals=(HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
    )
    def read(app: str, environment: str) -> Response:
        return _read(reading, trials, checked_place(app, environment))

    @blueprint.put("/v1/apps/<app>/environments/<environment>/config")
    @marked(
        Mark(
            "Write the next revision",
            scope=Scope.CONFIG_WRITE,
            query=WriteQuery,
            body={"text/plain": _ENV_FILE, "application/json": _VARIABLES},
            answers=_WRITTEN,
            headers=CONDITION_HEADERS,
            refusals=(*CONDITION_REFUSALS, HTTPStatus.INSUFFICIENT_STORAGE),
        )
    )
    def put(app: str, environment: str) -> Response:
        return _put(revising, checked_place(app, environment))

    @blueprint.patch("/v1/apps/<app>/environments/<environment>/config")
    @marked(
        Mark(
            "Change some of the variables",
            scope=Scope.CONFIG_WRITE,
            query=PatchQuery,
            body={"application/merge-patch+json": _PATCH},
            answers=_WRITTEN,
            headers=CONDITION_HEADERS,
            refusals=(*CONDITION_REFUSALS, HTTPStatus.GONE, HTTPStatus.INSUFFICIENT_STORAGE),
        )
    )
    def patch(app: str, environment: str) -> Response:
        return _patch(revising, checked_place(app, environment))

    return blueprint


def _read(reading: Reading, trials: Trials, place: Place) -> Response:
    wanted = query(CurrentQuery)
    if wanted.reveal:
        require(actor().token, Scope.CONFIG_REVEAL, place.app, place.environment)
    else:
        may_be_repeated(actor().token)
    return answered(_reader(reading, trials, place, wanted), wanted)


def _reader(reading: Reading, trials: Trials, place: Place, wanted: CurrentQuery) -> Callable[..., Content]:
    """Return a function that reads the requested revision."""
    if wanted.schema_digest is not None and wanted.session is not None:
        detail = "`schema` asks for the newest revision that fits, and `session` for the one that is offered: send one"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    if wanted.schema_digest is not None:
        return partial(reading.read_valid, actor(), place, wanted.schema_digest)
    number = None if wanted.session is None else trials.offers(place).to(wanted.session)
    return partial(reading.read, actor(), place, number)


def _put(revising: Revising, place: Place) -> Response:
    count_outcome()
    wanted = query(WriteQuery)
    intent = _intent(place, wanted)
    if request.mimetype == "application/json":
        refuse_file_options(wanted)
        texts = _checked(_TEXTS, read_json_of_variables(LARGEST_BODY), _VARIABLES)
        return written(revising.replace(actor(), intent, texts), intent)
    with refuse_faulty_file(revising, place, wanted, read_body(LARGEST_BODY)) as variables:
        return written(revising.replace(actor(), intent, variables), intent)


def _patch(revising: Revising, place: Place) -> Response:
    count_outcome()
    intent = _intent(place, query(PatchQuery))
    changes: Mapping[str, str | None] = _checked(_TEXTS_OR_NULL, read_json_of_variables(LARGEST_BODY), _PATCH)
    return written(revising.merge(actor(), intent, changes), intent)


def _intent(place: Place, wanted: PatchQuery) -> Intent:
    return Intent(
        place,
        expected_revision(),
        wanted.message,
        dry_run=wanted.dry_run,
        allow_dangerous=wanted.allow_dangerous_names,
        ignore_live=wanted.live == "ignore",
        canary=wanted.plan,
        at_once=wanted.is_at_once,
        is_base=wanted.base,
        break_glass=wanted.break_glass.strip(),
    )


def _checked(adapter: TypeAdapter[Any], content: object, what: str) -> Any:
    try:
        return adapter.validate_python(content, strict=True)
    except ValidationError as error:
        names = dict.fromkeys(str(each["loc"][0]) for each in details_of(error) if each["loc"])
        items = [_no_string(name) for name in names]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"the body is not {what}", errors=items) from None


def _no_string(name: str) -> ProblemItem:
    known = name if is_variable_name(name) else None
    whose = f"the value of `{name}`" if known else "the value of a variable whose name is not allowed"
    return ProblemItem(known, "value-not-text", f"{whose} is not a string", 'write it in quotes: `"8080"`')


def count_outcome() -> None:
    """Count the outcome of this attempt to write, even if it is refused."""

    def count(response: Response) -> Response:
        count_write(_OUTCOMES.get(response.status_code, "failed"))
        return response

    after_this_request(count)


def written(revised: Revised, intent: Intent, more: Mapping[str, object] = MappingProxyType({})) -> Response:
    """Return the answer to a write: the revision that is current afterwards, and `more`."""
    known = revision_json(revised.revision) if revised.revision else {"revision": 1, "variables": None}
    response = jsonify(
        {
            **known,
            "validation": str(revised.validation.outcome),
            "unchecked": list(revised.validation.unchecked),
            "changed": revised.changed,
            "dry_run": intent.dry_run,
            "canary": canary_json(revised.canary) if revised.canary else None,
            **more,
        }
    )
    is_new = revised.changed and not intent.dry_run
    response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    if revised.revision is not None:
        response.set_etag(str(revised.revision.number))
        response.headers["Config-Revision"] = str(revised.revision.number)
    return response
