"""Shows how much of their limits apps have used, and sets the limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.audit import Action, entry
from app.domain.errors import NotFoundError
from app.domain.identity import Actor, Scope
from app.domain.limit import Limit, Usage
from app.service.access import require
from app.service.limits.budgets import Budgets
from app.service.ports import Clock, Store, Transaction


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of apps, and how much of them is used."""

    store: Store
    budgets: Budgets
    clock: Clock

    def visible(self, actor: Actor) -> Mapping[str, Sequence[Usage]]:
        """Return where each app stands in which `actor` may do anything, by name."""
        now = self.clock()

        def question(found: Transaction) -> Mapping[str, Sequence[Usage]]:
            mine = [app for app in found.revisions.apps() if _is_business_of(actor, app)]
            return {app: self.budgets.of(found, app, now) for app in mine}

        return self.store.read(question)

    def of(self, actor: Actor, app: str) -> Sequence[Usage]:
        """Return where one app stands.

        Raises:
            NotFoundError: There is no such app, or the actor may not see it.
        """
        found = self.visible(actor).get(app)
        if found is None:
            message = f"there is no app `{app}`"
            raise NotFoundError(message)
        return found

    def set(self, actor: Actor, app: str, wanted: Mapping[Limit, int | None]) -> Sequence[Usage]:
        """Give an app its own limits, or those of all apps for None; return where it then stands.

        An app may have limits before it has anything else. Only an `admin` of everything may set them: if an app could
        set its own, it would have none.

        Raises:
            ForbiddenError: The token does not allow it.
        """
        require(actor.token, Scope.ADMIN)
        now = self.clock()

        def change(found: Transaction) -> Sequence[Usage]:
            for limit, allowed in wanted.items():
                found.limits.set(app, limit, allowed)
            if wanted:
                told = {str(limit): allowed for limit, allowed in wanted.items()}
                found.audit.record(entry(actor, Action.LIMITS_SET, now, app, detail=told))
            return self.budgets.of(found, app, now)

        usages = self.store.write(change)
        self.budgets.forget_refusals(app)
        return usages


def _is_business_of(actor: Actor, app: str) -> bool:
    return any(actor.token.allows_somewhere(scope, app) for scope in Scope)
