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
        copied_from: The revision that a rollback restores.
        stage: The stage at which it starts.
        bases: The environments that it extends, later ones over earlier.
        origins: Where its inherited variables come from.
        is_base: Whether it exists to be extended, so that it may lack what a schema requires.
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
    """Who permanently removed the values of a revision, when and why."""

    principal: Principal
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Revision:
    """What is always known about a revision, whether or not its values are still there.

    Attributes:
        place: The environment.
        number: Its position in the history, from 1, without gaps.
        names: The names of its variables, in the order in which they were sent.
        author: Who wrote it.
        message: Why, in the author's words.
        made_at: When it was made; revisions are ordered by number.
        schema: The digest of the schema that it was checked against; empty for a base whose app has none.
        unchecked: The names of the checks that this schema can't carry.
        copied_from: The revision that a rollback restored.
        digest: SHA-256 over all of this, its stored body, and the digest of the revision before it.
        destroyed: Who removed its values; None while they exist.
        stage: Its stage; the newest one that everyone is offered is the current revision.
        bases: The environments that it extends, later ones over earlier.
        origins: Where its inherited variables come from.
        is_base: Whether it exists to be extended, so that it may lack what a schema requires.
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
    """A contract as the service stores it.

    Attributes:
        app: The app that it belongs to.
        digest: Its name, which its document carries.
        document: The JSON text written by `setpoint schema`.
        release: The newest release of the app that it was pushed for.
        author: Who last pushed it.
        pushed_at: When.
    """

    app: str
    digest: str
    document: str
    release: str
    author: Principal
    pushed_at: datetime
