"""Names of apps and environments: impossible ones are refused before anything is looked up."""

import re
from collections.abc import Iterable
from http import HTTPStatus

from app.domain.place import LABEL_RULE, Place, is_label
from app.views.problem import Problem, ProblemItem

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


def checked_label(what: str, text: str) -> str:
    """Return `text` as the name of `what`, an app or an environment.

    Raises:
        Problem: 422, because nothing can have this name.
    """
    if is_label(text):
        return text
    items = [ProblemItem(what, "name-not-allowed", f"the name of an {what} has {LABEL_RULE}")]
    raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"this can't be the name of an {what}", errors=items)


def checked_place(app: str, environment: str) -> Place:
    """Return the place with these names.

    Raises:
        Problem: 422, because one of them can't be a name.
    """
    return Place(checked_label("app", app), checked_label("environment", environment))


def named_places(names: Iterable[str], parameter: str = "environment") -> list[Place]:
    """Return the environments written as `app/environment`.

    Args:
        names: Their names.
        parameter: The parameter of the request that holds them.

    Raises:
        Problem: 422, because one of them is not one.
    """
    try:
        return [Place.parse(each) for each in names]
    except ValueError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"`{parameter}`: {error}") from None


def named_revision(parameter: str, text: str) -> tuple[Place, int | None]:
    """Return the environment that `text` names, and the number of the revision; None for the newest.

    Args:
        parameter: The parameter of the request that holds this text.
        text: `billing/staging`, or `billing/staging@41`.

    Raises:
        Problem: 422, because it does not name one.
    """
    place, at, number = text.partition("@")
    try:
        if not at:
            return Place.parse(place), None
        if _NUMBER.fullmatch(number):
            return Place.parse(place), int(number)
    except ValueError:
        pass
    detail = f"`{parameter}` names an environment, `billing/staging`, or a revision of it, `billing/staging@41`"
    raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
