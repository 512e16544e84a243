"""Under which keys a model takes its fields: what pydantic documents under "Alias"."""

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo


def aliases(info: FieldInfo, model: type[BaseModel]) -> list[str]:
    """Return the aliases of a field of `model`; of one that leads into a value its first key."""
    alias = info.validation_alias if model.model_config.get("validate_by_alias", True) else None
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias] if alias else []
    return [each if isinstance(each, str) else str(each.path[0]) for each in choices]


def takes_names(model: type[BaseModel]) -> bool:
    """Return whether a field that has an alias is known under its own name, too."""
    return bool(model.model_config.get("validate_by_name") or model.model_config.get("populate_by_name"))


def keys_of(name: str, info: FieldInfo, model: type[BaseModel]) -> list[str]:
    """Return the keys under which `model` takes the field `name`."""
    keys = aliases(info, model)
    return [*keys, name] if not keys or takes_names(model) else keys
