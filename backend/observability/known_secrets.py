"""Know the texts that must not leave the process, because a setting says that they are secret."""

from urllib.parse import urlsplit

from pydantic import BaseModel, Secret, SecretStr

_SHORTEST = 8
"""Shorter texts are masked by no search: they would occur in innocent words."""


def secret_texts(settings: BaseModel) -> tuple[str, ...]:
    """Return the values of all secret settings, and the credentials within those that are URLs; longest first."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, (Secret, SecretStr)):
            text = str(value.get_secret_value())
            found.update({text, *_credentials(text)})
    return tuple(sorted((text for text in found if len(text) >= _SHORTEST), key=len, reverse=True))


def _credentials(text: str) -> set[str]:
    try:
        parts = urlsplit(text)
    except ValueError:
        return set()
    return {part for part in (parts.username, parts.password) if part}
