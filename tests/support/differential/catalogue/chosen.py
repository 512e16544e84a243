"""Says in a line which sources a settings class of the catalogue has."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

Source = PydanticBaseSettingsSource
Sources = tuple[Source, ...]
_ARGUMENTS = {
    "init": "init_settings",
    "env": "env_settings",
    "dotenv": "dotenv_settings",
    "secrets": "file_secret_settings",
}


def chosen(choose: Callable[[type[BaseSettings], Mapping[str, Source]], Sources]) -> Any:
    """Return a `settings_customise_sources` that gives what `choose` makes of the class and its sources."""

    def settings_customise_sources(_: type, /, settings_cls: type[BaseSettings], **given: Source) -> Sources:
        return choose(settings_cls, {name: given[argument] for name, argument in _ARGUMENTS.items()})

    return classmethod(settings_customise_sources)


def ordered(*names: str, last: Callable[[type[BaseSettings]], Source] | None = None) -> Any:
    """Return a `settings_customise_sources` that gives the sources `names`, and at the end one more."""
    return chosen(
        lambda settings_cls, given: (*(given[name] for name in names), *([last(settings_cls)] if last else []))
    )
