"""What other secret stores and configuration systems print, as their documentation shows it."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from setpoint.client.imported import read_imported
from setpoint.errors import UnableError

SECRET = "c4n4ry-of-the-imports"
ENCODED = base64.b64encode(SECRET.encode()).decode()
BOTH = {"PORT": "8080", "API_KEY": SECRET}
DOPPLER_ITSELF = {"DOPPLER_PROJECT": "billing", "DOPPLER_ENVIRONMENT": "prd", "DOPPLER_CONFIG": "prd"}

PRINTED = {
    "doppler secrets download --no-file --format json": ("Doppler", {**BOTH, **DOPPLER_ITSELF}),
    "doppler secrets --json": (
        "Doppler",
        {
            name: {"computed": text, "computedVisibility": "masked", "note": "", "raw": text}
            for name, text in {**BOTH, **DOPPLER_ITSELF}.items()
        },
    ),
    "infisical export --format=json": (
        "Infisical",
        [{"key": name, "workspace": "w", "value": text, "type": "shared", "_id": "1"} for name, text in BOTH.items()],
    ),
    "the API of Infisical": (
        "Infisical",
        {"secrets": [{"secretKey": name, "secretValue": text, "version": 1} for name, text in BOTH.items()]},
    ),
    "vault kv get -format=json, version 2": (
        "Vault",
        {
            "request_id": "r",
            "lease_id": "",
            "lease_duration": 0,
            "renewable": False,
            "data": {"data": BOTH, "metadata": {"version": 3, "destroyed": False}},
            "warnings": None,
        },
    ),
    "vault kv get -format=json, version 1": (
        "Vault",
        {"request_id": "r", "lease_id": "", "lease_duration": 2764800, "renewable": False, "data": BOTH},
    ),
    "aws ssm get-parameters-by-path --with-decryption": (
        "AWS SSM",
        {
            "Parameters": [
                {"Name": "/billing/production/PORT", "Type": "String", "Value": "8080", "Version": 1},
                {"Name": "/billing/production/API_KEY", "Type": "SecureString", "Value": SECRET, "Version": 2},
            ]
        },
    ),
    "kubectl get secret app -o json": (
        "kubectl",
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "data": {"PORT": base64.b64encode(b"8080").decode(), "API_KEY": ENCODED},
            "type": "Opaque",
        },
    ),
    "kubectl get configmap,secret -o json": (
        "kubectl",
        {
            "apiVersion": "v1",
            "kind": "List",
            "items": [
                {"apiVersion": "v1", "kind": "ConfigMap", "data": {"PORT": "8080", "API_KEY": "below"}},
                {"apiVersion": "v1", "kind": "Secret", "data": {"API_KEY": ENCODED}},
            ],
        },
    ),
    "sops decrypt --output-type json": ("SOPS", BOTH),
}


@pytest.mark.parametrize("command", PRINTED)
def test_what_a_program_prints_is_read(command: str) -> None:
    """Without what the program adds of its own; no `repr` shows a value."""
    program, printed = PRINTED[command]
    imported = read_imported(json.dumps(printed).encode())
    assert (imported.program, imported.variables) == (program, BOTH)
    assert SECRET not in repr(imported)


def test_what_is_no_string_is_the_text_that_stands_for_it() -> None:
    """A number as it was written, and a structure as the JSON that a settings class reads."""
    printed = b'{"RATE": 1.10, "BIG": 12345678901234567890, "ON": true, "DB": {"port": 5432, "r": 0.5}, "L": ["a", 1]}'
    assert read_imported(printed).variables == {
        "RATE": "1.10",
        "BIG": "12345678901234567890",
        "ON": "true",
        "DB": '{"port":5432,"r":0.5}',
        "L": '["a",1]',
    }
    nested = f'{{"i":{"9" * 5_000},"r":1e999}}'
    assert read_imported(f'{{"DB": {nested}}}'.encode()).variables == {"DB": nested}


REFUSED = [
    ("PORT=8080\n", snapshot("this is not JSON: line 1, column 1")),
    ('{"A": "x",\n "B": }', snapshot("this is not JSON: line 2, column 7")),
    ('{"A": NaN}', snapshot("this is not JSON: `NaN` is not a JSON value")),
    ("[" * 100_000, snapshot("this JSON is nested too deep")),
    ("[]", snapshot("this is JSON, but not as Doppler, Infisical, Vault, AWS SSM, kubectl or SOPS print it")),
    ("8080", snapshot("this is JSON, but not as Doppler, Infisical, Vault, AWS SSM, kubectl or SOPS print it")),
    (f'{{"A": "{SECRET}", "A": "x"}}', snapshot("more than one value for `A`")),
    (
        json.dumps([{"key": "A", "value": SECRET}, {"key": "A", "value": "x"}]),
        snapshot("more than one value for `A`"),
    ),
    (
        json.dumps({"Parameters": [{"Name": f"/{path}/A", "Value": SECRET} for path in "xy"]}),
        snapshot("more than one value for `A`"),
    ),
    (
        json.dumps({"Parameters": [{"Name": "/x/A", "Type": "SecureString", "Value": "AQICAHh" + "a" * 40}]}),
        snapshot("a SecureString is still encrypted; print it with `--with-decryption`"),
    ),
    (
        json.dumps({"Parameters": [], "InvalidParameters": ["/x/B"]}),
        snapshot("AWS SSM did not find `B`"),
    ),
    (
        json.dumps({"Parameters": [{"Name": "/x/A", "Value": SECRET}], "NextToken": "t"}),
        snapshot("this is one page of several; run the AWS CLI without `--no-paginate` to print all of them"),
    ),
    (
        json.dumps({"A": "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]", "sops": {"version": "3.9"}}),
        snapshot("this is still encrypted; print it with `sops decrypt --output-type json FILE`"),
    ),
    (
        json.dumps({"request_id": "r", "lease_id": "", "data": {"data": None, "metadata": {}}}),
        snapshot("what Vault printed has no data; the version may be deleted"),
    ),
    (
        json.dumps({"A": {"computed": None, "note": SECRET}}),
        snapshot("`A` has no value in what Doppler printed; you may lack permission to read it"),
    ),
    (
        json.dumps({"apiVersion": "v1", "kind": "Secret", "data": {"A": SECRET}}),
        snapshot("`A` of a Secret is not text in base64"),
    ),
    (
        json.dumps({"apiVersion": "apps/v1", "kind": "Deployment"}),
        snapshot("only a ConfigMap or a Secret has variables"),
    ),
    (json.dumps({"apiVersion": "v1", "kind": "List", "items": []}), snapshot("kubectl printed no object")),
]


@pytest.mark.parametrize(("printed", "said"), REFUSED)
def test_what_can_not_be_read_is_a_sentence_without_a_value(printed: str, said: str) -> None:
    """It says what to do where that is known."""
    with pytest.raises(UnableError) as refused:
        read_imported(printed.encode())
    assert str(refused.value) == said
    assert SECRET not in str(refused.value)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["Secret", "List", "ConfigMap", "v1", "/a/B", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "kind", "items", "apiVersion", "Parameters", "Name", "sops", "key", "value", "A"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_any_json_is_variables_or_a_sentence(printed: object) -> None:
    """Whatever shape it has."""
    try:
        imported = read_imported(json.dumps(printed).encode())
    except UnableError:
        return
    assert all(isinstance(text, str) for text in imported.variables.values())
