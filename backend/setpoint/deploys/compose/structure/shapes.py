"""What a part of a compose file may look like, and what is wrong with one that does not fit."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from setpoint.deploys.compose.refusal import refusal
from setpoint.deploys.compose.tree import Items, Leaf, Path, Table, Tree, plain
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.text.escape import printable
from setpoint.text.suggest import allowed_steps, nearest

_NAME_OF_VARIABLE = 3
_WITH_OWN_KEYS = {"annotations", "args", "driver_opts", "environment", "labels", "options", "storage_opt", "sysctls"}
_WORDS = {
    "string": "a string",
    "number": "a number",
    "integer": "an integer",
    "boolean": "a boolean",
    "null": "empty",
    "table": "a mapping",
    "list": "a list",
}


@dataclass(frozen=True, eq=False, repr=False)
class One:
    """A single value.

    Attributes:
        kinds: What it may be: `string`, `number`, `integer`, `boolean`, `null`.
        choices: Which strings are allowed; if empty, all.
        any_case: Whether they may be written in any case.
        form: A pattern that a string must match somewhere; empty if all do.
    """

    kinds: tuple[str, ...]
    choices: tuple[str, ...] = ()
    any_case: bool = False
    form: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Each:
    """A list, whose items are all alike.

    Attributes:
        item: What each of them is.
        unique: Whether no item may appear twice.
    """

    item: "Shape"
    unique: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Named:
    """A mapping with arbitrary keys.

    Attributes:
        value: What each value is.
        names: A pattern for the keys that are checked.
        closed: Whether keys that do not match it are refused.
    """

    value: "Shape"
    names: str = ".+"
    closed: bool = True


@dataclass(frozen=True, eq=False, repr=False)
class Keys:
    """A mapping with known keys.

    Attributes:
        known: What each of them holds.
        required: Those that must be present.
        extensible: Whether `x-…` is allowed.
        closed: Whether other keys are refused.
    """

    known: Mapping[str, "Shape"]
    required: tuple[str, ...] = ()
    extensible: bool = True
    closed: bool = True


@dataclass(frozen=True, eq=False, repr=False)
class Either:
    """One of several shapes, no two of which fit the same kind of node."""

    shapes: tuple["Shape", ...]


Shape = One | Each | Named | Keys | Either
NAMES = r"^[a-zA-Z0-9._-]+\Z"
"""The names of services, networks and the like."""
STRING = One(("string",))
NULL = One(("null",))
TRUE, FALSE = ("true", "y", "yes", "on"), ("false", "n", "no", "off")
"""How strings spell booleans, in any case."""
BOOLEAN = One(("boolean", "string"), (*TRUE, *FALSE), any_case=True)
INTEGER = One(("integer", "string"))
NUMBER = One(("number", "string"))
STRINGS = Each(STRING)
UNIQUE_STRINGS = Each(STRING, unique=True)
STRING_OR_LIST = Either((STRING, UNIQUE_STRINGS))
VARIABLES = Either((Named(One(("string", "number", "boolean", "null"))), UNIQUE_STRINGS))
OPTIONS = Named(NUMBER, closed=False)


def strings(*names: str) -> dict[str, Shape]:
    """Return keys that hold strings."""
    return alike(STRING, *names)


def alike(shape: Shape, *names: str) -> dict[str, Shape]:
    """Return keys that all hold `shape`."""
    return dict.fromkeys(names, shape)


def faults(shape: Shape, tree: Tree, path: Path = ()) -> Iterator[DeployProblem]:
    """Yield why `tree`, which is at `path`, does not fit `shape`."""
    fitting = [one for one in _alternatives(shape) if _fits(one, tree)]
    if not fitting:
        yield _fault(f"{_at(path)} must be {_allowed(shape)}", tree.place, path, _hint(tree))
        return
    for one in fitting[:1]:
        if isinstance(one, Each) and isinstance(tree, Items):
            yield from _list_faults(one, tree, path)
        elif isinstance(one, Named) and isinstance(tree, Table):
            yield from _named_faults(one, tree, path)
        elif isinstance(one, Keys) and isinstance(tree, Table):
            yield from _key_faults(one, tree, path)


def _alternatives(shape: Shape) -> tuple[Shape, ...]:
    return (
        tuple(found for one in shape.shapes for found in _alternatives(one)) if isinstance(shape, Either) else (shape,)
    )


def _fits(shape: Shape, tree: Tree) -> bool:
    if isinstance(tree, Table):
        return isinstance(shape, Named | Keys)
    if isinstance(tree, Items):
        return isinstance(shape, Each)
    return isinstance(shape, One) and _is_one(shape, tree)


def _is_one(shape: One, leaf: Leaf) -> bool:
    if leaf.is_open:
        return "string" in shape.kinds
    if not {*_kinds(leaf)} & {*shape.kinds}:
        return False
    text = leaf.value
    if not isinstance(text, str):
        return True
    if not shape.choices:
        return re.search(shape.form, text) is not None
    return (text.lower() if shape.any_case else text) in shape.choices


def _kinds(leaf: Leaf) -> tuple[str, ...]:
    value = leaf.value
    if value is None:
        return ("null",)
    if isinstance(value, bool):
        return ("boolean",)
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return ("integer", "number")
    if isinstance(value, float):
        return ("number",)
    return ("string",) if isinstance(value, str) else ()


def _list_faults(shape: Each, tree: Items, path: Path) -> Iterator[DeployProblem]:
    seen: set[str] = set()
    for index, item in enumerate(tree.items):
        yield from faults(shape.item, item, (*path, str(index)))
        value = repr(plain(item)) if shape.unique else ""
        if value in seen:
            yield _fault(f"{_at(path)} has this item twice", item.place, path, "remove one of them")
        elif shape.unique:
            seen.add(value)


def _named_faults(shape: Named, tree: Table, path: Path) -> Iterator[DeployProblem]:
    for key, value in tree.entries.items():
        if re.search(shape.names, key):
            yield from faults(shape.value, value, (*path, key))
        elif shape.closed:
            place = tree.keys.get(key, value.place)
            what = "a name that is not allowed" if key else "an empty name"
            yield _fault(f"{_at(path)} has {what}", place, path)


def _key_faults(shape: Keys, tree: Table, path: Path) -> Iterator[DeployProblem]:
    for key, value in tree.entries.items():
        if key in shape.known:
            yield from faults(shape.known[key], value, (*path, key))
        elif shape.closed and not (shape.extensible and key.startswith("x-")):
            place = tree.keys.get(key, value.place)
            yield _fault(f"{_at(path)} has no such key", place, path, _meant(key, shape))
    for key in shape.required:
        if key not in tree.entries:
            yield _fault(f"{_at(path)} needs a key `{key}`", tree.place, path)


def _meant(key: str, shape: Keys) -> str | None:
    known = nearest(key, shape.known, max(1, allowed_steps(key)))
    return f"did you mean `{known}`?" if known else None


def _hint(tree: Tree) -> str | None:
    if not isinstance(tree, Leaf) or tree.style or tree.value is None or isinstance(tree.value, str):
        return None
    what = "a date" if isinstance(tree.value, datetime) else "a number or a boolean"
    return f"YAML reads it as {what}; put it in quotes"


def _allowed(shape: Shape) -> str:
    words: list[str] = []
    for one in _alternatives(shape):
        if isinstance(one, One) and one.any_case:
            words.append(_WORDS["boolean"])
        elif isinstance(one, One) and one.form:
            words.append("a string in the format that docker compose expects")
        elif isinstance(one, One) and one.choices:
            words += [f"`{choice}`" for choice in one.choices]
        elif isinstance(one, One):
            words += [_WORDS[kind] for kind in one.kinds]
        else:
            words.append(_WORDS["list" if isinstance(one, Each) else "table"])
    *others, last = dict.fromkeys(words)
    return f"{', '.join(others)} or {last}" if others else last


def _at(path: Path) -> str:
    """Return where `path` is, in words, without arbitrary keys, which could be anything."""
    if not path:
        return "a compose file"
    own = next((index for index, key in enumerate(path) if key in _WITH_OWN_KEYS), len(path))
    shown = f"`{printable('.'.join(path[: own + 1]))}`"
    return f"a value in {shown}" if len(path) > own + 1 else shown


def _fault(message: str, place: Place, path: Path, hint: str | None = None) -> DeployProblem:
    process = path[1] if path[:1] == ("services",) and len(path) > 1 else None
    name = path[_NAME_OF_VARIABLE] if path[2:3] == ("environment",) and len(path) > _NAME_OF_VARIABLE else None
    return refusal(DeployProblemKind.INVALID_STRUCTURE, message, place, hint=hint, process=process, name=name)
