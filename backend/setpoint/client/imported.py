"""Reads the JSON that other secret stores and configuration systems print, without ever quoting it."""

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from setpoint.errors import UnableError
from setpoint.text.escape import printable
from setpoint.text.join import joined
from setpoint.text.shown import is_name

_ENCRYPTED_BY_SSM = "AQICAH"
"""How a ciphertext of AWS KMS begins in base64."""
_ENCRYPTED_BY_SOPS = re.compile(r"ENC\[AES256_GCM,")
_KINDS = ("ConfigMap", "Secret")  # not a set: the output may be a list, which is not hashable
_OF_DOPPLER_ITSELF = {"DOPPLER_CONFIG", "DOPPLER_ENVIRONMENT", "DOPPLER_PROJECT"}


class Imported(NamedTuple):
    """What was read.

    Attributes:
        program: The program that printed it, for people.
        variables: Values by name; `repr` does not show them.
    """

    program: str
    variables: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<{len(self.variables)} variables of {self.program}>"


def read_imported(content: bytes) -> Imported:
    """Return the variables in the output of Doppler, Infisical, Vault, AWS SSM, kubectl or SOPS.

    Args:
        content: What the program printed.

    Raises:
        UnableError: It is not JSON, has no known shape, is still encrypted, or has a name twice.
    """
    found = _parsed(content)
    for program, reader in _SHAPES.items():
        if (pairs := reader(found)) is not None:
            return Imported(program, _once_each(program, pairs))
    *others, last = _SHAPES
    message = f"this is JSON, but not as {', '.join(others)} or {last} print it"
    raise UnableError(message)


Pairs = Sequence[tuple[str, object]]
Shape = Callable[[Any], Pairs | None]
"""Returns names with their values; None if the program prints another shape."""


def _parsed(content: bytes) -> object:
    try:
        return json.loads(
            content,
            object_pairs_hook=_object,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        message = f"this is not JSON: line {error.lineno}, column {error.colno}"
    except UnicodeDecodeError:
        message = "this is not JSON: it is not UTF-8"
    except RecursionError:
        message = "this JSON is nested too deep"
    raise UnableError(message) from None


class _Number:
    """A number as written: `1.10` stays `1.10`."""

    def __init__(self, text: str) -> None:
        self.text = text


def _refuse_constant(text: str) -> NoReturn:
    """Refuse `NaN` and `Infinity`, which Python accepts but RFC 8259 does not have."""
    message = f"this is not JSON: `{text}` is not a JSON value"
    raise UnableError(message)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    _refuse_twice(pairs)
    return dict(pairs)


def _once_each(program: str, pairs: Pairs) -> Mapping[str, str]:
    _refuse_twice(pairs)
    return {name: _text(program, name, each) for name, each in pairs}


def _refuse_twice(pairs: Pairs) -> None:
    times = Counter(name for name, _ in pairs)
    if repeated := [_shown(name) for name, number in times.items() if number > 1]:
        message = f"more than one value for {joined(repeated)}"
        raise UnableError(message)


def _shown(name: str) -> str:
    return f"`{printable(name)}`" if is_name(name, has_value=True) else "a name that can't be shown"


def _text(program: str, name: str, found: object) -> str:
    """Return the text of a value: anything but a string becomes the same JSON."""
    if isinstance(found, str):
        return found
    if isinstance(found, _Number):
        return found.text
    if found is None:
        message = f"{_shown(name)} has no value in what {program} printed; you may lack permission to read it"
        raise UnableError(message)
    try:
        return _written(found)
    except RecursionError:
        message = f"{_shown(name)} is nested too deep"
        raise UnableError(message) from None


def _written(found: object) -> str:
    """Return JSON in which each number is written as before."""
    if isinstance(found, _Number):
        return found.text
    if isinstance(found, dict):
        return f"{{{','.join(f'{_written(key)}:{_written(each)}' for key, each in found.items())}}}"
    if isinstance(found, list):
        return f"[{','.join(map(_written, found))}]"
    return json.dumps(found, ensure_ascii=False)


def _doppler(found: Any) -> Pairs | None:
    """`doppler secrets --json`, or `download --format json`, which is recognised by what Doppler adds."""
    if not isinstance(found, dict) or not found:
        return None
    if all(isinstance(each, dict) and "computed" in each for each in found.values()):
        return [(name, each["computed"]) for name, each in found.items() if name not in _OF_DOPPLER_ITSELF]
    if found.keys() >= _OF_DOPPLER_ITSELF:
        return [(name, each) for name, each in found.items() if name not in _OF_DOPPLER_ITSELF]
    return None


def _infisical(found: Any) -> Pairs | None:
    """`infisical export --format=json`, or the answer of its API."""
    listed = found.get("secrets") if isinstance(found, dict) else found
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        return None
    for name, value in (("key", "value"), ("secretKey", "secretValue")):
        if all(isinstance(each.get(name), str) and value in each for each in listed):
            return [(each[name], each[value]) for each in listed]
    return None


def _vault(found: Any) -> Pairs | None:
    """`vault kv get -format=json`, for both versions of the engine."""
    if not isinstance(found, dict) or not {"request_id", "lease_id", "data"} <= found.keys():
        return None
    data = found["data"]
    if isinstance(data, dict) and data.keys() == {"data", "metadata"}:
        data = data["data"]
    if not isinstance(data, dict):
        message = "what Vault printed has no data; the version may be deleted"
        raise UnableError(message)
    return [*data.items()]


def _ssm(found: Any) -> Pairs | None:
    """`aws ssm get-parameters-by-path` or `get-parameters`; a name is the last part of a path."""
    listed = found.get("Parameters") if isinstance(found, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) and "Name" in each for each in listed):
        return None
    if found.get("NextToken"):
        message = "this is one page of several; run the AWS CLI without `--no-paginate` to print all of them"
        raise UnableError(message)
    if missing := found.get("InvalidParameters"):
        message = f"AWS SSM did not find {joined([_shown(_last_part(each)) for each in missing])}"
        raise UnableError(message)
    for each in listed:
        if each.get("Type") == "SecureString" and str(each.get("Value", "")).startswith(_ENCRYPTED_BY_SSM):
            message = "a SecureString is still encrypted; print it with `--with-decryption`"
            raise UnableError(message)
    return [(_last_part(each["Name"]), each.get("Value")) for each in listed]


def _last_part(path: object) -> str:
    return str(path).rpartition("/")[2]


def _kubectl(found: Any) -> Pairs | None:
    """`kubectl get secret,configmap NAME… -o json`; later objects override earlier ones, as in `envFrom`."""
    if not isinstance(found, dict) or "kind" not in found or "apiVersion" not in found:
        return None
    objects = found.get("items") if found["kind"] == "List" else [found]
    if not isinstance(objects, list) or not objects:
        message = "kubectl printed no object"
        raise UnableError(message)
    merged: dict[str, object] = {}
    for each in objects:
        if not isinstance(each, dict) or each.get("kind") not in _KINDS:
            message = "only a ConfigMap or a Secret has variables"
            raise UnableError(message)
        merged.update(_decoded(each) if each["kind"] == "Secret" else _entries(each, "data"))
    return [*merged.items()]


def _entries(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    entries = found.get(key) or {}
    if isinstance(entries, dict):
        return entries
    message = f"`{key}` of what kubectl printed is not an object"
    raise UnableError(message)


def _decoded(secret: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, text in _entries(secret, "data").items():
        try:
            yield name, base64.b64decode(str(text), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            message = f"{_shown(name)} of a Secret is not text in base64"
            raise UnableError(message) from None
    yield from _entries(secret, "stringData").items()


def _sops(found: Any) -> Pairs | None:
    """`sops decrypt --output-type json`, which is any object of names and values."""
    if not isinstance(found, dict) or not found:
        return None
    if "sops" in found or any(_ENCRYPTED_BY_SOPS.match(str(each)) for each in found.values()):
        message = "this is still encrypted; print it with `sops decrypt --output-type json FILE`"
        raise UnableError(message)
    return [*found.items()]


_SHAPES: Mapping[str, Shape] = {
    "Doppler": _doppler,
    "Infisical": _infisical,
    "Vault": _vault,
    "AWS SSM": _ssm,
    "kubectl": _kubectl,
    "SOPS": _sops,
}
