"""The keys under which a model accepts its fields: what pydantic documents under "Alias"."""

from pydantic import AliasChoices, AliasPath, BaseModel
from pydantic.fields import FieldInfo


def aliases(info: FieldInfo, model: type[BaseModel]) -> list[str]:
    """Return the aliases of a field of `model`; for an alias path, its first key."""
    alias = info.validation_alias if model.model_config.get("validate_by_alias", True) else None
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias] if alias else []
    return [each if isinstance(each, str) else str(each.path[0]) for each in choices]


def keys_led_into(info: FieldInfo) -> list[str]:
    """Return the alias paths of a field: the keys that lead into the value of the first one."""
    alias = info.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return [str(key) for each in choices if isinstance(each, AliasPath) for key in each.path[1:]]


def takes_names(model: type[BaseModel]) -> bool:
    """Return whether a field that has an alias is also known under its own name."""
    return bool(model.model_config.get("validate_by_name") or model.model_config.get("populate_by_name"))


def keys_of(name: str, info: FieldInfo, model: type[BaseModel]) -> list[str]:
    """Return the keys under which `model` accepts the field `name`."""
    keys = aliases(info, model)
    return [*keys, name] if not keys or takes_names(model) else keys
