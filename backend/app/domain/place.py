"""Apps and environments: what is configured, and where it runs."""

import re
from dataclasses import dataclass

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""RFC 1123's label: names have only one spelling, and fit for a Kubernetes object, a host name and a path."""

LABEL_RULE = "1 to 63 lower-case letters, digits and hyphens, with a letter or a digit at both ends"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One environment of one app, written `billing/production`.

    Raises:
        ValueError: One of the names is not valid; the message says what a name looks like.
    """

    app: str
    environment: str

    def __post_init__(self) -> None:
        if not (is_label(self.app) and is_label(self.environment)):
            message = f"a place is `app/environment`, where each name has {LABEL_RULE}"
            raise ValueError(message)

    def __str__(self) -> str:
        return f"{self.app}/{self.environment}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Return the place that `text` names.

        Raises:
            ValueError: It does not name one.
        """
        app, _, environment = text.partition("/")
        return cls(app, environment)


def is_label(text: str) -> bool:
    """Return whether `text` may name an app or an environment."""
    return bool(_LABEL.fullmatch(text))
