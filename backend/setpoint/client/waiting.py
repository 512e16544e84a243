"""Waits until every live instance has answered to a revision, or the time is up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, sleep

from setpoint.client.answer import Json, WaitError
from setpoint.client.place import Place
from setpoint.client.service import Service
from setpoint.errors import UnableError

_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class Rollout:
    """The state of a revision's rollout.

    Attributes:
        revision: The newest revision of the environment.
        summary: The state in one sentence, from the service.
        settled: Whether every live instance has answered.
        refused: How many have refused it.
        is_rolled_back: Whether its canaries or somebody by hand have rolled it back, so that it is no longer offered.
        answer: The whole answer of the service.
    """

    revision: int
    summary: str
    settled: bool
    refused: int
    is_rolled_back: bool
    answer: Json = field(default_factory=dict, repr=False, compare=False)


def rollout_of(answer: Json) -> Rollout:
    """Return the state of a rollout from the service's answer."""
    states = answer.get("states")
    refused = states.get("FAILED", 0) if isinstance(states, dict) else 0
    return Rollout(
        int(answer["revision"]),
        str(answer["summary"]),
        bool(answer["settled"]),
        int(refused),
        answer.get("stage") == "ROLLED_BACK",
        answer,
    )


def wait_for_answers(
    service: Service, place: Place, revision: int, seconds: float, tell: Callable[[str], None]
) -> Rollout:
    """Return the state of `revision` once every live instance has answered, or `seconds` have passed.

    A service that is away in the meantime, for example during a restart, is asked again.

    Args:
        service: The service.
        place: The environment.
        revision: The revision that was written; a newer one ends the wait.
        seconds: How long to wait.
        tell: Called with the sentence each time it changes.

    Raises:
        RefusedError: The environment does not exist, or the token may not read it.
        UnableError: The service can't be reached at the end of the time.
    """
    ends_at, told = monotonic() + seconds, ""
    while True:
        pause = _SECONDS_BETWEEN_LOOKS
        is_over = monotonic() >= ends_at
        try:
            found = rollout_of(service.rollout(place))
        except UnableError as error:
            if is_over:
                raise
            summary = f"{error}; asking again"
            if isinstance(error, WaitError):
                pause += min(error.seconds, max(0.0, ends_at - monotonic()))
        else:
            if is_over or found.settled or found.revision != revision:
                return found
            summary = found.summary
        if summary != told:
            told = summary
            tell(told)
        sleep(pause)
