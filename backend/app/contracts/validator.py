"""The port `SchemaValidator` on exported contracts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from threading import Lock

from app.apart import Apart
from app.contracts.ready_contract import ReadyContract, check_syntax
from app.contracts.unwritten_file import as_file
from app.domain.described import Described
from app.domain.errors import InvalidError
from app.domain.revision import Schema
from app.domain.validation import Fault, Validation
from setpoint.application.compare_programs import Comparison, compare_programs
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.contract.document.admission import InadmissibleContractError, admit
from setpoint.contract.no_settings import ANY_NAME, no_settings
from setpoint.sources.env_file import EnvFile

_LARGEST_TOGETHER = 2 << 20
"""In characters of documents: some hundreds of typical contracts; each takes forty times that in memory."""
_MOST_EXPLAINED = 64
_OTHER_CASE = "the app does not tell it from another name, because only the case differs; remove one of them"


class ContractValidator:
    """What contracts say about variables; those asked most recently are kept ready."""

    def __init__(self) -> None:
        """Start without any contract."""
        self._ready: dict[str, ReadyContract] = {}
        self._explained: dict[bytes, Validation] = {}
        self._lock = Lock()
        self._apart = Apart()

    def admit(self, document: str) -> str:
        """Return the digest of a contract that may be stored.

        Raises:
            InvalidError: It is not one, or one that could do harm.
        """
        try:
            admitted = self._apart.run(partial(admit, document.encode("utf-8", "surrogatepass")))
        except InadmissibleContractError as error:
            problems = tuple(Fault(None, "inadmissible-contract", each) for each in error.reasons)
            raise InvalidError(problems, "the contract is refused") from None
        return str(admitted["digest"])

    def passed(self, schema: Schema, variables: Mapping[str, str]) -> Validation | None:
        """Return the answer if nothing is wrong with `variables`; None if that can't be told quickly."""
        ready = self._of(schema)
        return ready.passed if ready.takes(variables) else None

    def accepts(self, schema: Schema, variables: Mapping[str, str]) -> bool:
        """Return whether the app would start with `variables`; names that it does not know are not in its way."""
        return self._of(schema).compiled.values(variables) is not None

    def validate(self, schema: Schema, variables: Mapping[str, str]) -> Validation:
        """Return what is wrong with `variables`, and which checks only the app's own class makes.

        Usually nothing is wrong, which can be told quickly; the reasons take a full check. They are remembered for a
        while: a write asks for them before it begins, and again while nobody else can write.
        """
        ready = self._of(schema)
        if ready.takes(variables):
            return ready.passed
        key = _fingerprint(schema, variables)
        with self._lock:
            known = self._explained.get(key)
        if known is None:
            known = self.explain(schema, variables)
            with self._lock:
                self._explained[key] = known
                while len(self._explained) > _MOST_EXPLAINED:
                    del self._explained[next(iter(self._explained))]
        return known

    def explain(self, schema: Schema, variables: Mapping[str, str]) -> Validation:
        """Return what is wrong with `variables`, which is slow."""
        ready = self._of(schema)
        if overwhelming := self._apart.run(lambda: ready.overwhelming(variables)):
            return Validation(overwhelming, ready.passed.unchecked)
        found = self._apart.run(lambda: ready.check(as_file(variables))).diagnostics
        problems = tuple(_problem(each) for each in found if each.severity is Severity.ERROR or _is_twice(each))
        return Validation(problems, ready.passed.unchecked)

    def check(self, schema: Schema | None, file: EnvFile) -> Report:
        """Return what is wrong with an env file, as `setpoint check --schema` would report it; this is slow.

        Raises:
            InvalidError: So much is wrong with its values that it would take too long to say.
        """
        if schema is None:
            return check_syntax(file)
        ready = self._of(schema)
        if overwhelming := ready.overwhelming(file.variables):
            raise InvalidError(overwhelming)
        return ready.check(file)

    def compare(self, schema: Schema | None, path: str, content: bytes, loaders: Sequence[str]) -> Comparison:
        """Return what programs read in the bytes of an env file, and what is wrong with it; this is slow."""
        if schema is None:
            return compare_programs(no_settings(), path, content, loaders, ignored=ANY_NAME)
        return compare_programs(self._of(schema).contract(), path, content, loaders)

    def described(self, schema: Schema, names: Sequence[str] = ()) -> Mapping[str, Described]:
        """Return what `schema` says in words about its variables, and about those of `names` that are keys of them."""
        ready = self._of(schema)
        return self._apart.run(lambda: ready.described(names))

    def known(self, schema: Schema) -> frozenset[str]:
        """Return the names of the variables."""
        return self._of(schema).compiled.names

    def shown(self, schema: Schema, names: Iterable[str]) -> frozenset[str]:
        """Return those of `names` that are known not to be secrets."""
        return self._of(schema).compiled.shown(names)

    def same(self, schema: Schema, name: str, old: str, new: str) -> bool:
        """Return whether two texts of a variable mean the same value to the app."""
        return self._of(schema).compiled.same(name, old, new)

    def _of(self, schema: Schema) -> ReadyContract:
        with self._lock:
            ready = self._ready.pop(schema.digest, None) or ReadyContract(schema)
            self._ready[schema.digest] = ready
            while len(self._ready) > 1 and sum(each.size for each in self._ready.values()) > _LARGEST_TOGETHER:
                del self._ready[next(iter(self._ready))]
        return ready


def _fingerprint(schema: Schema, variables: Mapping[str, str]) -> bytes:
    told = json.dumps([schema.app, schema.digest, [*variables.items()]])
    return sha256(told.encode()).digest()


def _is_twice(diagnostic: Diagnostic) -> bool:
    """Return whether one of two values would be lost, which is a warning for a file."""
    return diagnostic.name == "duplicate-variable"


def _problem(diagnostic: Diagnostic) -> Fault:
    if _is_twice(diagnostic):  # a set has each name only once, and no lines
        return Fault(diagnostic.variable, diagnostic.code, diagnostic.message, _OTHER_CASE)
    return Fault(diagnostic.variable, diagnostic.code, diagnostic.message, diagnostic.advice or "")
