"""Which settings and which values are never shown."""

import json
import time
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, Secret, create_model
from pydantic_settings import BaseSettings

from setpoint.contract.secrecy import is_out_of_place, is_secret
from setpoint.contract.secret_texts import texts_in
from setpoint.contract.settings_class import SettingsContract
from setpoint.text.guarded import Guarded
from setpoint.text.secret_values import looks_secret
from support.checking import checked


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://user:pass@host/db",
        "redis://:pass@host",
        "https://key@host/1",
        '{"password": "x"}',
        "{'api_key': 'x'}",
        "host=h password=x",
        '{"pass\\u0077ord": "x"}',
        '[{"dbPassword" : "x"}]',
        '{"x-api-key": "goosedown"}',
        "api-key=goosedown,team=x",
        "-Xmx1g -Ddb.password=goosedown",
        "--user u --password goosedown",
        "curl -u me:goosedown https://h",
        "machine h login me password goosedown",
        "db.example:5432:*:app:goosedown",
        "*:*:*:app:goosedown",
        "tokens:goosedown",
        "password:read",
        '{"auths": {"h": {"auth": "bWU6Z29vc2Vkb3du"}}}',
        '{"Authorization": "Bearer goosedown"}',
        "Bearer goosedown",
        "mssql+pyodbc:///?odbc_connect=Driver%3DX%3BPwd%3Dgoosedown",
        "https://x.blob.example/c?sv=2020&sig=goosedown%3D",
        "https://hooks.slack.com/services/T0/B0/goosedown",
        "https://discord.com/api/webhooks/1/goosedown",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        "sk_live_goosedown",
        '["SG.goosedowngoosedown.goosedown"]',
        "-Dregion=x -Did=AKIAGOOSEDOWNGOOSE12",
        "Basic bWU6Z29vc2Vkb3du",
        "https://api.telegram.example/bot123456789:AAgoosedowngoosedown12/x",
        "$2b$12$goosedowngoosedown",
        "me:$apr1$goose$down",
        "glsa_goosedowngoosedown",
        "password=471183",
        "password=true-love-waits",
        '{"password": "true love waits"}',
        "password=null and void",
        "login=true,password=goosedown",
        "mysql -uroot -pgoosedown shop",
        "mysqldump --single-transaction -h db -u root -p'goose down' shop > /backup.sql",
        '/usr/bin/mysqladmin -p"goosedown" ping',
        "mariadb-dump -pgoosedown shop",
        "sshpass -p goosedown ssh me@host",
        "mongosh --quiet -u me -p goosedown",
        "docker login -u me -p goosedown registry.example",
        "helm registry login h -p goosedown",
        "redis-cli -h db -a goosedown ping",
        "ldapsearch -x -D cn=me -w goosedown",
        "7z a -pgoosedown a.7z b",
        "zip -r -P goosedown a.zip b",
        "openssl enc -aes-256-cbc -pass pass:goosedown",
        "clusters:\n- user:\n    client-key-data: goosedown",
        '["--api-token", "goosedown", "-v"]',
        "['redis-cli', '-a', 'goosedown', 'ping']",
        '["mysqldump","-pgoosedown"]',
        "sp_goosedown123_goosedowngoosedowngoose",
    ],
)
def test_a_value_that_holds_credentials_is_known(value: str) -> None:
    """A URL or an object can hold a password under any name; docker leaves the quotes around it."""
    assert looks_secret(value)
    assert looks_secret(f"'{value}'")
    assert looks_secret(json.dumps(value))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "8080",
        "a@b.example",
        "https://host:80/path",
        '{"team": "x"}',
        "12:30",
        "a=b",
        '["Z\\u00fcrich"]',
        "https://login.example/oauth/token?response_type=code",
        "docker run -u 1000:1000 --max-tokens 5 image",
        "npm_config_registry",
        "SG.internal.example",
        "ASIAPACIFIC",
        "ASIAPACIFICREGION",
        "sk-learn-models",
        "-----BEGIN CERTIFICATE-----",
        "Basic authentication",
        "--token-file /run/token",
        "tokens:write",
        "openid tokens:read,secrets:write",
        "2001:0:3:4:5:6:7:8",
        "arn:aws:s3:::bucket",
        "registry.example/app:1.2@sha256:0123456789abcdef",
        '{"tokens": 512, "model": "x"}',
        "costs $1 or $2",
        '{"tokenRefresh": false, "require-password": "TRUE"}',
        "password=true&apiKey=null",
        "password=false user=shop",
        "mysql -uroot -p shop",
        "mysql -h db -P3306 --protocol=tcp shop",
        "mysql -p",
        "docker run -p8080:80 -p 81:81 mysql",
        "ssh -p22 me@host",
        "mkdir -p /srv/mysql",
        "mysqladmin --print-defaults",
        "gunicorn -p /run/pid app:app",
        "docker login -u me --password-stdin registry.example",
        "redis-cli -h db ping",
        "zip -r a.zip b",
        "a bypass: none",
        "client-certificate-data: LS0tLS1CRUdJTiB",
        "key-value",
        '["--token-file", "/run/token", "--token", "--verbose"]',
        '["docker", "run", "-p", "80:80", "mysql"]',
        '["Bearer", "ApiKeyAuth", "-"]',
    ],
)
def test_a_harmless_value_is_shown(value: str) -> None:
    """Seeing it is half of mending it."""
    assert not looks_secret(value)


@pytest.mark.parametrize(
    ("name", "annotation", "secret"),
    [
        ("ACCESS_TOKEN_EXPIRE_MINUTES", int, False),
        ("accessTokenLifetime", timedelta | None, False),
        ("PASSWORD_MIN_LENGTH", Annotated[int, Field(ge=8)], False),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", str, False),
        ("MAX_TOKENS", int, False),
        ("prompt_tokens", int, False),
        ("TOKENS", list[str], True),
        ("SECRET_KEY", Path, False),
        ("REQUIRE_PASSWORD", bool, False),
        ("TOKEN_EXPIRY", int, False),
        ("TOKEN_GENERATION", int, False),
        ("ACCESS_TOKEN_TTL", Secret[int], True),
        ("PASSWORD", int, True),
        ("MINUTES_PASSWORD", int, True),
    ],
)
def test_how_long_and_how_many_is_no_secret(name: str, annotation: object, *, secret: bool) -> None:
    """A number that is one says so: by its type and by the last word of its name."""
    model = create_model("Model", **{name: (annotation, ...)})  # type: ignore[call-overload]  # names are data here
    assert is_secret([name], model.model_fields[name]) is secret


class Level(Enum):
    """One of a few words."""

    LOW = "low"


@pytest.mark.parametrize("kind", [int, float | None, bool, Level, Literal["a", "b"], list[int] | None])
@pytest.mark.parametrize(
    ("value", "is_hidden"),
    [
        ("q8Zr2vLkT0m3", True),
        ("kXwvQzmWncRt", True),
        ("3f2504e04f89", True),
        ("q8Zr2vLkT0m3 # what the bank knows us by", True),
        ("abcdefghijklmnopqrstuvwxyz", True),
        ("8000 # behind the proxy", False),
        ("ten", False),
        ("-1e999", False),
        ("123456789012345678901", False),
        ("2026-11-25", False),
        ("verbose-json", False),
        ("Production", False),
        ("10.0.0.1:80", False),
    ],
)
def test_a_secret_behind_the_name_of_a_number_or_a_word_is_hidden(kind: Any, value: str, is_hidden: bool) -> None:  # noqa: FBT001 - a table
    """It is most often a slip between two lines; no value that such a setting takes looks like that."""
    field = create_model("Made", value=(kind, ...)).model_fields["value"]
    assert is_out_of_place(value, field) is is_hidden


def test_one_of_the_allowed_words_is_in_its_place() -> None:
    """The dotted name of an engine is long, and has a digit."""
    kind: Any = Literal["engines.sqlite3", "engines.mysql8"]
    field = create_model("Made", value=(kind, ...)).model_fields["value"]
    assert not is_out_of_place("engines.sqlite3", field)
    assert is_out_of_place("engines.sqlite4", field)


HEXADECIMAL, BASE64 = "9f86d081884c7d659a2feaa0c55ad015", "q8Zr2vLkT0m3Yx7Wb1Nc/5Hd9Gf4+Js6Pa0Qe2Rt="
BARE: list[tuple[str, Any, str, bool]] = [
    ("auth", str, HEXADECIMAL, True),
    ("magic", str | None, HEXADECIMAL.upper(), True),
    ("phrase", str, BASE64, True),
    ("phrase", str, f"\u00a0{HEXADECIMAL}", True),
    ("sentry", str, "Zk3vQ9xLw7Rb2Ht5Yp8Nc1Md4Gf6Js0Qa-_e", True),
    ("git_auth", str, HEXADECIMAL, True),
    ("host_cookie", str, BASE64, True),
    ("image_pull", str, BASE64, True),
    ("labels", dict[str, str], HEXADECIMAL, False),
    *((name, str, HEXADECIMAL, False) for name in ("client_id", "git_sha", "GIT_COMMIT", "image_digest", "trace_id")),
    *((name, str, BASE64, False) for name in ("public_key", "content_hash", "integrity", "release", "site_key")),
    ("page", str, "/opt/Service/releases/20241031/current", False),
    ("page", str, "a-very-long-name-of-a-service-in-2024", False),
    ("page", str, "12345678901234567890123456789012", False),
    ("page", str, "TheQuickBrownFoxJumpsOverTheLazyDog2024", False),
    ("page", str, "deadbeefdeadbeef", False),
]


@pytest.mark.parametrize(("name", "kind", "value", "hidden"), BARE)
def test_a_long_key_under_a_name_that_does_not_say_what_it_is_is_hidden(
    name: str,
    kind: Any,
    value: str,
    hidden: bool,  # noqa: FBT001 - a table
) -> None:
    """It is more often a secret than a number that people look at; an id, a digest or a commit is known by its name."""
    fields: dict[str, Any] = {name: (kind, ...)}
    settings_class = create_model("Made", __base__=BaseSettings, **fields)
    variable = SettingsContract.of(settings_class).variables[0]
    assert variable.shows(variable.name, Guarded(value)) is not hidden
    assert variable.shows(variable.name, Guarded(f'"{value}"')) is not hidden


@pytest.mark.parametrize("kind", [str, list[str], int | str, Any])
def test_what_takes_any_text_takes_anything(kind: Any) -> None:
    """A host or a path may look like a token."""
    assert not is_out_of_place("q8Zr2vLkT0m3", create_model("Made", value=(kind, ...)).model_fields["value"])


@pytest.mark.parametrize(
    "piece", [":", "a:", '{"a":', "PASS", "TOKEN ", "a@", "  ", "password", "\\", "mysql ", "zip -r ", "mysql -", '["-']
)
def test_a_long_value_is_gone_through_once(piece: str) -> None:
    """Whatever it is made of; a pattern that begins anywhere takes hours."""
    value = piece * (130_000 // len(piece))
    started = time.process_time()
    looks_secret(value)
    is_out_of_place(value, create_model("Made", value=(int, ...)).model_fields["value"])
    assert time.process_time() - started < 20


class ManyKeys(BaseSettings):
    """A setting of many keys."""

    options: dict[str, int] = {}


def test_thousands_of_findings_about_one_value_look_through_it_once() -> None:
    """Whether it may be shown is the same for all of them."""
    text = json.dumps({f"key{number}": "x" for number in range(4000)})
    started = time.process_time()
    assert len(checked(f"OPTIONS={text}\n", settings_class=ManyKeys).diagnostics) == 4000
    assert time.process_time() - started < 30


class NamedLikeMethods(BaseModel):
    """Its fields are named like what mappings have."""

    model_config = ConfigDict(extra="allow")

    keys: list[str]
    items: str
    values: dict[str, str]


def test_the_texts_of_a_model_are_found_whatever_its_fields_are_called() -> None:
    """`dict` would take a field called `keys` for a method."""
    made = NamedLikeMethods.model_validate({"keys": ["a"], "items": "b", "values": {"c": "d"}, "more": "e"})
    assert [*texts_in(made)] == ["a", "b", "d", "e"]
