"""Until the settings of a process are read, nobody knows which values of its environment are secret."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from observability.known_secrets import know_secrets_of_the_process

_SHORTEST = 8
_NAME_OF_A_SECRET = re.compile(r"(?:PASS|PASSWORD|PASSWD|SECRET|TOKEN|KEY|DSN|CREDENTIALS?|AUTH)$", re.IGNORECASE)


def mask_unread_values(environment: Mapping[str, str]) -> None:
    """Mask every value of `environment` from now on that is long enough to be a secret, or has the name of one.

    Paths are not secret, and places in the code should be shown.
    """
    know_secrets_of_the_process(_possible_secrets(environment))


def _possible_secrets(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        is_long = len(value) >= _SHORTEST and not _is_path(value)
        if is_long or _NAME_OF_A_SECRET.search(name):
            yield value


def _is_path(value: str) -> bool:
    try:
        return Path(value).exists()
    except (OSError, ValueError):
        return False
