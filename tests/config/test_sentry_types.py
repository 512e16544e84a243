"""DSN, sample rate, environment and release names are taken as Sentry takes them, and refused where it would not."""

import math
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from sentry_sdk.utils import Dsn

from config.sentry_types import EnvironmentName, ReleaseName, SampleRate, SentryDsn


class Model(BaseModel):
    """One field of each type."""

    dsn: SentryDsn | None = None
    rate: SampleRate = 0
    environment: EnvironmentName = "e"
    release: ReleaseName = "r"


def _reason(**values: object) -> str | None:
    """Return why `values` are refused, None if they are not."""
    try:
        Model(**values)  # type: ignore[arg-type]  # what is refused is what is tested
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return None


REFUSED_DSNS = {
    "": "the scheme is missing",
    "   ": "it contains whitespace",
    "key@sentry.example/1": "the scheme is missing",
    "://key@sentry.example/1": "the scheme is neither `https` nor `http`",
    "ftp://key@sentry.example/1": "the scheme is neither `https` nor `http`",
    "HTTPS://key@sentry.example/1": "the scheme is neither `https` nor `http`",
    "https://sentry.example/1": "the public key is missing",
    "https://@sentry.example/1": "the public key is missing",
    "https://:secret@sentry.example/1": "the public key is missing",
    "https://k%20y@sentry.example/1": "the public key contains an invalid character",
    "https://key:@sentry.example/1": "the public key contains an invalid character",
    "https://key@/1": "the host is missing",
    "https://key@:443/1": "the host is missing",
    "https://key@sentry\\example/1": "the host is neither a host name nor an IPv4 address",
    "https://key@[::1]/1": "the host is neither a host name nor an IPv4 address",
    "https://key@sentry.example:0/1": "the port is not a number from 1 to 65535",
    "https://key@sentry.example:99999/1": "the port is not a number from 1 to 65535",
    "https://key@sentry.example:/1": "the port is not a number from 1 to 65535",
    "https://key@sentry.example:x/1": "the port is not a number from 1 to 65535",
    "https://key@sentry.example": "the project id is missing",
    "https://key@sentry.example/": "the project id is missing",
    "https://key@sentry.example/1/": "it ends in `/`, where the project id belongs",
    "https://key@sentry.example/project": "the project id is not a number",
    "https://key@sentry.example/-1": "the project id is not a number",
    "https://key@sentry.example/+1": "the project id is not a number",
    "https://key@sentry.example/1_0": "the project id is not a number",
    "https://key@sentry.example/\u0661": "the project id is not a number",
    "https://key@sentry.example/" + "1" * 21: "the project id is not a number",
    "https://key@sentry.example/a%b/1": "the path before the project id contains an invalid character",
    "https://key@sentry.example/1?x=1": "it ends in a query or a fragment",
    "https://key@sentry.example/1#x": "it ends in a query or a fragment",
    "https://key@sentry .example/1": "it contains whitespace",
    " https://key@sentry.example/1": "it contains whitespace",
    "https://key@sentry.example/1\n": "it contains whitespace",
    '"https://key@sentry.example/1"': "it is wrapped in quotes",
    "'https://key@sentry.example/1'": "it is wrapped in quotes",
}


@pytest.mark.parametrize(("text", "reason"), REFUSED_DSNS.items(), ids=[ascii(text) for text in REFUSED_DSNS])
def test_a_dsn_that_would_not_deliver_is_refused_by_the_part_that_is_wrong(text: str, reason: str) -> None:
    """The SDK takes many of these and then delivers nothing, without a word."""
    assert _reason(dsn=text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "https://key@sentry.example/1",
        "http://key@localhost:9000/1",
        "https://public:secret@o1.ingest.sentry.example/4505",
        "https://key@127.0.0.1/behind/a/path/42",
        "https://a-b_C9@sentry.example:65535/1",
    ],
)
def test_a_dsn_in_its_usual_forms_is_taken(text: str) -> None:
    """As Sentry shows them, self-hosted ones and relays included."""
    assert _reason(dsn=text) is None


words = st.text(string.ascii_letters + string.digits, min_size=1, max_size=8)
odd_characters = st.sampled_from([*"@:/?#[]%+-._~ \\'\"\t\n\0", "\u0661", "\xe9"])
near_dsns = st.builds(
    "{}://{}@{}{}{}/{}".format,
    st.sampled_from(["http", "https"]),
    st.one_of(words, st.builds("{}:{}".format, words, words)),
    st.one_of(words, st.builds("{}.{}".format, words, words), st.just("127.0.0.1")),
    st.one_of(st.just(""), st.integers(-1, 70_000).map(":{}".format)),
    st.one_of(st.just(""), words.map("/{}".format)),
    st.one_of(st.integers(0, 10**22).map(str), words),
)


@st.composite
def spoilt_dsns(draw: st.DrawFn) -> str:
    """Draw a DSN with an odd character put in somewhere."""
    text: str = draw(near_dsns)
    at = draw(st.integers(0, len(text)))
    return f"{text[:at]}{draw(odd_characters)}{text[at:]}"


@given(st.one_of(near_dsns, spoilt_dsns(), st.text()))
@example("https://key:secret@host:1/a/b/2")
def test_whatever_we_take_the_sdk_takes_in_the_same_way(text: str) -> None:
    """What the settings promise is what the transport uses."""
    if _reason(dsn=text) is not None:
        return
    dsn = Dsn(text)
    scheme, _, rest = text.partition("://")
    keys, _, address = rest.partition("/")[0].rpartition("@")
    host, _, port = address.partition(":")
    path, _, project = rest.partition("/")[2].rpartition("/")
    public, _, secret = keys.partition(":")
    assert (dsn.scheme, dsn.public_key, dsn.secret_key) == (scheme, public, secret or None)
    assert (dsn.host, dsn.port) == (host.lower(), int(port) if port else {"http": 80, "https": 443}[scheme])
    assert (dsn.path.strip("/"), dsn.project_id) == (path, str(int(project)))


@given(near_dsns)
def test_a_dsn_never_shows_its_keys(text: str) -> None:
    """Host and project are enough to recognise it."""
    if _reason(dsn=text) is not None:
        return
    shown = f"{Model(dsn=text)!r} {Model(dsn=text).dsn}"  # type: ignore[arg-type]  # as the environment gives it
    assert "://********@" in shown
    assert text.partition("@")[0] not in shown


@pytest.mark.parametrize("rate", ["nan", "inf", "-inf", "1.5", "-1", "-0.0001", "ten", "", "1,0", "0x1", "1e9"])
def test_a_rate_that_would_turn_tracing_off_is_refused(rate: str) -> None:
    """The SDK says nothing about it."""
    assert _reason(rate=rate) is not None


@pytest.mark.parametrize(("rate", "value"), [("0", 0), ("1", 1), ("0.5 ", 0.5), ("1e-3", 0.001), ("1.0", 1)])
def test_a_rate_from_0_to_1_is_taken_as_a_number(rate: str, value: float) -> None:
    """A text would turn tracing off as well."""
    found = Model(rate=rate).rate  # type: ignore[arg-type]  # as the environment gives it
    assert isinstance(found, float)
    assert math.isclose(found, value)


@pytest.mark.parametrize(
    ("name", "is_taken"),
    [
        ("production", True),
        ("a" * 64, True),
        ("caf\xe9-2", True),
        ("a" * 65, False),
        ("", False),
        ("None", False),
        ("a/b", False),
        ("a b", False),
        ("a\nb", False),
        ("a\u00a0b", False),
    ],
)
def test_an_environment_is_named_as_sentry_takes_it(name: str, *, is_taken: bool) -> None:
    """Sentry drops other names, or the events with them."""
    assert (_reason(environment=name) is None) is is_taken


@pytest.mark.parametrize(
    ("name", "is_taken"),
    [
        ("setpoint@1.4.0+7d3f2a1", True),
        ("a" * 200, True),
        ("with space", True),
        ("a" * 201, False),
        ("", False),
        (" ", False),
        (".", False),
        ("..", False),
        (" .. ", False),
        ("a/b", False),
        ("a\\b", False),
        ("a\tb", False),
        ("a\nb", False),
    ],
)
def test_a_release_is_named_as_sentry_takes_it(name: str, *, is_taken: bool) -> None:
    """Sentry drops other names."""
    assert (_reason(release=name) is None) is is_taken
