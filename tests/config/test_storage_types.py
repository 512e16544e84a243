"""Which databases and keys the service takes, and what is said of others."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from config.storage_types import KEY_BYTES, DatabaseUrl, EncryptionKeys, parse_keys

KEY = base64.b64encode(b"k" * KEY_BYTES).decode()
CANARY = "cafe0dd5ecre7"
REFUSED_KEYS = {
    "": "entry 1 is not `id:key`, with 32 bytes in base64 as the key",
    KEY: "entry 1 is not `id:key`, with 32 bytes in base64 as the key",
    f":{KEY}": "entry 1 is not `id:key`, with 32 bytes in base64 as the key",
    f"{CANARY} 1:{KEY}": "entry 1 is not `id:key`, with 32 bytes in base64 as the key",
    f"a:{KEY},b:{CANARY}": "entry 2 is not `id:key`, with 32 bytes in base64 as the key",
    f"a:{KEY},": "entry 2 is not `id:key`, with 32 bytes in base64 as the key",
    f"a:{base64.b64encode(b'k' * 16).decode()}": "entry 1 is not `id:key`, with 32 bytes in base64 as the key",
    f"a:{KEY},a:{KEY}": "entry 2 has the same id as another one",
}
URLS = [
    "sqlite:///var/setpoint.db",
    "sqlite:////srv/setpoint.db",
    "postgresql://localhost/setpoint",
    "postgres:///setpoint",
    "postgresql+psycopg://u:p@a:5432,b:5433/name?target_session_attrs=read-write",
    "postgresql://u@/name?host=/run/postgresql",
]
REFUSED_URLS = {
    "'sqlite:///a'": "it is wrapped in quotes",
    "sqlite:///a b": "it contains whitespace",
    "setpoint.db": "the scheme is missing",
    f"mysql://{CANARY}@a/b": "its scheme is not that of a supported database",
    "sqlite://a.db": "a file comes after three slashes, `sqlite:///path`",
    "sqlite://": "it names no file, and what is stored would be lost",
    "sqlite:///:memory:": "it names no file, and what is stored would be lost",
    "sqlite:///?mode=memory": "it names no file, and what is stored would be lost",
    "postgresql://": "neither a host nor a database is named",
}


def _refusal(kind: type, text: str) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(text)
    return str(caught.value.errors()[0]["ctx"]["error"])


@pytest.mark.parametrize("text", REFUSED_KEYS)
def test_what_is_no_list_of_keys_is_refused_by_the_number_of_the_entry(text: str) -> None:
    """Never by a part of it."""
    said = _refusal(EncryptionKeys, text)
    assert (said, CANARY in said) == (REFUSED_KEYS[text], False)


@given(st.dictionaries(st.from_regex(r"\A[A-Za-z0-9._-]{1,64}\Z"), st.binary(min_size=32, max_size=32), min_size=1))
def test_keys_are_read_as_they_were_written(keys: dict[str, bytes]) -> None:
    """In their order: the first one encrypts."""
    text = ", ".join(f"{key_id}:{base64.b64encode(key).decode()}" for key_id, key in keys.items())
    assert list(parse_keys(text).items()) == list(keys.items())
    assert [base64.b64decode(part) for part in EncryptionKeys(text).parts()] == list(keys.values())


@pytest.mark.parametrize("url", URLS)
def test_a_url_of_a_database_is_taken_and_shown_by_its_kind_alone(url: str) -> None:
    """User, host and name are nobody's business."""
    taken = TypeAdapter(DatabaseUrl).validate_python(url)
    assert (taken.get_secret_value(), str(taken)) == (url, f"{url.partition(':')[0]}://********")


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_what_can_name_no_database_is_refused_by_what_is_wrong_with_it(url: str) -> None:
    """Before anybody tries to open it."""
    said = _refusal(DatabaseUrl, url)
    assert (said, CANARY in said) == (REFUSED_URLS[url], False)
