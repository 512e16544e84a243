"""Revisions: immutable, numbered, complete sets of an environment's variables, and the schemas that they satisfy."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.bases import Origins
from app.domain.canary import Stage
from app.domain.identity import Principal
from app.domain.place import Place
from app.domain.validation import Outcome, Validation
from app.domain.variables import Variables

LONGEST_MESSAGE = 2_000

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision before it has a number.

    Attributes:
        place: The environment.
        variables: All of them.
        author: Who writes it.
        message: Why, in the author's words.
        made_at: When.
        schema: The digest of the schema that it was checked against.
        unchecked: The names of the checks that this schema can't carry.
        copied_from: The revision that a rollback brings back.
        stage: How far it is to come at once.
        bases: The environments that it extends, later ones over earlier.
        origins: From where those of its variables are that it takes over from them.
        is_base: Whether it is there to be extended, so that it may lack what a schema requires.
    """

    place: Place
    variables: Variables
    author: Principal
    message: str
    made_at: datetime
    schema: str
    unchecked: tuple[str, ...] = ()
    copied_from: int | None = None
    stage: Stage = Stage.COMPLETE
    bases: tuple[Place, ...] = ()
    origins: Origins = field(default_factory=dict)
    is_base: bool = False


@dataclass(frozen=True, slots=True)
class Destruction:
    """Who removed the values of a revision for good, when and why."""

    principal: Principal
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Revision:
    """What is known of a revision for ever, whether its values are still there or not.

    Attributes:
        place: The environment.
        number: Its place in the history, from 1, without a gap.
        names: The names of its variables, in the order in which they were sent.
        author: Who wrote it.
        message: Why, in the author's words.
        made_at: When; the order of revisions is that of their numbers.
        schema: The digest of the schema that it was checked against; empty where the app of a base has none.
        unchecked: The names of the checks that this schema can't carry.
        copied_from: The revision that a rollback brought back.
        digest: SHA-256 over all this, its stored body, and the digest of the revision before it.
        destroyed: What became of its values; None while they are there.
        stage: How far it has come; the newest one that everyone is offered is the current revision.
        bases: The environments that it extends, later ones over earlier.
        origins: From where those of its variables are that it takes over from them.
        is_base: Whether it is there to be extended, so that it may lack what a schema requires.
    """

    place: Place
    number: int
    names: tuple[str, ...]
    author: Principal
    message: str
    made_at: datetime
    schema: str
    unchecked: tuple[str, ...]
    copied_from: int | None
    digest: str
    destroyed: Destruction | None = None
    stage: Stage = Stage.COMPLETE
    bases: tuple[Place, ...] = ()
    origins: Origins = field(default_factory=dict)
    is_base: bool = False

    @property
    def outcome(self) -> Outcome:
        """How far its schema vouched for it."""
        return Validation(unchecked=self.unchecked).outcome

    def __str__(self) -> str:
        return f"{self.place}@{self.number}"


def is_digest(text: str) -> bool:
    """Return whether `text` may name a schema."""
    return bool(_DIGEST.fullmatch(text))


@dataclass(frozen=True, slots=True)
class Schema:
    """A contract as the service keeps it.

    Attributes:
        app: Whose contract it is.
        digest: Its name, which its document carries.
        document: The JSON text that `setpoint schema` has written.
        release: The newest release of the app that it was pushed for.
        author: Who pushed it last.
        pushed_at: When.
    """

    app: str
    digest: str
    document: str
    release: str
    author: Principal
    pushed_at: datetime
