"""Knows which variables are secrets, and refuses reasons that quote one."""

from collections.abc import Callable
from contextlib import suppress

from app.domain.errors import DamagedError, InvalidError
from app.domain.proposal import Proposal
from app.domain.revision import Revision, Schema
from app.domain.variables import Variables, faults_of_words
from app.service.ports import SchemaValidator, Transaction


def shown_names(found: Transaction, validator: SchemaValidator, revision: Revision | Proposal) -> frozenset[str]:
    """Return the names that both the schema of a revision and today's know not to be secrets."""
    shown = frozenset(revision.names)
    for schema in _schemas(found, revision):
        shown = validator.shown(schema, shown) if schema else frozenset()
    return shown


def shown_in_all(found: Transaction, validator: SchemaValidator, *compared: Revision | Proposal) -> frozenset[str]:
    """Return the names that are not secret in any of the revisions that have them."""
    shown: set[str] = set()
    hidden: set[str] = set()
    for revision in compared:
        known = shown_names(found, validator, revision)
        shown |= known
        hidden |= {*revision.names} - known
    return frozenset(shown - hidden)


def refuse_quote(
    found: Transaction,
    validator: SchemaValidator,
    revision: Revision | Proposal,
    variables: Callable[[], Variables],
    reason: str,
    *,
    readers: str = "the history",
    refusal: str = "",
) -> None:
    """Refuse a reason to do something with a revision that quotes a secret of it.

    As in a message, anything may be quoted where no schema has ever said what is a secret.

    Args:
        found: Where the schemas are.
        validator: What they say.
        revision: What the reason is about.
        variables: Returns its variables; called only if they are needed.
        reason: The words.
        readers: What everybody may read who may read the reason.
        refusal: What is not done; that nothing is stored, if empty.

    Raises:
        InvalidError: It does.
    """
    if not reason or not any(_schemas(found, revision)):
        return
    with suppress(DamagedError):  # of which nobody can know what was in it
        shown = shown_names(found, validator, revision)
        if problems := faults_of_words("reason", reason, variables(), shown, readers):
            raise InvalidError(problems, refusal)


def _schemas(found: Transaction, revision: Revision | Proposal) -> tuple[Schema | None, ...]:
    """Return the schema of a revision, None if it has none, and today's, if there is one."""
    own, today = found.schemas.named(revision.place.app, revision.schema), found.schemas.current(revision.place.app)
    return (own,) if today is None or today == own else (own, today)
