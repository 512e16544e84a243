"""What a contract says of durations, dates, UUIDs and URLs is what pydantic takes."""

import json
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    UUID4,
    AmqpDsn,
    AnyUrl,
    AwareDatetime,
    ConfigDict,
    Field,
    FileUrl,
    HttpUrl,
    KafkaDsn,
    MongoDsn,
    NatsDsn,
    PastDate,
    PostgresDsn,
    RedisDsn,
    UrlConstraints,
    ValidationError,
    create_model,
)
from pydantic_settings import BaseSettings

from setpoint.contract.document.admission import InadmissibleContractError, admit
from setpoint.contract.document.compiled import CompiledContract
from setpoint.contract.document.exported import settings_class_of
from setpoint.contract.document.identity import digest
from setpoint.contract.document.manifest import as_json
from setpoint.contract.settings_class import SettingsContract


class Feed(AnyUrl):
    """An app's own kind of URL."""

    _constraints = UrlConstraints(max_length=20, allowed_schemes=["feed", "https"])


class Odd(AnyUrl):
    """One whose scheme is none by the standard."""

    _constraints = UrlConstraints(allowed_schemes=["my_feed"])


class Many(AnyUrl):
    """One with more schemes than a message could list."""

    _constraints = UrlConstraints(allowed_schemes=[f"feed{at}" for at in range(40)])


class Checked(AnyUrl):
    """An app's own kind of URL, of which only the app knows what it takes."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return that of a URL."""
        return super().__get_pydantic_core_schema__(source, handler)


EXACT: list[Any] = [timedelta, datetime, date, time, UUID, AnyUrl, HttpUrl, FileUrl, Feed, HttpUrl | None, date | int]
EXACT += [PostgresDsn, RedisDsn, NatsDsn, MongoDsn, KafkaDsn, AmqpDsn]

TEXTS = [
    *(
        "30",
        "-1",
        "1.5",
        "1e3",
        "PT30S",
        "P1D",
        "-P1DT2H",
        "1 day",
        "1 00:00:30",
        "00:90",
        "24:00",
        "12:30",
        "12:30:00Z",
    ),
    *("2026-11-27", "2026-11-27T00:00:00", "2026-11-27T12:00:00+01:00", "2026-02-30", "20261127", " 2026-11-27"),
    *("0" * 32, "00000000-0000-0000-0000-00000000000g", "urn:uuid:00000000-0000-0000-0000-000000000001", "", "null"),
    *(
        "https://h",
        "HTTPS://H",
        " https://h ",
        "ht\ttps://h",
        "https:h",
        "https://",
        "https://h:65536",
        "https://h/a b",
    ),
    *("feed://" + "h" * 12, "feed://" + "h" * 13, "file:///etc", "redis://", "redis:///1", "postgres://a,b:1/d"),
    *("postgresql:///d", "postgres://u:p@/d", "nats://h", "mailto:a@b", "//h", "https://é.example", "https://[::1"),
]


def _document(kind: Any, **config: Any) -> dict[str, Any]:
    made = create_model("Made", __base__=BaseSettings, field=(kind, ...))
    made.model_config = ConfigDict(**config)  # type: ignore[typeddict-item]  # whatever a test gives
    return as_json(SettingsContract.of(made))


def _takes(model: type[BaseSettings], name: str, text: str) -> bool:
    try:
        model.model_validate({name: text})
    except ValidationError:
        return False
    return True


def _three(kind: Any, text: str) -> tuple[bool, bool, bool]:
    """Return whether the class takes a text, and both things that are made of its contract."""
    document = _document(kind)
    assert admit(json.dumps(document).encode()) == document
    return (
        _takes(create_model("Made", __base__=BaseSettings, field=(kind, ...)), "field", text),
        _takes(settings_class_of(document, "shop"), "FIELD", text),
        CompiledContract(document).values({"FIELD": text}) is not None,
    )


@given(st.sampled_from(EXACT), st.sampled_from(TEXTS) | st.text(alphabet="0123456789-:.PTDHMS+Zhtps/@ ", max_size=24))
def test_a_contract_takes_what_the_class_takes_and_nothing_else(kind: Any, text: str) -> None:
    """It says that the class knows no more."""
    assert _document(kind)["checked_by_class_alone"] == []
    of_class, *of_contract = _three(kind, text)
    assert of_contract == [of_class, of_class]


@pytest.mark.parametrize(
    "kind",
    [AwareDatetime, PastDate, UUID4, Checked, Odd, Many, Annotated[AnyUrl, UrlConstraints(max_length=9)]],
    ids=str,
)
def test_what_takes_less_than_its_format_is_left_to_the_class(kind: Any) -> None:
    """Its contract takes any text."""
    document = _document(kind)
    assert document["schema"]["properties"]["field"].keys() <= {"writeOnly"}
    assert [each["place"] for each in document["checked_by_class_alone"]] == [["field"]]
    assert admit(json.dumps(document).encode()) == document


def test_limits_of_a_duration_are_left_to_the_class() -> None:
    """JSON has no number for them; that it is a duration is said."""
    document = _document(Annotated[timedelta, Field(ge=timedelta(seconds=1))])
    assert document["schema"]["properties"] == {"field": {"type": "string", "format": "duration"}}
    assert document["checked_by_class_alone"] == [{"place": ["field"], "reason": "constraint"}]


def test_a_class_that_reads_numbers_as_milliseconds_is_not_second_guessed() -> None:
    """The contract would take them for seconds."""
    assert _document(date, val_temporal_unit="milliseconds")["schema"]["properties"] == {"field": {}}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "string", "format": "ipv4"}, "`format` in its schema has an invalid value"),
        ({"type": "string", "format": ["date"]}, "`format` in its schema has an invalid value"),
        ({"type": "integer", "format": "date"}, "does not fit its type"),
        ({"format": "date"}, "does not fit its type"),
        ({"type": "string", "format": "date", "pattern": "x"}, "does not fit its type"),
        ({"type": "string", "format": "date", "maxLength": 3}, "does not fit its type"),
        ({"type": "string", "format": "uuid", "schemes": ["a"]}, "does not fit its type"),
        ({"type": "string", "schemes": ["a"]}, "does not fit its type"),
        ({"type": "string", "hostRequired": True}, "does not fit its type"),
        ({"type": "string", "format": "uri", "minLength": 3}, "does not fit its type"),
        *(
            ({"type": "string", "format": "uri", "schemes": each}, "`schemes` in its schema has an invalid value")
            for each in ([], ["a"] * 33, ["a" * 33], [1], "a", ["a\n"], ["1a"], None)
        ),
    ],
)
def test_what_no_class_has_is_not_let_in(schema: dict[str, Any], reason: str) -> None:
    """Each is a sentence, never a failure."""
    document = _document(int)
    document["schema"]["properties"] = {"field": schema}
    with pytest.raises(InadmissibleContractError, match=reason):
        admit(json.dumps({**document, "digest": digest(document)}).encode())
