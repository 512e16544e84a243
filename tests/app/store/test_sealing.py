import base64
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import DamagedError, UnusableStorageError
from app.domain.place import Place
from app.domain.variables import Variables
from app.store.sealing import Keyring, SealedBody, Sealer
from support.writing_process import ROUNDS

KEY = base64.b64encode(b"k" * 32).decode()
SEALER = Sealer(Keyring.parse(f"one:{KEY}"))
PLACE = Place("billing", "production")
APP_KEY = SEALER.new_app_key("billing")
VARIABLES = Variables({"PASSWORD": "c4n4ry", "PORT": "8080"})
SEALED_EARLIER = {
    "app_key": "o0CHnjywN6I5zDhEnsQ8jZHNCfAFpJjssrPkQ4Jqbx9fvK8bDhn2HLHjCUwvPr4dQdjBAUFqD3/lMA3h",
    "body": "I4klOv7HVl1gj1r1NHRcE9UinKFm9d1yloCCgFUStVxua2p2xiKB/2MqBbfRJWkgh1AEIQC6ti4+LUYPTcJCvmCL9h9TBg==",
    "data_key": "UMExNrH3PKLRfLnR3UTYGvECA+8uyfUOclFx0Frm+uPMBD9XIbczVEmAyJeC8VtYlSE7SSpwegulF3lP",
}
WRITES = 1_000_000 if ROUNDS >= 10 else 2_000


@given(st.dictionaries(st.text(), st.text(st.characters(exclude_categories=["Cs"]))))
def test_what_is_sealed_opens_in_its_place(texts: dict[str, str]) -> None:
    """To the byte."""
    texts = {name.encode("utf-8", "replace").decode(): text for name, text in texts.items()}
    sealed = SEALER.seal(PLACE, 3, Variables(texts), APP_KEY)
    assert dict(SEALER.open(PLACE, 3, sealed, APP_KEY)) == texts


@pytest.mark.parametrize(
    ("place", "number"),
    [(Place("billing", "staging"), 3), (Place("billing", "production"), 4), (Place("billing", "productio"), 3)],
)
def test_what_was_moved_elsewhere_does_not_open(place: Place, number: int) -> None:
    """Whoever can write to the database can't serve an old revision, or another environment's."""
    sealed = SEALER.seal(PLACE, 3, VARIABLES, APP_KEY)
    with pytest.raises(DamagedError, match=f"the values of `{place}@{number}` can't be decrypted"):
        SEALER.open(place, number, sealed, APP_KEY)


def test_what_an_earlier_release_has_sealed_still_opens() -> None:
    """The place is bound to it as the same bytes of JSON, and its values were written by another library."""
    app_key = type(APP_KEY)("billing", "one", base64.b64decode(SEALED_EARLIER["app_key"]))
    sealed = SealedBody(*(base64.b64decode(SEALED_EARLIER[part]) for part in ("body", "data_key")))
    assert dict(SEALER.open(PLACE, 3, sealed, app_key)) == {"PASSWORD": "c4n4ry", "GREETING": "grüß\x7f"}


def test_the_same_values_leave_another_trace_each_time() -> None:
    """Nobody can guess a value and compare: what is told of a body is a digest of what is stored."""
    bodies = {SEALER.seal(PLACE, 3, VARIABLES, APP_KEY).body for _ in range(100)}
    assert len(bodies) == 100


def test_no_nonce_is_used_twice() -> None:
    """All data keys of an app are wrapped with one key: whoever had two of the same nonce could forge a third."""
    nonces = {SEALER.seal(PLACE, 3, VARIABLES, APP_KEY).data_key[:12] for _ in range(WRITES)}
    assert len(nonces) == WRITES


def test_a_body_does_not_open_with_the_key_of_another() -> None:
    """Each revision has a data key of its own."""
    one, other = (SEALER.seal(PLACE, 3, VARIABLES, APP_KEY) for _ in range(2))
    assert one.body != other.body
    with pytest.raises(DamagedError):
        SEALER.open(PLACE, 3, SealedBody(one.body, other.data_key), APP_KEY)


@pytest.mark.parametrize(("part", "bit"), list(product(["body", "data_key"], [0, 7, 100, 333])))
def test_a_flipped_bit_is_noticed(part: str, bit: int) -> None:
    """Wherever it is."""
    sealed = SEALER.seal(PLACE, 3, VARIABLES, APP_KEY)
    changed = bytearray(getattr(sealed, part))
    changed[bit // 8] ^= 1 << bit % 8
    flipped = SealedBody(**{"body": sealed.body, "data_key": sealed.data_key, part: bytes(changed)})
    with pytest.raises(DamagedError):
        SEALER.open(PLACE, 3, flipped, APP_KEY)


def test_the_key_of_an_app_does_not_serve_another() -> None:
    """Nor does one that was wrapped by a key that the service does not have."""
    with pytest.raises(
        UnusableStorageError, match="the key `one` in `ENCRYPTION_KEYS` is not the one that the values of `shop`"
    ):
        SEALER.app_key(type(APP_KEY)("shop", APP_KEY.wrapped_by, APP_KEY.wrapped))


def test_nothing_sealed_holds_what_it_seals() -> None:
    """Not even in part."""
    sealed = SEALER.seal(PLACE, 3, VARIABLES, APP_KEY)
    assert b"c4n4ry" not in sealed.body + sealed.data_key
    assert "c4n4ry" not in repr(sealed) + repr(VARIABLES)
    assert repr(SEALER.keyring) == "Keyring()"


@pytest.mark.parametrize(
    "text",
    ["", "one", "one:", f":{KEY}", "one:short", f"one:{KEY[:-4]}", f"one:{KEY},one:{KEY}", f"one:{KEY},", f"o e:{KEY}"],
)
def test_keys_that_are_none_are_refused_without_showing_them(text: str) -> None:
    """The message says which entry it is, and how to make one."""
    with pytest.raises(UnusableStorageError, match=r"`ENCRYPTION_KEYS` is invalid: entry \d ") as refused:
        Keyring.parse(text)
    assert KEY[:8] not in str(refused.value)
