"""How a revision had turned out when the next one was made: the last that is known about it."""

from dataclasses import dataclass

from app.domain.session import State


@dataclass(frozen=True, slots=True)
class RolloutResult:
    """The state of a revision among the live instances when it was replaced.

    Attributes:
        live: How many there were.
        serving: How many served it.
        refused: How many refused it.
        reason: Why most of those did; empty if none did.
    """

    live: int
    serving: int
    refused: int = 0
    reason: str = ""

    @property
    def state(self) -> State:
        """Return the state of the environment as a whole."""
        if self.refused:
            return State.FAILED
        if not self.live:
            return State.EXPIRED
        return State.SYNCED if self.serving == self.live else State.STALE

    def __str__(self) -> str:
        """Return it for people, without the number of the revision."""
        if not self.live:
            return "no instance followed"
        if self.refused:
            return f"{self._of_all(self.refused)} refused it{f': {self.reason}' if self.reason else ''}"
        if self.serving == self.live:
            return "the instance served it" if self.live == 1 else f"all {self.live} instances served it"
        return f"{self._of_all(self.serving)} served it"

    def _of_all(self, number: int) -> str:
        return f"{number} of {self.live} {'instance' if self.live == 1 else 'instances'}"
