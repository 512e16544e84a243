"""The service asks contracts themselves: quickly where nothing is wrong, in full where something is."""

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from pydantic import Field, SecretStr, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.contracts.ready_contract import ReadyContract
from app.contracts.validator import ContractValidator
from app.domain.errors import InvalidError
from app.domain.revision import Schema
from app.domain.validation import Outcome
from setpoint import FileVariables
from setpoint.contract.document.admission import InadmissibleContractError, admit
from setpoint.contract.document.identity import digest
from setpoint.contract.document.manifest import settings_manifest
from setpoint.contract.settings_class import SettingsContract
from setpoint.sources.env_file import parse_env_file
from support.configuration_service import ADA
from support.small_contract import Contract, contract

CANARY = "c4n4ry-0f-the-c0ntracts"


def schema(made: Contract) -> Schema:
    """Return a contract as it is stored."""
    return Schema("billing", made.digest, made.document, "1.0", ADA, datetime.now(UTC))


PLAIN = schema(contract(PORT="integer!", DEBUG="truth", API_KEY="secret", NAME="text"))


def test_variables_that_a_contract_takes_are_valid() -> None:
    """As far as the schema says, where the class checks more."""
    validator = ContractValidator()
    assert validator.validate(PLAIN, {"PORT": "1"}).outcome is Outcome.VALID
    more = validator.validate(schema(contract(("port",), PORT="integer")), {"PORT": "1"})
    assert (more.outcome, more.unchecked) == (Outcome.VALID_AS_FAR_AS_THE_SCHEMA_SAYS, ("port",))


class Routes(BaseSettings):
    """Settings of which one text can have any number of faults."""

    weights: list[int] = []
    routes: list[Annotated[int, Field(le=1)] | Annotated[int, Field(le=2)] | Annotated[int, Field(le=3)]] = []


def _of(settings_class: type[BaseSettings]) -> Schema:
    document = settings_manifest(SettingsContract.of(settings_class))
    return schema(Contract(document, json.loads(document)["digest"]))


def test_more_faults_than_anybody_reads_are_counted() -> None:
    """To explain each of them would take minutes; what the app takes is taken, however long."""
    validator, routes = ContractValidator(), _of(Routes)
    long = {"ROUTES": json.dumps(["x"] * 12_000)}
    told = [("too-many-faults", "the values have 36,000 faults, too many to list")]
    assert [(each.code, each.message) for each in validator.validate(routes, long).problems] == told
    with pytest.raises(InvalidError):
        validator.check(routes, parse_env_file("x", f"ROUTES={long['ROUTES']}".encode(), {}))
    assert not validator.validate(routes, {"WEIGHTS": json.dumps([1] * 12_000)}).problems
    one = validator.validate(routes, {"WEIGHTS": "[", "ROUTES": '["x"]'}).problems
    assert {each.variable for each in one} == {"WEIGHTS", "ROUTES"}


def test_a_value_with_too_many_parts_for_its_type_is_named() -> None:
    """Each part may be a fault for each part of the type, and all of them have to fit into memory."""
    parts: Any = {f"k{at}": (int, ...) for at in range(100)}
    one: Any = create_model("One", **parts)
    wide = create_model("Wide", __base__=BaseSettings, all_of_them=(dict[str, one], ...))
    texts = {"ALL_OF_THEM": json.dumps({str(at): {} for at in range(6_000)})}
    (told,) = ContractValidator().validate(_of(wide), texts).problems
    assert (told.code, "`all_of_them`" in told.message) == ("value-too-complex", True)


def test_all_that_is_wrong_is_told_without_a_value() -> None:
    """In the words of `check`, whatever a value looks like; a quote or a line end in it is nothing but a character."""
    values = {"PORT": f"'{CANARY}", "DEBUG": f"{CANARY}\n# x", "API_KEY": CANARY, "NAME": "a'b\"c\n$D", "PROT": CANARY}
    found = ContractValidator().validate(PLAIN, values)
    assert [(each.variable, each.code, each.message) for each in found.problems] == snapshot(
        [
            ("PORT", "SP401", "`PORT` is not an integer"),
            ("DEBUG", "SP401", "`DEBUG` is neither true nor false"),
            ("PROT", "SP301", "no setting reads `PROT`"),
        ]
    )
    assert CANARY[:6] not in repr(found)


class InFile(FileVariables):
    """A secret that may be in a file of its own."""

    password: SecretStr
    port: int = 1


class InDirectory(BaseSettings):
    """The same in a directory."""

    model_config = SettingsConfigDict(secrets_dir="/nowhere")

    password: SecretStr
    port: int = 1


@pytest.mark.parametrize(
    ("settings_class", "variables", "codes"),
    [
        (InFile, {"PASSWORD_FILE": "/dev/zero"}, []),
        (InFile, {"password_file": "/dev/zero", "PORT": "x"}, ["SP401"]),
        (InFile, {}, ["SP302"]),
        (InDirectory, {}, []),
        (InDirectory, {"PORT": "x"}, ["SP401"]),
    ],
)
def test_what_may_be_in_a_file_on_another_machine_is_not_missing(
    settings_class: type[BaseSettings], variables: dict[str, str], codes: list[str]
) -> None:
    """Nothing that a stranger names is opened here, so that the answer says what it leaves open."""
    document = settings_manifest(SettingsContract.of(settings_class))
    made = schema(Contract(document, json.loads(document)["digest"]))
    found = ContractValidator().validate(made, variables)
    assert [each.code for each in found.problems] == codes
    assert found.unchecked == ("values in separate files",)
    assert ContractValidator().shown(made, ["PORT", "API_KEY", "API_KEY_FILE"]) == {"PORT"}


def test_a_name_is_a_secret_or_none_in_upper_and_in_lower_case() -> None:
    """As the class takes it: one that tells them apart knows no `port`, and what is not known is not shown."""
    names = ["port", "Name", "api_key", "API_KEY", "other"]
    assert ContractValidator().shown(PLAIN, names) == {"port", "Name"}
    assert ContractValidator().same(PLAIN, "debug", "1", "true")
    document = json.loads(PLAIN.document)
    document["reading"]["case_sensitive"] = True
    strict = schema(Contract(json.dumps(document), digest(document)))
    assert ContractValidator().shown(strict, [*names, "PORT"]) == {"PORT"}


@pytest.mark.parametrize(
    ("name", "old", "new", "is_same"),
    [
        ("DEBUG", "1", "true", True),
        ("DEBUG", "1", "0", False),
        ("PORT", " 7 ", "7", True),
        ("NAME", "a", "A", False),
        ("OTHER", "a", "a", False),
        ("PORT", "x", "x", False),
    ],
)
def test_two_texts_are_one_value_or_not(name: str, old: str, new: str, is_same: bool) -> None:  # noqa: FBT001 - a table
    """By the type of the setting; what nobody knows is never the same."""
    assert ContractValidator().same(PLAIN, name, old, new) is is_same


def test_what_is_pushed_and_never_used_again_is_forgotten() -> None:
    """Memory does not grow with the contracts that somebody pushes."""
    validator = ContractValidator()
    for at in range(50):
        validator.shown(schema(contract(**{f"NAME_{at}_{number}": "text" for number in range(1_500)})), ["NAME"])
    ready = vars(validator)["_ready"].values()
    assert 1 < len(ready) < 50
    assert sum(each.size for each in ready) <= 2 << 20


def test_what_is_no_contract_is_refused_with_its_reasons() -> None:
    """Each of them, in words that quote nothing of it."""
    with pytest.raises(InvalidError) as refused:
        ContractValidator().admit(f'["{CANARY}", "\ud800"]')
    assert [each.message for each in refused.value.problems] == [
        "it is not a JSON object; `setpoint schema` writes one"
    ]


_NAMES = st.sampled_from(
    ["port", "model_config", "__class__", "a b", "", "é", "self", "json", "class", "x" * 300, "\0", "\ud800"]
)
_LIMITS: list[dict[str, Any]] = [
    {},
    {"minimum": 1},
    {"minLength": 2},
    {"pattern": "^a"},
    {"maxItems": 1},
    {"minProperties": 1},
]
_TYPES = ["integer", "number", "string", "boolean", "null", "array", "object"]
_TYPE: list[dict[str, Any]] = [{}, *({"type": each} for each in _TYPES)]
_MORE: list[dict[str, Any]] = [{}, {"enum": ["a", 1, None, True]}, {"default": {"a": []}}, {"description": "\0"}]
_LEAVES = st.builds(lambda *parts: parts[0] | parts[1] | parts[2], *map(st.sampled_from, (_TYPE, _LIMITS, _MORE)))
_SCHEMAS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.dictionaries(_NAMES, inner, max_size=3).map(lambda parts: {"type": "object", "properties": parts}),
        st.builds(lambda part: {"type": "array", "items": part}, inner),
        st.builds(lambda part: {"type": "object", "additionalProperties": part}, inner),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"anyOf": parts}),
    ),
    max_leaves=6,
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Make what somebody could upload in place of a contract."""
    properties = draw(st.dictionaries(_NAMES, _SCHEMAS, max_size=4))
    document = json.loads(contract(PORT="integer").document)
    document["schema"] |= {"properties": properties, "required": draw(st.lists(_NAMES, max_size=2))}
    document["schema"]["title"] = draw(st.sampled_from(["Settings", "", "a b", "\0", "x" * 9_000, "é"]))
    keys = [*properties, "other"]
    names = draw(st.lists(st.sampled_from([*(key.upper() for key in keys), "N"]), max_size=4))
    document["variables"] = {name: [draw(st.sampled_from(keys))] for name in names}
    document["secrets"] = list(document["variables"])[:1]
    document["checked_by_class_alone"] = draw(st.sampled_from([[], [{"place": [], "reason": CANARY}]]))
    reading = {
        "nested_delimiter": draw(st.sampled_from([None, "__", ""])),
        "nested_max_split": draw(st.sampled_from([None, 0, 1])),
    }
    document["reading"] |= {
        **reading,
        "prefix": draw(st.sampled_from(["", "N"])),
        "file_variables": draw(st.booleans()),
    }
    return {**document, "digest": digest(document)}


@given(
    documents(),
    st.dictionaries(
        st.sampled_from(["N", "N__A", "N__B__C", "PORT", "OTHER", "M"]),
        st.sampled_from(["1", "[]", '{"a": {}}', "", "x"]),
    ),
)
def test_a_contract_that_was_admitted_can_be_asked(document: dict[str, Any], variables: dict[str, str]) -> None:
    """Whoever has written it: no file makes it fail, and it never takes quickly what a check in full refuses."""
    content = json.dumps(document)
    try:
        admit(content.encode())
    except InadmissibleContractError:
        return
    ready = ReadyContract(schema(Contract(content, document["digest"])))
    file = parse_env_file("prod.env", "".join(f"{name}='{text}'\n" for name, text in variables.items()).encode(), {})
    report = ready.check(file)
    if ready.takes(variables):
        assert not [each for each in report.diagnostics if re.match("SP(302|401|404)", each.code)]
