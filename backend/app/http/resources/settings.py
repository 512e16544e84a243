"""`GET /v1/settings`: what this process runs with, and where each value comes from."""

from functools import cache, partial, reduce
from typing import Any

from flask import Blueprint
from pydantic import Secret, SecretBytes, SecretStr

from app.http.answers import AnswerModel
from app.views.marks import Mark, marked
from config.settings import Settings
from setpoint.application.loading import Origin, origins_of
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.sources.env_file import SourceKind
from setpoint.text.guarded import MASK

_DEFAULT = Origin(SourceKind.DEFAULT)


class SettingsAnswer(AnswerModel):
    """The settings in use: the value of each, masked if it is a secret, and where it comes from."""

    settings: dict[str, Any]


def settings_in_use(settings: Settings) -> Blueprint:
    """Return the resource that shows `settings`."""
    blueprint = Blueprint("settings", __name__)
    contract = cache(partial(SettingsContract.of, type(settings)))

    @blueprint.get("/v1/settings")
    @marked(Mark("Return the settings of this process", answers={200: {"application/json": SettingsAnswer}}))
    def show() -> dict[str, Any]:
        origins = origins_of(settings)
        return {
            "settings": {
                variable.name: {
                    "value": _shown_value(settings, variable),
                    "secret": variable.secret,
                    "origin": _shown_origin(origins.get(variable.name, _DEFAULT)),
                }
                for variable in contract().variables
            }
        }

    return blueprint


def _shown_value(settings: Settings, variable: Variable) -> Any:
    value: Any = reduce(getattr, variable.setting, settings)
    if variable.secret and value is not None:
        return str(value) if isinstance(value, Secret | SecretStr | SecretBytes) else MASK
    return reduce(lambda shown, key: shown[key], variable.setting, settings.model_dump(mode="json"))


def _shown_origin(origin: Origin) -> dict[str, str | int]:
    shown: dict[str, str | int] = {"source": origin.source}
    for name in ("path", "line", "column"):
        part = getattr(origin, name)
        if part is not None:
            shown[name] = part
    return shown
