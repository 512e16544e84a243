import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.deploys.compose.go_text import go_text
from setpoint.deploys.yaml_tree.go_scalars import WrongTagError, go_value
from setpoint.deploys.yaml_tree.nodes import YamlScalar
from setpoint.envfile.source_text import Span


def _scalar(text: str, style: str = "", tag: str | None = None) -> YamlScalar:
    return YamlScalar(text, Span(0, len(text)), style, tag)


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("1.10", "1.1"),
        ("1.0", "1"),
        ("5.", "5"),
        (".5", "0.5"),
        (".5e3", "500"),
        ("0755", "493"),
        ("08", "8"),
        ("0o17", "15"),
        ("0o8", "0o8"),
        ("0xff", "255"),
        ("0b11", "3"),
        ("-0b11", "-3"),
        ("1_000", "1000"),
        ("1_0.5", "10.5"),
        ("+5", "5"),
        ("-0", "0"),
        ("-0.0", "-0"),
        ("1e3", "1000"),
        ("1E6", "1e+06"),
        ("100000.5", "100000.5"),
        ("1234567.0", "1.234567e+06"),
        ("123456789.125", "1.23456789125e+08"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("9007199254740993", "9007199254740993"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "1.8446744073709552e+19"),
        ("-9223372036854775809", "-9.223372036854776e+18"),
        ("1e400", "1e400"),
        (".inf", "+Inf"),
        ("-.INF", "-Inf"),
        (".NaN", "NaN"),
        ("True", "true"),
        ("FALSE", "false"),
        ("yes", "yes"),
        ("off", "off"),
        ("12:30", "12:30"),
        ("2020-13-01", "2020-13-01"),
        ("2020-01-01T10:00", "2020-01-01T10:00"),
        ("2020-01-01", "2020-01-01 00:00:00 +0000 UTC"),
        ("2020-1-2T3:4:5.25+02:00", "2020-01-02 03:04:05.25 +0200 +0200"),
        ("2020-1-2 3:4:5", "2020-01-02 03:04:05 +0000 UTC"),
        ("~", "<nil>"),
        ("NULL", "<nil>"),
        ("-", "-"),
        (".", "."),
    ],
)
def test_a_plain_scalar_is_rewritten_as_go_does(written: str, given: str) -> None:
    """What a container gets of `NAME: written`."""
    assert go_text(go_value(_scalar(written))) == given


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        (_scalar("1.10", '"'), "1.10"),
        (_scalar("1.10", tag="!"), 1.1),
        (_scalar("1.10", tag="tag:yaml.org,2002:str"), "1.10"),
        (_scalar("5", '"', "tag:yaml.org,2002:int"), 5),
        (_scalar("5", tag="tag:yaml.org,2002:float"), 5.0),
        (_scalar("2020-01-01", tag="!own"), "2020-01-01"),
        (_scalar("aMOpbGxv", tag="tag:yaml.org,2002:binary"), "h\u00e9llo"),
    ],
)
def test_quotes_and_tags_decide_before_the_text(scalar: YamlScalar, value: object) -> None:
    """A quoted value is a string, a tag of YAML's own says what it is, any other tag makes it a string."""
    found = go_value(scalar)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("text", "tag"), [("x", "int"), ("yes", "bool"), ("1", "timestamp"), ("%", "binary")])
def test_a_scalar_that_is_not_what_its_tag_says_is_refused(text: str, tag: str) -> None:
    """The message names the tag and not the value."""
    with pytest.raises(WrongTagError, match=tag):
        go_value(_scalar(text, tag=f"tag:yaml.org,2002:{tag}"))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_written_in_its_shortest_form(number: float) -> None:
    """It reads back as the same number, with as few digits as do."""
    text = go_text(number)
    assert float(text) == number
    assert math.copysign(1, float(text)) == math.copysign(1, number)
    assert len(text.strip("-").partition("e")[0].replace(".", "").strip("0")) <= len(
        repr(number).strip("-").partition("e")[0].replace(".", "").strip("0")
    )


@given(st.text(max_size=12))
def test_any_text_has_a_value(text: str) -> None:
    """No text ends in an exception."""
    assert isinstance(go_text(go_value(_scalar(text))), str)
