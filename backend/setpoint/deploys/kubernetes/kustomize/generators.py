"""Makes ConfigMaps and Secrets from literals, env files and whole files, as kustomize's generators do."""

import base64
import re
from collections.abc import Iterator

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.deploys.file_tree import FileTree
from setpoint.deploys.kubernetes.kustomize.fields import KustomizeError
from setpoint.deploys.kubernetes.manifest import Manifest
from setpoint.deploys.kubernetes.stored import SECRET
from setpoint.deploys.kubernetes.tree import Items, Leaf, Table, Tree
from setpoint.envfile.source_text import SourceText, Span, first_bad_byte

_LINE = re.compile(r"([^\n]*?)\r?(?:\n|\Z)")
_LONGEST_LINE = 64 * 1024
_BYTE_ORDER_MARK = "\ufeff"
_QUOTES = ('"', "'")

Pair = tuple[str, Leaf, Place | None]
"""A key, its value, and where the key is written."""


def generated(kind: str, args: Table, tree: FileTree, folder: str, problems: list[DeployProblem]) -> Manifest:
    """Return the object that a generator makes.

    Args:
        kind: `ConfigMap` or `Secret`.
        args: What the kustomization says about it.
        tree: The files.
        folder: The folder of the kustomization, below which its files must be.
        problems: Collects what is silently lost.

    Raises:
        KustomizeError: kustomize refuses it.
    """
    name = args.text("name")
    if not name:
        message = "a generator needs a `name`"
        raise KustomizeError(message, args.place)
    data: dict[str, Tree] = {}
    keys: dict[str, Place] = {}
    for key, leaf, place in _pairs(args, tree, folder, problems):
        if key in data:
            message = f"the {kind} `{name}` gets this key twice, so kustomize rejects the kustomization"
            raise KustomizeError(message, place or leaf.place)
        if kind != SECRET and first_bad_byte(str(leaf.value)) is not None:
            continue  # it becomes `binaryData`, which variables can't get
        data[key] = _encoded(leaf) if kind == SECRET else leaf
        if place is not None:
            keys[key] = place
    place = (args.at("name") or args).place
    entries: dict[str, Tree] = {"kind": Leaf(kind, place), "data": Table(data, args.place, keys)}
    return Manifest(kind, name, args.text("namespace"), Table(entries, args.place), place)


def _encoded(leaf: Leaf) -> Leaf:
    content = str(leaf.value).encode("utf-8", "surrogateescape")
    return Leaf(base64.b64encode(content).decode(), leaf.place, leaf.style)


def _pairs(args: Table, tree: FileTree, folder: str, problems: list[DeployProblem]) -> Iterator[Pair]:
    for named in (*_texts(args, "envs"), *_texts(args, "env")):
        yield from _of_env_file(_read(named, str(named.value), tree, folder), problems)
    for literal in _texts(args, "literals"):
        yield _of_literal(literal)
    for source in _texts(args, "files"):
        key, path = _named_file(source)
        file = _read(source, path, tree, folder)
        yield key, Leaf(file.text, Place(file, Span(0, len(file.text))), "files"), None


def _texts(args: Table, key: str) -> Iterator[Leaf]:
    """Yield the strings of a list, or a single string."""
    found = args.at(key)
    for item in found.items if isinstance(found, Items) else (found,):
        if isinstance(item, Leaf) and isinstance(item.value, str):
            yield item
        elif item is not None and not (isinstance(item, Leaf) and item.value is None and found is item):
            message = f"`{key}` of a generator must be a list of strings"
            raise KustomizeError(message, item.place)


def _read(source: Leaf, path: str, tree: FileTree, folder: str) -> SourceText:
    full = f"{folder.rstrip('/')}/{path}"
    try:
        if path.startswith("/") or not f"{tree.real(full)}/".startswith(f"{tree.real(folder).rstrip('/')}/"):
            message = "this file is outside the kustomization's folder, and kustomize does not read it"
            raise KustomizeError(message, source.place)
        return tree.read(full)
    except OSError as error:
        message = f"this file can't be read: {error.strerror}"
        raise KustomizeError(message, source.place) from None


def _of_env_file(file: SourceText, problems: list[DeployProblem]) -> Iterator[Pair]:
    """Yield the variables of an env file: everything after the `=` is the value, including quotes and comments."""
    begin = len(_BYTE_ORDER_MARK) if file.text.startswith(_BYTE_ORDER_MARK) else 0
    for line in _LINE.finditer(file.text, begin):
        if len(line[1].encode("utf-8", "surrogateescape")) >= _LONGEST_LINE:
            message = "this line has 64 KiB or more, so kustomize silently drops it and everything after it"
            place = Place(file, Span(line.start(1), line.start(1) + 1))
            problems.append(DeployProblem(DeployProblemKind.ENV_FILE_LINE, message, place))
            return
        text = line[1].lstrip()
        if first_bad_byte(line[1]) is not None:
            message = "this line is not UTF-8, so kustomize rejects the file"
            raise KustomizeError(message, Place(file, Span(*line.span(1))))
        name, equal_sign, value = text.partition("=")
        if not name or text.startswith("#"):
            continue
        start = line.end(1) - len(text)
        at = start + len(name) + len(equal_sign)
        place = Place(file, Span(at, at + len(value)))
        yield name, Leaf(value, place, "envs"), Place(file, Span(start, start + len(name)))


def _of_literal(literal: Leaf) -> Pair:
    name, equal_sign, value = str(literal.value).partition("=")
    if not name or not equal_sign:
        message = "a literal of a generator must be `NAME=value`"
        raise KustomizeError(message, literal.place)
    if len(value) > 1 and value[0] in _QUOTES and value[0] == value[-1]:
        value = value[1:-1]
    file, span = literal.place
    if literal.style:
        return name, Leaf(value, literal.place, "literals"), None
    at = span.start + len(name) + 1
    named = Place(file, Span(span.start, span.start + len(name)))
    return name, Leaf(value, Place(file, Span(at, span.end)), "literals"), named


def _named_file(source: Leaf) -> tuple[str, str]:
    key, equal_sign, path = str(source.value).partition("=")
    if not equal_sign:
        return key.rpartition("/")[2], key
    if not key or not path or "=" in path:
        message = "a file of a generator must be `path` or `key=path`, without another `=`"
        raise KustomizeError(message, source.place)
    return key, path
