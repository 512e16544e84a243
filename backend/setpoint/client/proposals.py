"""The calls about proposals, one method each, and a write that becomes a proposal if others must approve it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic, sleep

from setpoint.client.answer import Json, RefusedError
from setpoint.client.connection import Connection, Query
from setpoint.client.place import Place

_PAGE = 200
_SECONDS_BETWEEN_LOOKS = 0.5
_KNOWN = ("proposal", "digest", "state")


class Proposals:
    """The proposals of environments, as a principal with a token sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def make(self, place: Place, change: Json, query: Query, headers: Mapping[str, str], number: int | None) -> Json:
        """Propose a change, replacing proposal `number` if there is one."""
        method, path = ("POST", _all(place)) if number is None else ("PUT", _one(place, number))
        return self._connection.send_json(method, path, change, query=query, headers=headers).json_with(*_KNOWN)

    def page(self, place: Place, state: str, most: int) -> Iterator[Json]:
        """Yield proposals, newest first: those that are `open`, or `all`."""
        before: int | None = None
        while most > 0:
            query: Query = {"state": state, "limit": min(_PAGE, most), "before": before}
            answer = self._connection.call("GET", _all(place), query=query)
            found = answer.objects("proposals")
            yield from found
            if not found or answer.json.get("next") is None:
                return
            before, most = answer.integer("next"), most - len(found)

    def one(self, place: Place, number: int) -> Json:
        """Return a proposal with what it would change."""
        return self._connection.call("GET", _one(place, number)).json_with(*_KNOWN)

    def approve(self, place: Place, number: int, digest: str) -> Json:
        """Approve a proposal, if it has this digest."""
        path = f"{_one(place, number)}/approvals"
        return self._connection.send_json("POST", path, {"digest": digest}).json_with(*_KNOWN)

    def end(self, place: Place, number: int, how: str, reason: str) -> Json:
        """End a proposal: `refuse` or `withdraw` it."""
        path = f"{_one(place, number)}/{how}"
        return self._connection.send_json("POST", path, {"reason": reason}).json_with(*_KNOWN)

    def apply(self, place: Place, number: int) -> Json:
        """Turn a proposal that has its approvals into a revision."""
        return self._connection.call("POST", f"{_one(place, number)}/apply").json_with(*_KNOWN)

    def protect(self, place: Place, approvals: int | None) -> Json:
        """Set how many approvals changes of an environment need; None for none."""
        path = f"{place.path}/protection"
        return self._connection.send_json("PUT", path, {"approvals": approvals}).json_with("approvals")


@dataclass(frozen=True, slots=True)
class Submission:
    """How a write deals with approvals.

    Attributes:
        proposes: Whether to always propose it; otherwise it is proposed only if approvals are needed.
        number: The proposal that it replaces.
        applies_itself: Whether the proposal is applied with its last approval.
        break_glass: The reason why it can't wait for approvals.
    """

    proposes: bool = False
    number: int | None = None
    applies_itself: bool = False
    break_glass: str | None = None

    @property
    def query(self) -> Query:
        """The options of a proposal, in the form that the service takes."""
        return {"apply": "with-last-approval" if self.applies_itself else "by-hand"}


def submitted(how: Submission, write: Callable[[str | None], Json], propose: Callable[[int | None], Json]) -> Json:
    """Return the revision that `write` has made, or the proposal if others must approve it first.

    Args:
        how: What to do about approvals.
        write: Writes; it is called with the reason for doing so without approvals.
        propose: Proposes the same; it is called with the number of the proposal to replace.

    Raises:
        RefusedError: The service accepts neither.
    """
    if how.proposes or how.number is not None:
        return propose(how.number)
    try:
        return write(how.break_glass)
    except RefusedError as error:
        if error.status != HTTPStatus.CONFLICT or "approvals" not in error.problem:
            raise
        return propose(None)


def wait_for_decision(proposals: Proposals, place: Place, number: int, seconds: float) -> Json:
    """Return the proposal once it has ended or is stale, or `seconds` have passed."""
    ends_at = monotonic() + seconds
    while True:
        found = proposals.one(place, number)
        if found["state"] != "open" or found.get("stale") or monotonic() >= ends_at:
            return found
        sleep(_SECONDS_BETWEEN_LOOKS)


def _all(place: Place) -> str:
    return f"{place.path}/proposals"


def _one(place: Place, number: int) -> str:
    return f"{_all(place)}/{number}"
