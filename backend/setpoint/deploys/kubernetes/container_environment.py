"""Builds the environment of one container, as the kubelet does: `envFrom`, then `env` from top to bottom."""

import re
from collections.abc import Collection
from dataclasses import replace

from setpoint.deploys.deployment import DeployProblemKind, Given, Place
from setpoint.deploys.kubernetes.decoding import Decoder
from setpoint.deploys.kubernetes.expansion import expand
from setpoint.deploys.kubernetes.kustomize.not_followed import ALL, WHY
from setpoint.deploys.kubernetes.stored import StoredObject, StoredValue
from setpoint.deploys.kubernetes.tree import Leaf, Table, Tree
from setpoint.deploys.kubernetes.value_source import ValueSources
from setpoint.deploys.layers import Layers
from setpoint.envfile.draft import ExpansionLimit
from setpoint.envfile.source_text import Span
from setpoint.text.guarded import MASK
from setpoint.text.secret_values import is_token_as_name

_STRICT_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_NAME = re.compile(r"[ -<>-~]+")
_LIKE_ENV = {"environment", "environ", "envs", "envfrom", "env_from", "envFroms", "Env", "EnvFrom"}
_FIELDS = ("name", "value", "valueFrom")
_LINE_OF_A_FILE = re.compile(r"(?m)^(?:export )?[A-Za-z_]\w*=")
_SERVICE_VARIABLE = re.compile(
    r"(?P<service>[A-Z0-9_]+?)_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\w+)?)", re.ASCII
)


class ContainerEnvironment:
    """The environment of one container while it is being built.

    Attributes:
        elsewhere: Objects that give it variables but are not in a file.
    """

    def __init__(
        self,
        container: Table,
        sources: ValueSources,
        decoder: Decoder,
        services: Collection[str],
        changed: Collection[str] = (),
    ) -> None:
        """Start empty.

        Args:
            container: What the manifest says about it.
            sources: What its variables can come from.
            decoder: Records problems.
            services: Those whose addresses the cluster sets, such as `KUBERNETES`.
            changed: The names of the variables that a kustomization changes in ways that are not followed.
        """
        self._layers = Layers()
        self._known: dict[str, str] = {}
        self._limit = ExpansionLimit()
        self.elsewhere: list[str] = []
        self._container = container
        self._services = services
        self._changed = changed
        self._sources = sources
        self._decoder = decoder
        self._names: set[str | None] = set()

    @property
    def variables(self) -> dict[str, Given]:
        """Return what the container gets, by name."""
        return self._layers.variables()

    def fill(self) -> None:
        """Set everything that the container says, weakest first."""
        for key, place in self._container.keys.items():
            if key in _LIKE_ENV:
                self._report_unknown_field(place, None, "write `env` or `envFrom`")
        for item in self._decoder.items(self._container.at("envFrom"), "envFrom"):
            source = self._decoder.table(item, "envFrom")
            if source is not None:
                self._take_all(source)
        variables = self._decoder.items(self._container.at("env"), "env")
        self._names = {each.text("name") for each in variables if isinstance(each, Table)}
        for item in variables:
            variable = self._env_var(item)
            if variable is not None:
                self._take(variable)

    def _env_var(self, item: Tree) -> Table | None:
        variable = self._decoder.table(item, "env")
        if variable is None:
            message = "an item of `env` must be a mapping with `name`, and with `value` or `valueFrom`"
            self._decoder.refuse(DeployProblemKind.INVALID_STRUCTURE, message, item.place)
        return variable

    def _take_all(self, source: Table) -> None:
        prefix = self._decoder.text(source.at("prefix"), "prefix")
        kinds = [kind for kind in ("configMapRef", "secretRef") if isinstance(source.at(kind), Table)]
        if len(kinds) != 1:
            message = "an item of `envFrom` must have either `configMapRef` or `secretRef`"
            self._decoder.refuse(DeployProblemKind.INVALID_STRUCTURE, message, source.place)
            return
        reference = source.table(kinds[0])
        found = self._sources.object(kinds[0], reference)
        if found is not None:
            for key, stored in found.values.items():
                self._take_key(prefix + key, stored, found)
        elif not self._sources.is_optional(reference):
            self.elsewhere.append(self._sources.shown(kinds[0], reference))

    def _take_key(self, name: str, stored: StoredValue, found: StoredObject) -> None:
        place = stored.named or stored.place
        if not _NAME.fullmatch(name):
            message = "this key is not a valid variable name, so `envFrom` skips it"
            self._decoder.report(DeployProblemKind.SKIPPED_NAME, message, place)
            return
        if not _STRICT_NAME.fullmatch(name):
            message = (
                "the API server rejects this key, and `envFrom` skips it unless the cluster allows any printable name"
            )
            hint = "use only letters, digits, `_`, `-` and `.`, and do not begin with a digit"
            self._decoder.report(DeployProblemKind.SKIPPED_NAME, message, place, hint=hint)
        if (stored.style == "files" or "." in name) and _LINE_OF_A_FILE.search(stored.value):
            message = "the whole file becomes the value of one variable, named after the file"
            hint = "make the ConfigMap with `envs:`, or mount it as a file"
            self._decoder.report(DeployProblemKind.WHOLE_FILE_AS_VALUE, message, place, name, hint)
        self._give(self._sources.stored(name, stored, found, stored.named))

    def _take(self, variable: Table) -> None:
        named = variable.at("name")
        name = self._name(named)
        value = self._decoder.text(variable.at("value"), "value", name or None)
        source = self._decoder.table(variable.at("valueFrom"), "valueFrom")
        if not _NAME.fullmatch(name):
            message = "a variable needs a name of printable ASCII characters without `=`"
            self._decoder.refuse(DeployProblemKind.INVALID_STRUCTURE, message, (named or variable).place)
            return
        for key, place in variable.keys.items():
            if key not in _FIELDS:
                self._report_unknown_field(place, name, "write `name`, and either `value` or `valueFrom`")
        name_place = named.place if named is not None else None
        if value and source is not None:
            message = "a variable can't have both `value` and `valueFrom`"
            hint = "in the patch, add `valueFrom: null` next to the value, or `value: null`"
            self._decoder.refuse(DeployProblemKind.INVALID_STRUCTURE, message, source.place, name, hint)
        elif source is not None:
            given = self._sources.value_from(name, source, name_place)
            if given is not None:
                self._give(given)
        else:
            self._give_value(name, value, variable.at("value"), name_place)

    def _name(self, named: Tree | None) -> str:
        """Return the name of a variable; for an unquoted word that is a boolean, the intended name."""
        if not isinstance(named, Leaf) or not isinstance(named.value, bool):
            return self._decoder.text(named, "name")
        name = named.place.span.of(named.place.file.text)
        message = "without quotes this name is a boolean, which `kubectl` rejects"
        self._decoder.report(DeployProblemKind.NOT_A_STRING, message, named.place, name, "put it in quotes")
        return name

    def _give_value(self, name: str, value: str, written: Tree | None, named: Place | None) -> None:
        expanded = expand(value, self._known, self._limit)
        used = (self._layers.last(each) for each in expanded.used)
        unknown = next((given.unknown for given in used if given is not None and given.unknown), None)
        for reference in expanded.kept:
            service = _SERVICE_VARIABLE.fullmatch(reference)
            if service is not None and service["service"] in self._services:
                unknown = unknown or f"service variable {reference}"
            elif written is not None:
                self._report_kept(name, reference, written.place)
        place = written.place if written is not None else named
        self._give(Given(name, None if unknown else expanded.text, "env", place, unknown, named=named))

    def _report_kept(self, name: str, reference: str, place: Place) -> None:
        if self._layers.last(reference) is not None:
            why, hint = "the references expand to a value that is too large", "shorten them"
        elif reference == name:
            why, hint = "a variable can't refer to itself", "rename the variable that it builds on"
        elif reference in self._names:
            shown = MASK if is_token_as_name(reference) else reference
            why, hint = "the variable is set only further down", f"move `{shown}` above `{name}`"
        else:
            why, hint = "nothing sets a variable with this name", "write `$$(…)` if you mean the text itself"
        start = place.file.text.find(f"$({reference})", *place.span)
        if start >= 0:
            place = Place(place.file, Span(start, start + len(reference) + len("$()")))
        message = f"this reference is not expanded: {why}"
        self._decoder.report(DeployProblemKind.UNEXPANDED_REFERENCE, message, place, name, hint)

    def _report_unknown_field(self, place: Place, name: str | None, hint: str) -> None:
        message = "Kubernetes has no such field: the API server rejects it or silently drops it"
        self._decoder.report(DeployProblemKind.UNKNOWN_FIELD, message, place, name, hint)

    def _give(self, given: Given) -> None:
        if given.name in self._changed or ALL in self._changed:
            given = replace(given, value=None, unknown=WHY)
        self._layers.give(given)
        self._known[given.name] = given.value or ""
