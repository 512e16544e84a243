"""A revision as JSON, as an env file in a program's dialect, and as Kubernetes objects."""

import base64
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request

from app.http.answers import configuration_json
from app.http.queries import ReadQuery
from app.service.reading import Content
from app.views.problem import Problem, ProblemItem
from app.views.server import current_server
from setpoint.envfile.loaders import find_loader
from setpoint.envfile.writing import NotExpressibleError, is_plain, write
from setpoint.text.guarded import MASK

_LONGEST_KEY = 253
"""In characters, of a ConfigMap or a Secret: https://kubernetes.io/docs/concepts/configuration/configmap/."""
_SMALL = 4_096
"""In characters of values that are not plain: many ways to write one are tried, a megabyte of them for ten seconds."""
_KEY_TOO_LONG = f"Kubernetes accepts at most {_LONGEST_KEY} characters in a name"


def tag_of(content: Content, wanted: ReadQuery) -> str:
    """Return the entity tag of a representation, which begins with the number of the revision."""
    parts: list[str] = [] if wanted.form == "json" else [wanted.form]
    parts += [wanted.reader] if wanted.form == "env" else []
    parts += ["revealed"] if wanted.reveal else []
    return "-".join([content.version, *parts])


def answered(read: Callable[..., Content], wanted: ReadQuery) -> Response:
    """Return what `read` returns in the form that the client wants, or that it already has it.

    Raises:
        Problem: 409 if a value can't be written in the dialect, 422 for a dialect where none is written.
    """
    if wanted.loader is not None and wanted.form != "env":
        detail = f"`loader` says who reads an env file, and `format={wanted.form}` is none: leave one out"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    # The withheld values are enough to see that the client already has it, which reveals nothing.
    content = read(reveal=False)
    tag = tag_of(content, wanted)
    if is_unchanged(tag):
        return unchanged(content.revision.number, tag)
    return represented(read(reveal=True, reason=wanted.reason) if wanted.reveal else content, wanted)


def is_unchanged(tag: str) -> bool:
    """Return whether the client already has this representation (RFC 9110, section 13.1.2), including weak tags."""
    return request.if_none_match.contains_weak(tag)


def unchanged(number: int, tag: str) -> Response:
    """Return the answer to a client that already has it."""
    return _headed(Response(status=HTTPStatus.NOT_MODIFIED), number, tag)


def represented(content: Content, wanted: ReadQuery) -> Response:
    """Return the variables in the form that the client wants.

    Raises:
        Problem: 409 if a value can't be written in the dialect.
    """
    if wanted.form == "env":
        response = Response(_env_file_beside_other_requests(content, wanted.reader), mimetype="text/plain")
    else:
        found = _kubernetes(content) if wanted.form == "kubernetes" else configuration_json(content)
        response = jsonify(found)
    return _headed(response, content.revision.number, tag_of(content, wanted))


def _headed(response: Response, number: int, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Config-Revision"] = str(number)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = "Authorization"
    return response


def _env_file_beside_other_requests(content: Content, loader: str) -> str:
    written = partial(_env_file, content, loader)
    tried = sum(len(value) for value in content.variables.values() if not is_plain(value))
    return written() if tried <= _SMALL else current_server().beside_other_requests(written)


def _env_file(content: Content, loader: str) -> str:
    problems: list[ProblemItem] = []
    lines = [f"# {content.revision.place} revision {content.revision.number}\n"]
    origin: str | None = ""
    for name in content.revision.names:
        if content.revision.bases and origin != (origin := content.revision.origins.get(name)):
            lines.append(f"# from {origin}\n" if origin else "# its own\n")
        value = content.variables.get(name)
        if value is None:
            lines.append(f"# {name} is a secret, and is not revealed\n")
            continue
        try:
            lines.append(write(name, value, loader))
        except NotExpressibleError as error:
            problems.append(ProblemItem(name, "not-expressible", f"`{name}`: {error}"))
    if problems:
        raise Problem(HTTPStatus.CONFLICT, f"a value can't be written so that {loader} reads it", errors=problems)
    knows_comments = find_loader(loader).knows_comments
    return "".join(line for line in lines if knows_comments or not line.startswith("#"))


def _kubernetes(content: Content) -> dict[str, Any]:
    """Return an immutable ConfigMap and Secret: a new revision has new ones under different names.

    Raises:
        Problem: 409 for a name that can't be a key of them.
    """
    too_long = [name for name in content.revision.names if len(name) > _LONGEST_KEY]
    if too_long:
        problems = [ProblemItem(name, "not-expressible", f"`{name}`: {_KEY_TOO_LONG}") for name in too_long]
        raise Problem(HTTPStatus.CONFLICT, "a variable can't be written so that Kubernetes accepts it", errors=problems)
    return {"apiVersion": "v1", "kind": "List", "items": list(_objects(content))}


def _objects(content: Content) -> Iterator[dict[str, Any]]:
    """Yield both objects; if secrets are withheld, a cluster refuses the Secret, because a mask is not base64."""
    revision = content.revision
    names = {
        "name": f"{revision.place.app}-r{content.version}",
        "labels": {"app.kubernetes.io/name": revision.place.app, "app.kubernetes.io/managed-by": "setpoint"},
        "annotations": {"setpoint/environment": str(revision.place), "setpoint/revision": str(revision.number)},
    }
    of_both = {"apiVersion": "v1", "metadata": names, "immutable": True}
    secrets = frozenset(content.secrets)
    plain = {name: text for name, text in content.variables.items() if name not in secrets}
    yield {**of_both, "kind": "ConfigMap", "data": plain}
    if secrets:
        texts = {name: content.variables.get(name) for name in content.secrets}
        data = {name: MASK if text is None else _encoded(text) for name, text in texts.items()}
        yield {**of_both, "kind": "Secret", "type": "Opaque", "data": data}


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
