"""Validates values so that one problem never hides another.

pydantic stops before validators across fields once one field is invalid, at the first validator that raises
anything other than a refusal, and at the first default factory that raises. The schema that it generates for a
class is data (`pydantic_core.core_schema`), and here a copy of it is used in which none of that happens: an
invalid field can have a placeholder that can't be read, and whatever functions of the class raise becomes one
refusal among others.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel
from pydantic_core import PydanticCustomError, PydanticOmit, PydanticUseDefault, SchemaValidator
from pydantic_settings import BaseSettings

from setpoint.contract.app_code import AppCode
from setpoint.validation.refusal import LOOKED, RAISED
from setpoint.validation.unusable import Unusable, UnusableValueError

if TYPE_CHECKING:
    from pydantic import ValidationInfo

# What pydantic takes for a refusal or a command; and Ctrl-C, which comes from whoever runs this.
_PASSED_ON = (ValueError, AssertionError, PydanticOmit, PydanticUseDefault, KeyboardInterrupt)
_FUNCTIONS = {"function-before", "function-after", "function-wrap", "function-plain"}
_INFO = ("pydantic_core._pydantic_core", "ValidationInfo")
NO_SCHEMAS = {"cls", "config", "default", "expected", "metadata", "ref", "schema_ref", "serialization", "type"}
"""What is under these in a schema is not a schema, whatever it looks like."""
_STAND_IN = {
    "type": "default",
    "default_factory": Unusable,
    "schema": {"type": "function-plain", "function": {"type": "no-info", "function": lambda _: Unusable()}},
}


Seen = dict[object, Any]
"""What functions of a class saw, by what tells it apart."""

_seen: ContextVar[Seen | None] = ContextVar("seen", default=None)


class Raised:
    """Holds what a validator raised; its own text may depend on what it holds, and pydantic would ask for that."""

    def __init__(self, error: BaseException, *, by_default_factory: bool = False) -> None:
        self.error = error
        self.by_default_factory = by_default_factory


@dataclass(frozen=True)
class _Made:
    """What a default factory returned or raised."""

    value: Any
    error: BaseException | None = None


def validate_each(
    settings_class: type[BaseSettings],
    values: Mapping[str, Any],
    unusable: frozenset[str] = frozenset(),
    seen: Seen | None = None,
) -> BaseSettings:
    """Return the settings that `settings_class` builds from `values`.

    Args:
        settings_class: The class.
        values: What its sources gave, by the keys that it accepts.
        unusable: Fields that get a placeholder, whatever `values` hold.
        seen: Takes what functions of the class saw that refuse something: they may quote it.

    Raises:
        ValidationError: Everything that is wrong; what a validator raises by mistake is included as `RAISED`.
        Exception: What the class raises outside of validators.
    """
    settings = settings_class.__new__(settings_class)
    token = _seen.set(seen)
    try:
        made = _validator(settings_class, unusable).validate_python(dict(values), self_instance=settings)
    finally:
        _seen.reset(token)
    return cast("BaseSettings", made)


@lru_cache(maxsize=16)
def _validator(settings_class: type[BaseSettings], unusable: frozenset[str]) -> SchemaValidator:
    schema = _heard_out(cast("Any", settings_class.__pydantic_core_schema__))
    if unusable:
        schema = _with_unusable(schema, settings_class, unusable)
    # Otherwise it would use the existing validators of the classes.
    return SchemaValidator(schema, _use_prebuilt=False)


def _heard_out(part: Any, *, validates_defaults: bool = False) -> Any:
    """Return a copy of `part` of a schema in which no function raises anything that would end the validation.

    Args:
        part: The part.
        validates_defaults: Whether the model around it validates defaults.
    """
    if isinstance(part, list | tuple):
        return type(part)(_heard_out(each, validates_defaults=validates_defaults) for each in part)
    if not isinstance(part, dict):
        return part
    kind = part.get("type")
    is_schema = isinstance(kind, str)
    if is_schema and "config" in part:
        validates_defaults = bool(part["config"].get("validate_default"))
    copy = {
        key: each if is_schema and key in NO_SCHEMAS else _heard_out(each, validates_defaults=validates_defaults)
        for key, each in part.items()
    }
    if kind == "default" and "default_factory" in part:
        return _with_heard_factory(copy, is_validated=part.get("validate_default", validates_defaults))
    if is_schema and kind in _FUNCTIONS:
        copy["function"] = {**part["function"], "function": _raising_refusals(part["function"]["function"])}
    if kind == "model" and "post_init" in part:
        return _with_post_init_as_validator(copy)
    return copy


def _with_heard_factory(default: dict[str, Any], *, is_validated: bool) -> dict[str, Any]:
    """Return a schema with a default factory in which the field is refused if the factory raises."""
    factory = default["default_factory"]

    def make(*arguments: Any) -> _Made:
        with AppCode() as asked:
            return _Made(factory(*arguments))
        return _Made(None, asked.error)

    def take(value: Any, validate: Callable[[Any], Any]) -> Any:
        if not isinstance(value, _Made):
            return validate(value)
        if isinstance(value.error, UnusableValueError):
            raise PydanticCustomError(LOOKED, "it looks at an invalid value")
        if value.error is not None:
            raised = Raised(value.error, by_default_factory=True)
            raise PydanticCustomError(RAISED, "its default cannot be computed", {"raised": raised})
        return validate(value.value) if is_validated else value.value

    function = {"type": "no-info", "function": take}
    schema = {"type": "function-wrap", "function": function, "schema": default["schema"]}
    return {**default, "default_factory": make, "validate_default": True, "schema": schema}


def _with_post_init_as_validator(model: dict[str, Any]) -> dict[str, Any]:
    name, ref = model.pop("post_init"), model.pop("ref", None)

    def finish(made: Any) -> Any:
        getattr(made, name)(None)
        return made

    function = {"type": "no-info", "function": _raising_refusals(finish)}
    return {"type": "function-after", "function": function, "schema": model} | ({"ref": ref} if ref else {})


def _raising_refusals(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` as one whose every failure pydantic takes for a refusal."""

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except _PASSED_ON:
            _remember(arguments)
            raise
        except UnusableValueError:
            raise PydanticCustomError(LOOKED, "it looks at an invalid value") from None
        except BaseException as error:  # noqa: BLE001 - the app's code may raise anything
            raise PydanticCustomError(RAISED, "a validator fails", {"raised": Raised(error)}) from None

    return call


def _remember(arguments: tuple[Any, ...]) -> None:
    """Remember what a function saw before it refused something; of values that grow field by field, the last ones."""
    seen = _seen.get()
    if seen is None:
        return
    for each in arguments:
        if isinstance(each, BaseModel | Mapping):
            seen[id(each)] = each
        elif (type(each).__module__, type(each).__name__) == _INFO:
            info = cast("ValidationInfo", each)
            seen[(info.config or {}).get("title", "")] = getattr(info, "data", None)


def _with_unusable(part: Any, settings_class: type[BaseSettings], unusable: frozenset[str]) -> Any:
    """Return a copy of the schema of `settings_class` in which the fields `unusable` have placeholders."""
    if isinstance(part, list):
        return [_with_unusable(each, settings_class, unusable) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("type") == "model-fields":
        fields = part["fields"] | {name: {**part["fields"][name], "schema": _STAND_IN} for name in unusable}
        return {**part, "fields": fields}
    if part.get("type") == "definitions" or part.get("cls", settings_class) is settings_class:
        inner = ("schema",) if part.get("type") != "definitions" else ("schema", "definitions")
        return {
            key: _with_unusable(each, settings_class, unusable) if key in inner else each for key, each in part.items()
        }
    return part
