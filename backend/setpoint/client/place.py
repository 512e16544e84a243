"""How environments and revisions are named on the command line: `billing/production`, `billing/production@1...2`."""

import re
from dataclasses import dataclass

from setpoint.errors import UnableError
from setpoint.text.escape import printable

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NUMBER = r"[1-9][0-9]{0,17}"
_PLACE = re.compile(rf"({_LABEL})/({_LABEL})(?:@({_NUMBER})(?:\.\.\.({_NUMBER}))?)?")


@dataclass(frozen=True, slots=True)
class Place:
    """An environment of an app, and which of its revisions are meant.

    Attributes:
        app: What is configured.
        environment: Where it runs.
        revision: The number of a revision; None for the current one.
        until: The later revision, if two are named.
    """

    app: str
    environment: str
    revision: int | None = None
    until: int | None = None

    @property
    def path(self) -> str:
        """Return the path of the environment under the address of the service."""
        return f"/v1/apps/{self.app}/environments/{self.environment}"

    def __str__(self) -> str:
        return f"{self.app}/{self.environment}"


def find_place(word: str) -> Place | None:
    """Return the place that `word` names; None if it has another form."""
    match = _PLACE.fullmatch(word)
    return None if match is None else Place(match[1], match[2], *(int(each) for each in match.groups()[2:] if each))


def parse_place(word: str, *, revisions: int = 0) -> Place:
    """Return the place that `word` names.

    Args:
        word: `APP/ENVIRONMENT`, or, with `revisions`, `APP/ENVIRONMENT@N`.
        revisions: How many revisions it may name.

    Raises:
        UnableError: It does not name one, or names too many revisions.
    """
    place = find_place(word)
    if place is None:
        message = f"`{printable(word)}` is not an environment; write `APP/ENVIRONMENT`, such as `billing/production`"
        raise UnableError(message)
    if sum(each is not None for each in (place.revision, place.until)) > revisions:
        wanted = f"{place}@{place.revision}" if revisions else str(place)
        message = f"`{word}` names more revisions than this needs; write `{wanted}`"
        raise UnableError(message)
    return place


def parse_app(word: str) -> str:
    """Return `word` as the name of an app.

    Raises:
        UnableError: It is not a valid name.
    """
    if not re.fullmatch(_LABEL, word):
        message = f"`{printable(word)}` is not the name of an app, which has lower-case letters, digits and hyphens"
        raise UnableError(message)
    return word
