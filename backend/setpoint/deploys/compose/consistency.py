"""Checks whether the services of a compose project have everything that they refer to."""

from collections.abc import Iterator

from setpoint.deploys.compose.refusal import refusal
from setpoint.deploys.compose.tree import Items, Leaf, Table, Tree, text_of
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place

_OF_A_SERVICE = "service:"
_HEALTHCHECKS = ("CMD", "CMD-SHELL", "NONE")


def inconsistencies(model: Table, enabled: frozenset[str]) -> Iterator[DeployProblem]:
    """Yield what docker compose refuses in the `enabled` services, or in what they share."""
    yield from _file_objects(model)
    services = model.table("services")
    for name, service in services.entries.items():
        if name in enabled and isinstance(service, Table):
            place = services.keys.get(name, service.place)
            yield from _without_image(name, service, place)
            yield from _undefined_resources(name, service, model)
            yield from _undefined_services(name, service, services, enabled)
            yield from _contradictions(name, service)
    yield from _circles(services, enabled)


def _without_image(name: str, service: Table, place: Place) -> Iterator[DeployProblem]:
    if not text_of(service.get("image")) and service.get("build") is None and service.get("provider") is None:
        message = "the service has neither `image` nor `build`"
        hint = "add one, or check this file together with the one that it overrides"
        yield refusal(DeployProblemKind.NO_IMAGE, message, place, hint=hint, process=name)


def _undefined_resources(name: str, service: Table, model: Table) -> Iterator[DeployProblem]:
    build = service.table("build")
    used = [
        ("networks", _names(service.get("networks"))),
        ("volumes", _volumes(service.get("volumes"))),
        ("secrets", [*_sources(service.get("secrets")), *_sources(build.get("secrets"))]),
        ("configs", _sources(service.get("configs"))),
        ("models", _names(service.get("models"))),
    ]
    for kind, names in used:
        defined = {*model.table(kind).entries, *(["default"] if kind == "networks" else [])}
        for wanted, place in names:
            if wanted not in defined:
                message = f"nothing with this name is defined under `{kind}`"
                yield refusal(DeployProblemKind.UNDEFINED_NAME, message, place, process=name)


def _undefined_services(name: str, service: Table, services: Table, enabled: frozenset[str]) -> Iterator[DeployProblem]:
    optional = {wanted for wanted, how in service.table("depends_on").entries.items() if _is_optional(how)}
    for wanted, place in _dependencies(service):
        if wanted not in services.entries or (wanted not in enabled and wanted not in optional):
            message = "it depends on a service that does not exist or whose profile is off"
            yield refusal(DeployProblemKind.UNDEFINED_NAME, message, place, process=name)


def _dependencies(service: Table) -> list[tuple[str, Place]]:
    """Return the services that `service` needs, explicitly or because of what it shares with them."""
    depends_on = service.get("depends_on")
    found = _names(depends_on)
    for key in ("network_mode", "ipc", "pid", "uts", "cgroup"):
        value = service.get(key)
        if value is not None and (text := text_of(value) or "").startswith(_OF_A_SERVICE):
            found.append((text.removeprefix(_OF_A_SERVICE), value.place))
    found += [(text.partition(":")[0], place) for text, place in _names(service.get("links"))]
    volumes_from = _names(service.get("volumes_from"))
    return found + [
        (text.partition(":")[0], place) for text, place in volumes_from if not text.startswith("container:")
    ]


def _is_optional(dependency: Tree) -> bool:
    required = dependency.get("required") if isinstance(dependency, Table) else None
    return isinstance(required, Leaf) and required.value is False


def _contradictions(name: str, service: Table) -> Iterator[DeployProblem]:
    mode, networks = service.get("network_mode"), service.get("networks")
    if text_of(mode) and networks is not None and _names(networks):
        message = "`network_mode` and `networks` can't be used together"
        yield refusal(DeployProblemKind.INVALID_STRUCTURE, message, networks.place, process=name)
    test = service.table("healthcheck").get("test")
    if isinstance(test, Items) and test.items and text_of(test.items[0]) not in _HEALTHCHECKS:
        message = "a list in `healthcheck.test` must begin with `CMD`, `CMD-SHELL` or `NONE`"
        yield refusal(DeployProblemKind.INVALID_STRUCTURE, message, test.place, process=name)


def _file_objects(model: Table) -> Iterator[DeployProblem]:
    """Yield secrets and configs that come from nowhere, or from several places."""
    for kind, sources in (("secrets", ("file", "environment")), ("configs", ("file", "environment", "content"))):
        for name, declared in model.table(kind).entries.items():
            given = [key for key in sources if isinstance(declared, Table) and key in declared.entries]
            elsewhere = isinstance(declared, Table) and {"external", "driver"} & declared.entries.keys()
            if len(given) > 1 or not (given or elsewhere):
                message = f"it needs one of {', '.join(f'`{key}`' for key in sources)}"
                place = model.table(kind).keys.get(name, declared.place)
                yield refusal(DeployProblemKind.INVALID_STRUCTURE, message, place)


def _circles(services: Table, enabled: frozenset[str]) -> Iterator[DeployProblem]:
    """Yield the services that depend on themselves, directly or indirectly."""
    needs = {
        name: {wanted for wanted, _ in _dependencies(service)} & enabled
        for name, service in services.entries.items()
        if name in enabled and isinstance(service, Table)
    }
    while free := [name for name, wanted in needs.items() if not wanted & needs.keys()]:
        for name in free:
            del needs[name]
    for name in needs:
        place = services.keys.get(name, services.place)
        message = "the services depend on each other in a cycle"
        yield refusal(DeployProblemKind.UNDEFINED_NAME, message, place, process=name)


def _names(tree: Tree | None) -> list[tuple[str, Place]]:
    """Return the strings of a list, or the keys of a mapping."""
    if isinstance(tree, Items):
        return [(text, item.place) for item in tree.items if (text := text_of(item)) is not None]
    if isinstance(tree, Table):
        return [(name, tree.keys.get(name, value.place)) for name, value in tree.entries.items()]
    return []


def _sources(tree: Tree | None) -> list[tuple[str, Place]]:
    """Return the names of secrets or configs in their short or long form."""
    items = tree.items if isinstance(tree, Items) else ()
    found = ((item.get("source") if isinstance(item, Table) else item, item.place) for item in items)
    return [(text, place) for source, place in found if (text := text_of(source)) is not None]


def _volumes(tree: Tree | None) -> list[tuple[str, Place]]:
    """Return the named volumes among those of a service, without paths and anonymous volumes."""
    found = []
    for item in tree.items if isinstance(tree, Items) else ():
        if isinstance(item, Table):
            source = text_of(item.get("source")) if text_of(item.get("type")) == "volume" else None
        else:
            source, colon, _ = (text_of(item) or "").partition(":")
            is_path = source.startswith((".", "/", "~", "\\")) or len(source) == len("C")
            source = source if colon and not is_path else None
        if source:
            found.append((source, item.place))
    return found
